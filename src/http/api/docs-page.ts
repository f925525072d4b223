/** The page beside the document: what can be asked for, with a line of curl each. Pure. */

import type { JsonSchema } from '../../commands/surfaces.ts'
import { GROUPS } from '../../commands/types.ts'
import { joined, type Markup, markup, verbatim } from '../pages/markup.ts'
import { quoted } from './example.ts'
import type { Operation, Parameter } from './types.ts'

export type DocsFacts = {
  /** Where the API is, as people write it: `http://lab:8080/api/v1`. */
  address: string
  /** Keys are set: the lines of curl send one. */
  needsKey: boolean
}

export function docsPage(operations: readonly Operation[], facts: DocsFacts): Markup {
  const groups = GROUPS.map(group => ({ group, all: operations.filter(each => each.group === group) }))
  const shown = groups.filter(({ all }) => all.length > 0)
  return markup`<h1>API</h1>
<p>Everything here is a command of the lab: the same arguments, the same rules, the same words for errors as in chat.
For programs there is the <a href="openapi.json">OpenAPI document</a>.</p>
${conventions(facts)}
<nav aria-label="Groups"><ul>${shown.map(({ group, all }) => markup`<li>${group}: ${list(all)}</li>\n`)}</ul></nav>
${shown.map(({ group, all }) => markup`<section><h2>${group}</h2>\n${all.map(each => section(each, facts))}</section>\n`)}
${ERRORS}`
}

function conventions({ needsKey }: DocsFacts): Markup {
  const key = needsKey
    ? markup`<li>Callers have a key: <code>export BOARDROOM_KEY=…</code>, sent as <code>Authorization: Bearer</code>.</li>`
    : markup`<li>No keys are set: this machine and trusted networks call without one.</li>`
  return markup`<ul>
${key}
<li>Arguments come in the query, as JSON, or as a form (<code>curl -F</code>); a file is a part of a form, or the whole body with the rest in the query.</li>
<li>Times to last are seconds, or words such as <code>30m</code>. Moments in answers are milliseconds since 1970.</li>
<li><code>?wait=60</code> answers when what was asked for has come to its end, or after so many seconds.</li>
<li><code>Idempotency-Key</code>: the same request under the same key has one effect; send it again after a lost answer.</li>
<li>What asks a person first is answered 409 <code>needs-confirmation</code>: send <code>confirm=true</code> with it.</li>
<li>Lists give the newest 100; the header <code>Link</code> names the next page.</li>
</ul>`
}

function list(all: readonly Operation[]): Markup {
  return joined(
    all.map(({ id }) => markup`<a href="#${id}">${id}</a>`),
    markup`, `,
  )
}

function section(operation: Operation, facts: DocsFacts): Markup {
  const { id, method, path, summary, about, role, orHolder, command } = operation
  const whom = `${role}${orHolder === true ? ', or who holds the board' : ''}`
  return markup`<article id="${id}"><h3><code>${method} ${path}</code></h3>
<p>${summary}. For: ${whom}.</p>
${about !== undefined && markup`<p>${about}</p>\n`}${command !== undefined && markup`<p>As typed: <code>${command}</code></p>\n`}<pre><code>${verbatim(curlLine(operation, facts))}</code></pre>
${table(operation)}</article>
`
}

/** A line that works as it stands, where the lab has what its words name. */
export function curlLine({ method, path, example }: Operation, { address, needsKey }: DocsFacts): string {
  const { path: filled, options } = example ?? { path, options: method === 'GET' ? [] : ['-X', method] }
  const key = needsKey ? ['-H', '"Authorization: Bearer $BOARDROOM_KEY"'] : []
  return ['curl', '-sS', ...key, ...options, quoted(`${address}${filled}`)].join(' ')
}

type Row = { name: string; where: string; about: string; required: boolean }

function table({ parameters, requestBody }: Operation): Markup | false {
  const rows = [...parameters.map(rowOf), ...bodyRows(requestBody?.content['application/json']?.schema)]
  // Those of a body that is a file are the same as in its other forms.
  const unique = [...new Map(rows.map(row => [row.name, row])).values()]
  if (unique.length === 0) return false
  return markup`<table><thead><tr><th>Name</th><th>Where</th><th></th><th>What</th></tr></thead><tbody>
${unique.map(row => markup`<tr><td><code>${row.name}</code></td><td>${row.where}</td><td>${row.required && 'required'}</td><td>${row.about}</td></tr>\n`)}</tbody></table>
`
}

function rowOf({ name, in: where, description, required }: Parameter): Row {
  return { name, where, about: description, required }
}

function bodyRows(schema: JsonSchema | undefined): readonly Row[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Readonly<Record<string, JsonSchema>>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description }]) => ({
    name,
    where: 'body',
    about: typeof description === 'string' ? description : '',
    required: required.includes(name),
  }))
}

const ERRORS = markup`<section><h2>Errors</h2>
<p>Problem details (RFC 9457) with <code>detail</code>, <code>code</code>, <code>hint</code>, and <code>fields</code> for arguments.</p>
<table><thead><tr><th>Status</th><th>When</th></tr></thead><tbody>
<tr><td>400, 413, 415</td><td>the body or a header cannot be read, is too large, or of a type that is not taken</td></tr>
<tr><td>401, 403</td><td>the key is missing or wrong; the role does not allow it (the hint says who may)</td></tr>
<tr><td>404, 410</td><td>there is no such thing, or it was <code>removed</code>: when and why</td></tr>
<tr><td>409</td><td>it moved on meanwhile, is somebody else's now, or <code>needs-confirmation</code></td></tr>
<tr><td>422</td><td>arguments are wrong: all of them are told at once</td></tr>
<tr><td>429</td><td>too many requests: see <code>Retry-After</code></td></tr>
<tr><td>500</td><td>a fault of the product; <code>reference</code> finds it in the audit</td></tr>
<tr><td>502, 504</td><td>a machine of the lab did not do what it should, or not in time</td></tr>
<tr><td>503</td><td>not now: <code>queue-full</code>, <code>no-board-free</code>, <code>storage-full</code>, <code>stopping</code>; see <code>Retry-After</code></td></tr>
</tbody></table></section>`

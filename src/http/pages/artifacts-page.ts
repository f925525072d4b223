/** Everything that is kept, newest first: a hundred, and on from there (M7.5). */

import type { Context } from 'koa'
import { placeOf, programName, stateWord } from '../../cards/run-words.ts'
import { mention } from '../../cards/text.ts'
import { dateTime, size, type TimeFrame } from '../../cards/words.ts'
import { formatId, parseId } from '../../ids.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Run } from '../../lab/types.ts'
import type { Problem } from '../problem.ts'
import { type Markup, markup } from './markup.ts'
import { frameOf, type PageDeps } from './page-deps.ts'
import { answerProblemPage } from './problem-page.ts'
import { timeHtml } from './render/runs.ts'
import { answerPage } from './shell.ts'

const MOST = 100

type Owner = { owner: string; bytes: number; newest: number }
type Kept = Owner & { run: Run | null }

/** `GET /artifacts?before=T12`: a page, or for programs `{ artifacts, older }` with the address of the next ones. */
export async function answerArtifacts(ctx: Context, deps: PageDeps): Promise<void> {
  const before = [ctx.query['before']].flat()[0] ?? null
  const id = before === null ? null : idOf(before)
  if (before !== null && id === null) return answerProblemPage(ctx, noId(before), '.')
  const owners = [...(await deps.files.owners())].sort(newestFirst)
  const rest = id === null ? owners : behind(owners, id)
  const shown = await withRuns(deps.lab, rest.slice(0, MOST))
  const last = rest.length > MOST ? (shown.at(-1)?.owner ?? null) : null
  const older = last === null ? null : `artifacts?before=${last}`

  ctx.vary('Accept')
  if (ctx.accepts('html', 'json') === 'json') {
    ctx.set('Cache-Control', 'no-cache')
    if (older !== null) ctx.set('Link', `<${older}>; rel="next"`)
    ctx.body = { artifacts: shown.map(each => described(each, deps.lab)), older }
    return
  }
  const title = id === null ? 'Tests' : `Tests before ${id}`
  const main = listHtml(title, shown, older, owners.length, frameOf(deps))
  answerPage(ctx, { title, root: '.', place: 'tests', main })
}

/** The same at every asking, whatever order the store has them in. */
function newestFirst(a: Owner, b: Owner): number {
  return b.newest - a.newest || numberOf(b.owner) - numberOf(a.owner) || (a.owner < b.owner ? -1 : 1)
}

/** Read by hand: comparing as languages do costs a hundred times as much, and there may be ten thousand. */
function numberOf(owner: string): number {
  return Number(owner.slice(1))
}

/** What comes after an owner; retention takes the oldest, so behind one that is gone there is nothing more. */
function behind(owners: readonly Owner[], id: string): readonly Owner[] {
  const at = owners.findIndex(({ owner }) => owner === id)
  return at === -1 ? [] : owners.slice(at + 1)
}

function idOf(text: string): string | null {
  for (const kind of ['T', 'L'] as const) {
    const number = parseId(kind, text)
    if (number !== null) return formatId(kind, number)
  }
  return null
}

function noId(before: string): Problem {
  const detail = `${JSON.stringify(before.slice(0, 40))} is no id of a test or a lease.`
  return { status: 400, code: 'input', detail, hint: 'Ask for artifacts?before=T12, or leave it out.' }
}

/** Their records: most of them in one look, since tests are stored in the order of their ids. */
async function withRuns(lab: Pick<Lab, 'run' | 'runs'>, owners: readonly Owner[]): Promise<readonly Kept[]> {
  const highest = Math.max(0, ...owners.map(({ owner }) => parseId('T', owner) ?? 0))
  if (highest === 0) return owners.map(each => ({ ...each, run: null }))
  const found = await lab.runs({ limit: MOST, before: formatId('T', highest + 1) })
  const known = new Map(found.map(run => [run.id, run]))
  return await Promise.all(
    owners.map(async each => ({
      ...each,
      run: known.get(each.owner) ?? (parseId('T', each.owner) === null ? null : await lab.run(each.owner)),
    })),
  )
}

function described({ owner, bytes, newest, run }: Kept, lab: Pick<Lab, 'link'>): object {
  return {
    id: owner,
    name: run === null ? null : programName(run.program),
    state: run?.state ?? null,
    bytes,
    newest: new Date(newest).toISOString(),
    url: lab.link(owner),
  }
}

function listHtml(
  title: string,
  shown: readonly Kept[],
  older: string | null,
  all: number,
  frame: TimeFrame,
): Markup {
  const words = all === 0 ? 'no files are kept yet' : `${shown.length} of ${all} with files`
  const table = markup`<div class="wide"><table class="tests"><thead><tr>
<th scope="col">id</th><th scope="col">what</th><th scope="col">on</th><th scope="col">state</th><th scope="col">who</th><th scope="col" class="n">size</th><th scope="col">when</th></tr></thead>
<tbody>
${shown.map(each => rowHtml(each, frame))}</tbody></table></div>
`
  return markup`<article class="card"><header><h1>${title}</h1><p class="aside">${words}</p></header>
${shown.length > 0 ? table : markup`<p class="note">Nothing ${all === 0 ? 'is here yet. run-test starts a test.' : 'older is kept.'}</p>\n`}</article>
${older !== null && markup`<p class="more"><a rel="next" href="${older}">Older</a></p>\n`}`
}

function rowHtml({ owner, bytes, newest, run }: Kept, frame: TimeFrame): Markup {
  const what =
    run === null
      ? markup`<td>${parseId('L', owner) === null ? '' : 'files of a lease'}</td><td></td><td></td><td></td>`
      : markup`<td>${programName(run.program)}</td><td>${placeOf(run)}</td><td class="state-${run.state}">${stateWord(run, null)}</td><td><span class="who">${mention(run.submitter.name)}</span></td>`
  return markup`<tr><td class="keep"><a href="artifacts/${owner}">${owner}</a></td>${what}<td class="n">${size(bytes)}</td><td>${timeHtml(newest, dateTime(newest, frame))}</td></tr>\n`
}

/** What a person finds behind a test's link: what `tests show` says, what its console told, its files, its attempts. */

import { isOver, priorityName, programName } from '../../cards/run-words.ts'
import { mention, textOf } from '../../cards/text.ts'
import { showRun } from '../../cards/topics.ts'
import type { View } from '../../cards/view.ts'
import { dateTime, size, span, type TimeFrame } from '../../cards/words.ts'
import { formatWords } from '../../commands/words.ts'
import { consoleLog, OUTPUT_LOG } from '../../lab/records.ts'
import type { Run } from '../../lab/types.ts'
import type { RunFile } from '../types.ts'
import { attemptsHtml } from './attempts-table.ts'
import { filesHtml } from './files-table.ts'
import { type Markup, markup } from './markup.ts'
import { frameOf, type PageDeps } from './page-deps.ts'
import { type Look, lookOf } from './render/look.ts'
import { timeHtml } from './render/runs.ts'
import { viewHtml } from './render/view.ts'
import type { Shown } from './sections.ts'
import { type ConsoleUrl, toldHtml } from './told.ts'

export type OwnerPage = { id: string; run: Run | null; files: readonly RunFile[] }

/** Of a test, or of a lease, which has files only. `root`: the way from the page to the endpoint's root. */
export async function drawOwner(deps: PageDeps, page: OwnerPage, root: string): Promise<Shown> {
  const { id, run, files } = page
  const frame = frameOf(deps)
  const fileList = filesHtml(files, `${root}/artifacts/${encodeURIComponent(id)}`, frame)
  if (run === null)
    return {
      title: id,
      sections: [
        ['card', markup`<h1>${id}</h1>\n`],
        ['files', fileList],
      ],
      final: true,
    }
  const look = lookOfRun(deps, page, root)
  const view = await showRun(deps.lab, run, await failedOf(deps, run))
  return {
    title: textOf(view.title, frame),
    sections: [
      ['card', viewHtml(withoutProof(view, run), look, 1)],
      ['told', toldHtml(run, urlOfConsole(page, look))],
      ['asked', askedHtml(run, frame)],
      ['files', fileList],
      ['attempts', attemptsHtml(run, urlOfConsole(page, look), frame)],
    ],
    final: isOver(run.state),
  }
}

/** The lines that prove how it ended stand below, with their numbers. */
function withoutProof(view: View, { result }: Run): View {
  return result?.lines === undefined ? view : { ...view, parts: view.parts.filter(part => part.t !== 'log') }
}

/** Of a test whose files are gone: what its card says, and what was asked for. */
export async function drawRecord(deps: PageDeps, run: Run, root: string): Promise<Markup> {
  const frame = frameOf(deps)
  const view = await showRun(deps.lab, run)
  const parts = view.parts.filter(part => part.t !== 'note')
  return markup`<h2>What is still known of it</h2>
${viewHtml({ ...view, parts }, lookOf(deps.lab, frame, root))}${askedHtml(run, frame)}`
}

async function failedOf({ lab }: PageDeps, run: Run): ReturnType<PageDeps['lab']['failedCases']> {
  return isOver(run.state) && run.result?.cases !== undefined ? await lab.failedCases(run) : []
}

function lookOfRun(deps: PageDeps, { id, files }: OwnerPage, root: string): Look {
  const look = lookOf(deps.lab, frameOf(deps), root)
  const hasLog = files.some(file => file.name === OUTPUT_LOG)
  return hasLog ? { ...look, lineUrl: line => `${root}/artifacts/${id}/${OUTPUT_LOG}#L${line}` } : look
}

function urlOfConsole({ id, files }: OwnerPage, { root }: Look): ConsoleUrl {
  return (attempt, line) => {
    const name = consoleLog(attempt)
    if (!files.some(file => file.name === name)) return null
    return `${root}/artifacts/${id}/${name}${line === undefined ? '' : `#L${line}`}`
  }
}

/** What was asked for. Not its environment: a token is in it too easily, and whoever reaches the port may read this. */
function askedHtml(run: Run, frame: TimeFrame): Markup {
  const { program, args, submitter, arrivedAt, priority, timeoutMs, collect = [] } = run
  const line =
    program.kind === 'shell'
      ? program.command
      : formatWords([program.name, ...args].map(text => ({ text, quoted: false })))
  const rows: readonly (readonly [string, Markup])[] = [
    [
      'asked for by',
      markup`<span class="who">${mention(submitter.name)}</span>, ${timeHtml(arrivedAt, dateTime(arrivedAt, frame))}`,
    ],
    ['runs', markup`<code>${line}</code>`],
    ...(program.kind === 'binary'
      ? [
          [
            'program',
            markup`${programName(program)}, ${size(program.size)}, SHA-256 <code>${program.sha256}</code>`,
          ] as const,
        ]
      : []),
    [
      'wants',
      markup`${run.board ?? run.family}, priority ${priorityName(priority)}, ${span(timeoutMs)} at most`,
    ],
    ...(collect.length > 0 ? [['collects', markup`${collect.join(', ')}`] as const] : []),
  ]
  return markup`<dl class="fields">
${rows.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>
`
}

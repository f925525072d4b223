/** What the console of a test told about failing: where it is proved, what came in which order, what was survived. */

import type { BoardStep, ConsoleEvent, Lines, Run, RunResult } from '../lab/types.ts'
import { button, link, plain } from './text.ts'
import type { Action, Cell, Part, Run as Text } from './view.ts'
import { gutterTime, type TimeFrame } from './words.ts'

const LINES_BEFORE = 5
const LINES_SHOWN = 40
const MOST_SURVIVED = 3
const MOST_ROWS = 12

const SURVIVED: Readonly<Partial<Record<ConsoleEvent['kind'], string>>> = {
  'soft lockup': 'The kernel reported a soft lockup and went on',
  'hard lockup': 'The kernel reported a hard lockup and went on',
  'workqueue lockup': 'The kernel reported a stuck workqueue and went on',
  'rcu stall': 'The kernel reported an RCU stall and went on',
  'hung task': 'The kernel reported a hung task and went on',
  'oom kill': 'The kernel killed a task for want of memory',
}

/** `The kernel warned 1×: WARNING at foo+0x10, line 812.`; nothing where that is what the test ended by. */
export function survivedParts({ result }: Run, consoleUrl: string | undefined): readonly Part[] {
  const told = result?.events?.filter(each => each.severity === 'told') ?? []
  if (told.length === 0 || result?.lines !== undefined) return []
  const byWords = Map.groupBy(told, ({ kind }) => SURVIVED[kind] ?? 'The kernel warned')
  return [...byWords].slice(0, MOST_SURVIVED).map(([words, events]): Part => {
    const [first] = events
    if (first === undefined) return { t: 'text', runs: [plain(`${words}.`)] }
    const what = `${words} ${events.length}×: ${first.title.replace(/^warning: /, '')}, `
    return { t: 'text', runs: [plain(what), lineAt(first.lines[0], consoleUrl), plain('.')] }
  })
}

/** Where its proof begins in the console's log: `line 2210`. */
export function lineLink(result: RunResult, consoleUrl: string | undefined): readonly Text[] {
  return result.lines === undefined ? [] : [lineAt(result.lines[0], consoleUrl)]
}

function lineAt(line: number, consoleUrl: string | undefined): Text {
  return consoleUrl === undefined ? plain(`line ${line}`) : link(`line ${line}`, `${consoleUrl}#L${line}`)
}

/** Of the page of its files. */
export function anchorOf(result: RunResult | null): string {
  return result?.lines === undefined ? '' : `#L${result.lines[0]}`
}

/** Its lines in the log, with what came before and after. */
export function traceAction({ id, result }: Run): readonly Action[] {
  if (result?.lines === undefined) return []
  const from = Math.max(1, result.lines[0] - LINES_BEFORE)
  return [button('trace', 'Trace', `tests log ${id} --line ${from} --lines ${LINES_SHOWN}`)]
}

type Row = { attempt: number; event: ConsoleEvent }

/** All that the console told, attempt by attempt; a single event that the card shows anyway is not told again. */
export function eventsPart({ attempts, result }: Run, frame: TimeFrame): readonly Part[] {
  const before = attempts.flatMap(each => rowsOf(each.number, each.events))
  const last = rowsOf(attempts.length, result?.events)
  const rows = [...before, ...last]
  const omitted = attempts.reduce((sum, each) => sum + (each.omitted ?? 0), result?.omitted ?? 0)
  if (rows.length + omitted < 2 && before.length === 0) return []
  const isRetried = attempts.length > 1
  const columns = ['when', ...(isRetried ? ['attempt'] : []), 'line', 'what'].map(title => ({ title }))
  const more = rows.length - MOST_ROWS + omitted
  return [
    {
      t: 'fold',
      title: `What the console told, in order (${rows.length + omitted})`,
      parts: [
        {
          t: 'table',
          columns,
          rows: rows.slice(0, MOST_ROWS).map(row => cellsOf(row, isRetried, frame)),
          ...(more > 0 ? { caption: `and ${more} more` } : {}),
        },
      ],
    },
  ]
}

function rowsOf(attempt: number, events: readonly ConsoleEvent[] = []): readonly Row[] {
  return events.map(event => ({ attempt, event }))
}

function cellsOf({ attempt, event }: Row, isRetried: boolean, frame: TimeFrame): readonly Cell[] {
  const number: readonly Cell[] = isRetried ? [[plain(String(attempt))]] : []
  return [
    [plain(gutterTime(event.at, frame))],
    ...number,
    [plain(linesWords(event.lines))],
    [plain(event.title)],
  ]
}

function linesWords([from, to]: Lines): string {
  return from === to ? String(from) : `${from}–${to}`
}

/** `The board was reset and is well again. Not counted against it.`, as far as the board's own steps tell. */
export function afterwards(run: Run, steps: readonly BoardStep[]): string | null {
  const ended = run.attempts.at(-1)?.endedAt ?? null
  const isKernels = run.result?.failure?.class === 'test' && run.result.lines !== undefined
  if (!isKernels || ended === null) return null
  const since = steps.filter(step => step.run === run.id || step.startedAt >= ended)
  const back = since.findIndex(({ outcome, run: of }) => outcome === 'back' && of === null)
  const own = back === -1 ? since : since.slice(0, back + 1)
  return `${stateAfter(own, back !== -1)}Not counted against it.`
}

const BY: Readonly<Record<BoardStep['step'], string>> = {
  console: 'The board answers again. ',
  reset: 'The board was reset and is well again. ',
  power: 'The board was power-cycled and is well again. ',
}

function stateAfter(steps: readonly BoardStep[], isBack: boolean): string {
  const last = steps.at(-1)
  if (last === undefined) return ''
  if (isBack) return BY[last.step]
  return last.outcome === null || last.outcome === 'done'
    ? 'The board is being brought back. '
    : 'The board is not back yet. '
}

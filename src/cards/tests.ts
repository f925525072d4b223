/** The newest tests, a row each (M7.5). */

import type { Run } from '../lab/types.ts'
import { finishedAt, placeOf, programName, stateWord, tookMs } from './run-words.ts'
import { bold, button, plain, textOf, time, user } from './text.ts'
import type { Cell, Part, View } from './view.ts'
import { count, lasted, type TimeFrame } from './words.ts'

/** `older` is the command line for the next page; null when there is none. */
export function testsCard(
  runs: readonly Run[],
  filters: string,
  older: string | null,
  frame: TimeFrame,
): View {
  const title = [bold('Tests'), plain(' · '), bold(`${count(runs.length, 'newest', 'newest')}${filters}`)]
  const columns = ['id', 'what', 'on', 'state', 'who', 'took', 'when'].map(name => ({ title: name }))
  const table: Part = { t: 'table', columns, rows: runs.map(rowOf) }
  const none: Part = { t: 'note', runs: [plain('No test fits. run-test starts one.')] }
  return {
    kind: 'message',
    topic: 'tests',
    rev: Math.max(0, ...runs.map(run => run.rev)),
    tone: 'idle',
    title,
    summary: textOf(title, frame),
    parts: [
      runs.length === 0 ? none : table,
      { t: 'actions', items: older === null ? [] : [button('older', 'Older', older)] },
    ],
  }
}

function rowOf(run: Run): readonly Cell[] {
  const took = tookMs(run)
  return [
    [plain(run.id)],
    [plain(programName(run.program))],
    [plain(placeOf(run))],
    [plain(stateWord(run, null))],
    [user(run.submitter)],
    [plain(took === null ? '' : lasted(took))],
    [time(finishedAt(run) ?? run.arrivedAt)],
  ]
}

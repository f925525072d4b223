/** Who waits for what, and what runs (M1.4, M4.3). */

import type { QueueSummary, Running, Waiting } from '../lab/types.ts'
import { placeOf, priorityName, programName } from './run-words.ts'
import { bold, plain, shorten, textOf, user } from './text.ts'
import type { Cell, Column, Part, View } from './view.ts'
import { elapsed, span, type TimeFrame } from './words.ts'

const LONGEST_LINE = 60

export function queueCard(queue: QueueSummary, frame: TimeFrame): View {
  const { waiting, running } = queue
  const title = [bold('Queue'), plain(' · '), bold(`${waiting.length} waiting, ${running.length} running`)]
  return {
    kind: 'message',
    topic: 'queue',
    rev: Math.max(0, ...running.map(each => each.run.rev)),
    tone: waiting.length >= queue.limit ? 'bad' : running.length + waiting.length > 0 ? 'run' : 'idle',
    title,
    aside: waiting.length === 0 ? [] : [plain(`average wait ${span(queue.averageWaitMs)}`)],
    summary: textOf(title, frame),
    parts:
      waiting.length + running.length === 0 ? [empty()] : [...waitingPart(waiting), ...runningPart(running)],
  }
}

function empty(): Part {
  return { t: 'note', runs: [plain('Nothing waits and nothing runs. run-test starts a test.')] }
}

const WAITING: readonly Column[] = [
  { title: '', align: 'right' },
  { title: 'id' },
  { title: 'priority' },
  { title: 'what' },
  { title: 'on' },
  { title: 'who' },
  { title: 'starts' },
]

function waitingPart(waiting: readonly Waiting[]): readonly Part[] {
  if (waiting.length === 0) return []
  return [{ t: 'table', columns: WAITING, rows: waiting.map(rowOf), caption: 'waiting' }]
}

function rowOf(each: Waiting): readonly Cell[] {
  return [
    [plain(String(each.position))],
    [plain(each.id)],
    [plain(priorityName(each.priority))],
    [plain(shorten(each.what, 24))],
    [plain(each.board ?? each.family ?? 'any')],
    [user(each.who)],
    [plain(`${starts(each)}${each.retrying ? ', again' : ''}`)],
  ]
}

function starts({ startsIn }: Waiting): string {
  if (startsIn === null) return 'not known yet'
  return startsIn.medianMs < 5_000 ? 'now' : `~${span(startsIn.medianMs)}`
}

function runningPart(running: readonly Running[]): readonly Part[] {
  if (running.length === 0) return []
  const columns = ['id', 'board', 'what', 'who', 'for', 'last line'].map(title => ({ title }))
  return [{ t: 'table', columns, rows: running.map(runningRow), caption: 'running' }]
}

function runningRow({ run, progress, elapsedMs }: Running): readonly Cell[] {
  return [
    [plain(run.id)],
    [plain(progress?.board ?? placeOf(run))],
    [plain(programName(run.program))],
    [user(run.submitter)],
    [plain(elapsed(elapsedMs))],
    [plain(shorten(progress?.lastLine ?? progress?.stage ?? run.state, LONGEST_LINE))],
  ]
}

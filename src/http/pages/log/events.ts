/** How long a log is and how its test stands, for pages that follow it: at most four times a second. */

import type { Context } from 'koa'
import { isOver, placeOf, programName, stateWord, toneOf } from '../../../cards/run-words.ts'
import { clean } from '../../../cards/text.ts'
import type { Millis, Timer } from '../../../clock.ts'
import type { LogSize } from '../../../lab/lab.ts'
import { consoleLog, isLineLog } from '../../../lab/records.ts'
import type { Run } from '../../../lab/types.ts'
import { tooManyStreams } from '../../live/too-many.ts'
import { answerProblem } from '../../problem.ts'
import { noSuchLog } from './asked.ts'
import { attemptOf } from './marks.ts'
import type { LogLab, LogRoutesDeps } from './types.ts'

const EVERY_MS: Millis = 250

export type LogNews = LogSize & {
  /** `running`, `failed: kernel panic`; null of a log without its test. */
  word: string | null
  tone: string
  /** `T12 · hello on soc-a-001`: of a test that waits it is no board yet. */
  name: string
  /** The log of a later attempt, which is the one that goes on; null where this is the latest. */
  later: string | null
  /** Nothing more will come: neither of the log nor of the test. */
  isOver: boolean
}

/**
 * Events `log`, each a `LogNews`: one at once, and one whenever it is another; after the one that says that all is
 * over the stream ends. 404 where there can be no such log; one that has not come, or never came, is an empty one.
 */
export async function logEvents(
  ctx: Context,
  deps: LogRoutesDeps,
  { run, file }: { run: string; file: string },
): Promise<void> {
  const { lab, streams, clock } = deps
  const first = await newsOf(lab, run, file)
  if (first === null) return answerProblem(ctx, noSuchLog(run, file))
  const events = streams.events(ctx)
  if (events === null) return answerProblem(ctx, tooManyStreams())
  let told = ''
  let timer: Timer | null = null
  events.signal.addEventListener('abort', () => timer?.cancel(), { once: true })
  tell(first)

  function tell(news: LogNews | null): void {
    // Retention took it: there is nothing to follow any more.
    if (news === null) {
      end()
      return
    }
    const text = JSON.stringify(news)
    if (text !== told) events?.send('log', news)
    told = text
    if (news.isOver) end()
    else if (events?.signal.aborted === false) timer = clock.after(EVERY_MS, look)
  }
  function end(): void {
    events?.end()
  }
  function look(): void {
    // Whoever comes again is told what is wrong.
    newsOf(lab, run, file).then(tell, end)
  }
}

/** Null where there can be no such log; of one that never came it is told that its test has ended. */
export async function newsOf(lab: LogLab, id: string, file: string): Promise<LogNews | null> {
  const run = await lab.run(id)
  const size = await lab.logs.size(id, file)
  const isDone = run === null || isOver(run.state)
  if (size === null && (run === null || !isLineLog(file))) return null
  const { word, tone, name } = standing(lab, id, run)
  const later = laterThan(file, run)
  const known = size ?? { ...NOTHING, grows: !isDone }
  return { ...known, word, tone, later, isOver: isDone && !known.grows, name }
}

const NOTHING: LogSize = { lines: 0, whole: 0, bytes: 0, grows: true }

function laterThan(file: string, run: Run | null): string | null {
  const attempt = attemptOf(file)
  const latest = run?.attempts.length ?? 0
  return attempt !== null && latest > attempt ? consoleLog(latest) : null
}

/** Of the test whose log it is. */
export function standing(
  lab: LogLab,
  id: string,
  run: Run | null,
): { word: string | null; tone: string; name: string } {
  if (run === null) return { word: null, tone: 'idle', name: id }
  const name = clean(`${id} · ${programName(run.program)} on ${placeOf(run)}`)
  return { word: clean(stateWord(run, lab.progress(run.id))), tone: toneOf(run), name }
}

/** `GET /api/v1/tests/{id}/events`: a test as it goes on, to its end. */

import type { Context } from 'koa'
import { isOver } from '../../cards/run-words.ts'
import { type Clock, type Millis, pause } from '../../clock.ts'
import {
  progress as progressShape,
  run as runShape,
  waiting as waitingShape,
} from '../../commands/results.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Run } from '../../lab/types.ts'
import { noTest } from '../found-files.ts'
import { answerProblem } from '../problem.ts'
import { endOf } from './ends.ts'
import { lastEventId } from './last-event-id.ts'
import { type Paced, paced } from './paced.ts'
import type { Events, Streams } from './streams.ts'
import { tooManyStreams } from './too-many.ts'

export type EventDeps = { lab: Lab; streams: Streams; clock: Clock }

/** One look a second at most, whatever happens meanwhile: latest wins. */
export const PACE_MS: Millis = 1_000

export async function sendRunEvents(ctx: Context, typed: string, deps: EventDeps): Promise<void> {
  const run = await deps.lab.run(typed.toUpperCase())
  if (run === null) return answerProblem(ctx, noTest(deps, typed))
  const seen = lastEventId(ctx)
  if (isOver(run.state) && seen >= run.rev) {
    // The end was seen. 204 is what tells an EventSource not to come again (HTML standard, 9.2.2).
    ctx.status = 204
    return
  }
  const events = deps.streams.events(ctx)
  if (events === null) return answerProblem(ctx, tooManyStreams())
  watchRun(run.id, seen, events, deps)
}

/** Sends what is newer than revision `seen`, and ends the stream with the test. */
function watchRun(id: string, seen: number, events: Events, { lab, clock }: EventDeps): void {
  const shown = { rev: seen, progress: '', cases: '' }

  const look = async (): Promise<void> => {
    const run = await lab.run(id)
    // Retention took it: there is nothing to be told any more.
    if (run === null) return events.end()
    const end = await endOf(lab, `run/${id}`)
    if (end !== null) {
      events.send('ended', { ...end.result, exit: end.exit }, end.rev)
      return events.end()
    }
    tellState(run)
    tellProgress()
  }
  const tellState = (run: Run): void => {
    if (run.rev <= shown.rev) return
    shown.rev = run.rev
    events.send(
      'state',
      { run: runShape.parse(run), waiting: waitingShape.nullable().parse(lab.waiting(id)) },
      run.rev,
    )
  }
  const tellProgress = (): void => {
    const now = lab.progress(id)
    if (now === null) return
    const { cases, ...progress } = progressShape.parse(now)
    const pictures = { progress: JSON.stringify(progress), cases: JSON.stringify(cases) ?? '' }
    if (pictures.progress !== shown.progress) events.send('progress', progress)
    if (pictures.cases !== shown.cases) events.send('cases', cases)
    Object.assign(shown, pictures)
  }

  if (events.signal.aborted) return
  // What cannot be read now is read a little later: nobody may tell of it again.
  const pace: Paced = paced(clock, PACE_MS, () => look().catch(() => pace.stir()))
  const unsubscribe = lab.subscribe(`run/${id}`, pace.stir)
  events.signal.addEventListener(
    'abort',
    () => {
      pace.stop()
      unsubscribe()
    },
    { once: true },
  )
  pace.stir()
  void keepLooking()

  /** Progress is no transition: nobody tells of it, so it is looked at as long as somebody reads. */
  async function keepLooking(): Promise<void> {
    for (;;) {
      const isOn = await pause(clock, PACE_MS, events.signal).then(
        () => true,
        () => false,
      )
      if (!isOn) return
      if (lab.progress(id) !== null) pace.stir()
    }
  }
}

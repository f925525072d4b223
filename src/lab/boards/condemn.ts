import type { Millis } from '../../clock.ts'
import type { Core } from '../core.ts'
import { CAUSE_OF, raise } from '../mail/alerts.ts'
import type { Operation } from '../state.ts'
import { type BoardEvent, becomesUnhealthy, recentFailures, stepBoard } from './board-state.ts'

/** One more failure on the board; with the third of a day it is unhealthy, and people are told (M3.4). */
export function withFailure(core: Core, id: string, failure: BoardEvent, at: Millis): Operation[] {
  const state = core.state().boards[id]
  if (state === undefined) return []
  const { settings } = core.current.inventory
  const failed: Operation = { o: 'board/step', id, at, event: failure }
  const after = stepBoard(state, failure, at, 0)
  if (after.failures === state.failures || !becomesUnhealthy(after, at, settings)) return [failed]
  const count = recentFailures(after, at, settings.boardFailuresWindowMs)
  const reason = `${count} infrastructure failures in a day, last: ${after.failures.at(-1)?.message}`
  const text = `${id} is unhealthy and gets no work: ${reason}. When it is mended: boards health ${id}`
  return [
    failed,
    { o: 'board/step', id, at, event: { kind: 'condemned', reason } },
    ...raise(core, CAUSE_OF.unhealthy(id), text),
  ]
}

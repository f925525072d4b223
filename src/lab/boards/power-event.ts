import type { Millis } from '../../clock.ts'
import { type Failure, failureOf, LabError, messageOf } from '../../errors.ts'
import type { Sequence } from '../../storage/types.ts'
import type { PowerEvent } from '../types.ts'
import type { BoardEvent } from './board-state.ts'

type Asked = Pick<PowerEvent, 'id' | 'board' | 'action' | 'by' | 'reason'>

export function newPowerEvent(asked: Asked, at: Millis, rev: Sequence): PowerEvent {
  return {
    ...asked,
    rev,
    startedAt: at,
    endedAt: null,
    steps: [],
    before: null,
    after: null,
    back: null,
    failure: null,
    message: null,
  }
}

/** Whatever broke off: how far the outlet got is not known. */
export function brokenOff(error: unknown): Pick<PowerEvent, 'failure' | 'message'> {
  const message = error instanceof LabError ? `${error.message}. ${error.hint}` : messageOf(error)
  return { failure: failureOf(error), message }
}

const RESTARTED: Failure = { class: 'infrastructure', cause: 'restart', blame: 'lab' }

/** A stop or a kill of the bot cut it short: what the outlet is now has to be read. */
export function cutShort(event: PowerEvent, at: Millis): PowerEvent {
  const left = event.action === 'off' ? 'may be on still' : 'may have been left off'
  const message = `the bot was restarted while ${event.board} was being switched: its outlet ${left}. Read it: power status ${event.board}`
  return { ...event, endedAt: at, failure: RESTARTED, message }
}

/**
 * What the board is then. Whoever wanted it off has it off as far as anybody knows; what was to be on is asked, and
 * brought back like a board whose recovery was cut short; not while somebody has it.
 */
export function cutShortStep(event: PowerEvent, isHeld: boolean): BoardEvent {
  const reason = `${reasonOf(event)} was cut short by a restart of the bot`
  if (event.action === 'off') return { kind: 'switched off', reason }
  return isHeld ? { kind: 'lost', reason } : { kind: 'recovering', reason, cycle: true }
}

/** What the board is after a switch nobody worked under: back at its prompt, off, or in need of a look. */
export function afterwards(event: PowerEvent, at: Millis): BoardEvent {
  if (event.back === true) return { kind: 'answered', responseMs: at - event.startedAt, kernel: null }
  if (isSwitchedOff(event)) return { kind: 'switched off', reason: `switched off${byWhom(event)}` }
  const unasked =
    event.action === 'on'
      ? `switched on${byWhom(event)}, not checked yet`
      : 'not back at its prompt after the power cycle'
  return { kind: 'lost', reason: event.message ?? unasked }
}

export function isSwitchedOff(event: PowerEvent): boolean {
  return event.action === 'off' && event.failure === null
}

export function reasonOf(event: Pick<PowerEvent, 'action' | 'by'>): string {
  return `power ${event.action}${byWhom(event)}`
}

function byWhom({ by }: Pick<PowerEvent, 'by'>): string {
  return by === null ? '' : ` by @${by.name}`
}

/** What a run is told whose board is switched under it. */
export function switchedUnder(event: PowerEvent): LabError {
  return new LabError(
    'power-switched',
    `${event.board} was switched (${reasonOf(event)}) while the test ran`,
    {
      hint: 'The test goes on to another attempt by itself.',
      failure: { class: 'infrastructure', cause: 'power', blame: 'lab' },
    },
  )
}

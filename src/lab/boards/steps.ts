import type { Millis } from '../../clock.ts'
import type { BoardConfig, RecoveryStep } from '../../config/types.ts'
import { messageOf } from '../../errors.ts'
import type { Core } from '../core.ts'
import type { Hold } from '../leases/holdings.ts'
import { CAUSE_OF, resolve } from '../mail/alerts.ts'
import type { Operation } from '../state.ts'
import type { BoardStep, StepOutcome } from '../types.ts'
import type { Checks } from './checks.ts'
import type { PowerService } from './power.ts'

/** A board that is being brought back, and under whose hold. */
export type Patient = {
  board: BoardConfig
  hold: Hold
  reason: string
  /** A power cycle was cut short: it may be off, or boot still. */
  cutShort: boolean
}

/** Carries a step out, and stores when it began and how it ended. Never throws what the board or its PDU did. */
export type Steps = { take(step: RecoveryStep, patient: Patient): Promise<BoardStep> }

type Done = {
  outcome: StepOutcome
  message: string | null
  answer?: { responseMs: Millis; kernel: string | null }
}

const ASK_WITHIN_MS: Millis = 10_000

export function createSteps(core: Core, checks: Checks, power: PowerService): Steps {
  const never = new AbortController().signal

  const ask = async ({ board, hold }: Patient, withinMs: Millis): Promise<Done> => {
    try {
      const answer = await checks.probeUnder(board, hold, withinMs, never)
      return { outcome: 'back', message: null, answer }
    } catch (error) {
      return { outcome: 'no answer', message: messageOf(error) }
    }
  }
  const console = async (patient: Patient): Promise<Done> => {
    const { board, hold, reason, cutShort } = patient
    const asked = await ask(patient, startsStill(core, board) ? board.bootTimeoutMs : ASK_WITHIN_MS)
    if (asked.outcome === 'back' || !cutShort || board.power === null) return asked
    const { after } = await power.under(hold, board, 'status', reason)
    return after === 'on' ? await ask(patient, board.bootTimeoutMs) : asked
  }
  const reset = async ({ board, hold }: Patient): Promise<Done> => {
    try {
      const options = { token: hold.token, signal: never, onEvent: () => {} }
      const result = await core.siteOf(board).perform({ kind: 'reset', board }, options)
      const { back, problem = null, durationMs } = result
      if (!back) return { outcome: 'no answer', message: problem }
      return { outcome: 'back', message: null, answer: { responseMs: durationMs, kernel: null } }
    } catch (error) {
      return { outcome: 'failed', message: messageOf(error) }
    }
  }
  const cycle = async ({ board, hold, reason }: Patient): Promise<Done> => {
    const { back, failure, message, startedAt, endedAt } = await power.under(hold, board, 'cycle', reason)
    if (back === true) {
      const responseMs = (endedAt ?? startedAt) - startedAt
      return { outcome: 'back', message: null, answer: { responseMs, kernel: null } }
    }
    const why = message ?? 'not back at its prompt after a power cycle'
    return { outcome: failure === null ? 'no answer' : 'failed', message: why }
  }
  const carryOut = { console, reset, power: cycle }

  return {
    async take(step, patient) {
      const { id } = patient.board
      const startedAt = core.clock.now()
      await core.commit(...beginning(step, patient, startedAt))
      const { outcome, message, answer } = await carryOut[step](patient)
      const at = core.clock.now()
      const over: Operation = { o: 'board/step', id, at, event: { kind: 'step ended', outcome, message } }
      if (answer === undefined) await core.commit(over)
      else {
        const answered: Operation = { o: 'board/step', id, at, event: { kind: 'answered', ...answer } }
        await core.commit(over, answered, ...resolve(core, CAUSE_OF.offline(id)))
      }
      return { step, startedAt, endedAt: at, outcome, message, run: null }
    },
  }
}

/** On disk before anything is sent: what a kill cuts short counts too. */
function beginning(step: RecoveryStep, { board: { id }, reason }: Patient, at: Millis): Operation[] {
  const began: Operation = { o: 'board/step', id, at, event: { kind: 'step began', step, run: null } }
  if (step === 'console') return [began]
  const cycle = step === 'power'
  return [{ o: 'board/step', id, at, event: { kind: 'recovering', reason, cycle } }, began]
}

/** A run reset it a moment ago, and had no time left to see it come back. */
function startsStill(core: Core, { id, bootTimeoutMs }: BoardConfig): boolean {
  const steps = core.state().boards[id]?.steps ?? []
  const last = steps.findLast(({ step }) => step !== 'console')
  return last?.outcome === 'done' && core.clock.now() - last.startedAt < bootTimeoutMs
}

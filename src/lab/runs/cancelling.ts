import { LabError } from '../../errors.ts'
import type { Person, RunResult } from '../types.ts'

/** Why a run is ended on its board. */
export function cancelled(by: Person): LabError {
  return new LabError('cancelled', `Cancelled by @${by.name}.`, {
    hint: 'Its log up to then is kept.',
    failure: { class: 'cancelled', cause: 'cancelled', blame: 'none' },
  })
}

/** Of a run that no board is at work on (any more). */
export function cancelledResult(by: Person, when: string): RunResult {
  return {
    exitStatus: null,
    endedBy: 'nothing',
    failure: { class: 'cancelled', cause: 'cancelled', blame: 'none' },
    title: 'cancelled',
    message: `Cancelled by @${by.name} ${when}.`,
    hint: 'Submit it again when it is wanted.',
    proof: [],
    durationMs: null,
    copied: null,
    tail: [],
    tailTotal: 0,
    files: [],
  }
}

import type { Millis } from '../../clock.ts'
import { BoardBusyError, type Failure, failureOf, LabError, messageOf } from '../../errors.ts'
import type { StoredFile } from '../../storage/types.ts'
import type { Copied } from '../../work/types.ts'
import type { CollectedFiles, Person, Transfer } from '../types.ts'

export type Outcome = { copied?: Copied; collected?: CollectedFiles; files?: readonly StoredFile[] }

/** The transfer with what came of it. Pure. */
export function endOf(transfer: Transfer, outcome: Outcome | { error: unknown }, endedAt: Millis): Transfer {
  if ('error' in outcome) {
    const { error } = outcome
    const hint = error instanceof LabError ? error.hint : null
    return { ...transfer, endedAt, failure: failureOf(error), message: messageOf(error), hint }
  }
  const { copied = null, collected = null, files = [] } = outcome
  const failure = collected?.failure ?? (collected?.files.length === 0 ? NOTHING : null)
  return { ...transfer, endedAt, copied, collected, files, failure }
}

/** Whoever names a file wants that file: none of them is no success. */
const NOTHING: Failure = { class: 'input', cause: 'transfer', blame: 'none' }

export function doing({ what, by }: Transfer): string {
  const file = what.kind === 'send' ? `${what.file} is being sent to it` : 'files are being fetched from it'
  return `${file} by @${by.name}`
}

export function busyError(transfer: Transfer): BoardBusyError {
  const lease = transfer.id.split('.')[0] ?? ''
  return new BoardBusyError(`${transfer.board} is busy: ${doing(transfer)}.`, {
    hint: `Wait for it, or end it: lease cancel ${lease}`,
  })
}

/** Why what was under way is ended when its lease is. */
export function leaseOver(lease: string, why: string): LabError {
  return new LabError('lease-over', `${lease} has ended: ${why}.`, {
    hint: 'Lease the board again, and begin it again.',
    failure: { class: 'cancelled', cause: 'cancelled', blame: 'none' },
  })
}

export function cutShort(): LabError {
  return new LabError('restart', 'The bot was restarted meanwhile.', {
    hint: 'Begin it again: what of a file had come to the board is gone on with.',
    failure: { class: 'infrastructure', cause: 'restart', blame: 'lab' },
  })
}

export function cancelledBy(by: Person): LabError {
  return new LabError('cancelled', `Cancelled by @${by.name}.`, {
    hint: 'Nothing of an unfinished file is left on the board.',
    failure: { class: 'cancelled', cause: 'cancelled', blame: 'none' },
  })
}

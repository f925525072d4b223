/** What an answer is about, read again: after waiting for its end, and for a request that was answered before. */

import type { AnyCommand } from '../../commands/types.ts'
import type { Lab } from '../../lab/lab.ts'

/** Ids by the members of a result that they are of: `{ run: 'T12' }`. */
export type Refs = Readonly<Record<string, string>>

type Read = (id: string, lab: Lab) => unknown

const READS: Readonly<Record<string, Read>> = {
  run: (id, lab) => lab.run(id),
  lease: (id, lab) => lab.lease(id),
  board: (id, lab) => lab.board(id),
  event: (id, lab) => lab.powerEvent(id),
  transfer: (id, lab) => lab.transfer(id),
  alert: (id, lab) => lab.alerts().find(alert => alert.id === id) ?? null,
}

export function refsOf(result: unknown): Refs {
  return Object.fromEntries(
    members(result).flatMap(([name, value]) => {
      const id = Object.hasOwn(READS, name) ? idOf(value) : null
      return id === null ? [] : [[name, id]]
    }),
  )
}

/**
 * The result with what it is about as it is now; what is gone by now stays as it was. Null where nothing of it is left.
 * Throws when it is no result of the command.
 */
export async function readAgain(
  command: AnyCommand,
  before: unknown,
  refs: Refs,
  lab: Lab,
): Promise<unknown> {
  const now: Record<string, unknown> = Object.fromEntries(members(before))
  for (const [name, id] of Object.entries(refs)) {
    const read = (await READS[name]?.(id, lab)) ?? null
    if (read !== null) now[name] = read
    else if (now[name] === undefined) return null
  }
  const waits = refs['run'] ?? refs['lease']
  if (Object.hasOwn(shapeOf(command), 'waiting'))
    now['waiting'] = waits === undefined ? null : lab.waiting(waits)
  // What its schema does not name, such as a board's log-in, never leaves.
  return command.result.parse(now)
}

function shapeOf(command: AnyCommand): object {
  return 'shape' in command.result && typeof command.result.shape === 'object'
    ? (command.result.shape ?? {})
    : {}
}

function idOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null
  if ('id' in value && typeof value.id === 'string') return value.id
  return 'config' in value ? idOf(value.config) : null
}

function members(result: unknown): [string, unknown][] {
  return typeof result === 'object' && result !== null ? Object.entries(result) : []
}

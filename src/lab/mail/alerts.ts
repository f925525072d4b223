import { NotFoundError, StaleError } from '../../errors.ts'
import { formatId } from '../../ids.ts'
import type { Core } from '../core.ts'
import { own } from '../own.ts'
import type { Operation } from '../state.ts'
import type { Alert, LabState, Person } from '../types.ts'

/** Where what concerns everybody is told: the deployment's one home channel (M5.5). */
export const HOME = 'home'

/** What alerts are about; the same cause is raised once. */
export const CAUSE_OF = {
  wait: 'wait',
  storage: 'storage-full',
  artifacts: 'artifacts-over',
  unhealthy: (board: string): string => `unhealthy/${board}`,
  power: (board: string): string => `power/${board}`,
  offline: (board: string): string => `offline/${board}`,
} as const

/** The alert of a cause that is not over. */
export function raised(core: Core, cause: string): Alert | null {
  return openAlerts(core.state()).find(alert => alert.cause === cause) ?? null
}

/** What is over and only waits to be told is none of them. */
export function openAlerts({ alerts }: Readonly<Pick<LabState, 'alerts'>>): readonly Alert[] {
  return Object.values(alerts).filter(alert => alert.resolvedAt === null)
}

/** One alert a cause, not one a check (H16.6): nothing when it is raised already. */
export function raise(core: Core, cause: string, text: string): Operation[] {
  if (raised(core, cause) !== null) return []
  const at = core.clock.now()
  const id = formatId('A', core.state().counters.A + 1)
  const item = {
    key: `alert/${id}`,
    channel: HOME,
    topic: `alert/${id}`,
    kind: 'alert',
    to: HOME,
    createdAt: at,
    attempts: 0,
    nextAt: at,
  }
  return [
    { o: 'alert/raised', alert: { id, cause, text, since: at, resolvedAt: null } },
    { o: 'outbox/owed', item },
  ]
}

/** The same alert with what is known now; nobody is told again. */
export function reword(core: Core, cause: string, text: string): Operation[] {
  const alert = raised(core, cause)
  return alert === null || alert.text === text ? [] : [{ o: 'alert/raised', alert: { ...alert, text } }]
}

/** What was wrong with boards that are gone is nobody's business any more. */
export function resolveOfGone(core: Core, isGone: (board: string) => boolean): Operation[] {
  return openAlerts(core.state()).flatMap(({ cause }) => {
    const [kind, board = ''] = cause.split('/')
    const isOfBoard = kind === 'unhealthy' || kind === 'power' || kind === 'offline'
    return isOfBoard && isGone(board) ? resolve(core, cause) : []
  })
}

export function resolve(core: Core, cause: string): Operation[] {
  const alert = raised(core, cause)
  return alert === null ? [] : [{ o: 'alert/resolved', id: alert.id, at: core.clock.now() }]
}

/** One person looks after it; whoever comes second is told who. Throws NotFoundError when it is over. */
export async function acknowledge(core: Core, id: string, by: Person): Promise<Alert> {
  const open = (): Alert => {
    const alert = own(core.state().alerts, id)
    if (alert !== undefined && alert.resolvedAt === null) return alert
    throw new NotFoundError(`There is no alert ${id} any more.`, {
      field: 'id',
      hint: 'See what is open: alerts',
    })
  }
  const before = open().acknowledged
  if (before !== undefined)
    throw new StaleError(`${id} was acknowledged by @${before.by.name} already.`, {
      hint: 'See what is open: alerts',
    })
  await core.commit({ o: 'alert/acknowledged', id, by, at: core.clock.now() })
  return core.state().alerts[id] ?? open()
}

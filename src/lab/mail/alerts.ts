import { formatId } from '../../ids.ts'
import type { Core } from '../core.ts'
import type { Operation } from '../state.ts'

/** Where what concerns everybody is told: the deployment's one home channel (M5.5). */
export const HOME = 'home'

/** What alerts are about; the same cause is raised once. */
export const CAUSE_OF = {
  wait: 'wait',
  storage: 'storage-full',
  artifacts: 'artifacts-over',
  unhealthy: (board: string): string => `unhealthy/${board}`,
  power: (board: string): string => `power/${board}`,
} as const

/** One alert a cause, not one a check (H16.6): nothing when it is raised already. */
export function raise(core: Core, cause: string, text: string): Operation[] {
  if (Object.values(core.state().alerts).some(alert => alert.cause === cause)) return []
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

export function resolve(core: Core, cause: string): Operation[] {
  const alert = Object.values(core.state().alerts).find(entry => entry.cause === cause)
  return alert === undefined ? [] : [{ o: 'alert/resolved', id: alert.id, at: core.clock.now() }]
}

import type { Finding } from '../../reading/types.ts'
import type { Core } from '../core.ts'
import type { Holdings } from '../leases/holdings.ts'
import { holdsBoard } from '../leases/lease-state.ts'
import { inMaintenance } from './board-state.ts'
import { JUST_USED_MS } from './idle-blame.ts'
import { type During, incidentOf } from './incidents.ts'
import { taints } from './taint.ts'

/**
 * What a board's console tells outside of tests, for its history: at its first line, and again whole. Of a test the
 * attempt tells it, with what it came to.
 */
export function hearIncident(
  core: Core,
  used: Pick<Holdings, 'usedAgo'>,
  id: string,
  finding: Finding,
): void {
  const during = finding.whole ? toldBefore(core, id, finding) : heldBy(core, used, id, finding)
  if (during === null || core.state().boards[id] === undefined) return
  const at = core.clock.now()
  const incident = incidentOf(finding, at, during)
  core.post({ o: 'board/step', id, at, event: { kind: 'incident', incident } })
  if (!finding.whole && taints(finding))
    core.post({ o: 'board/step', id, at, event: { kind: 'tainted', title: finding.title, run: null } })
}

/** Null while a test has it, and for the start that comes of a board's being brought back. */
function heldBy(
  core: Core,
  { usedAgo }: Pick<Holdings, 'usedAgo'>,
  id: string,
  { cause, severity }: Finding,
): During | null {
  const lease = Object.values(core.state().leases).find(each => each.board === id && holdsBoard(each))
  if (lease !== undefined) return lease.holder.kind === 'run' ? null : { during: lease.id }
  const state = core.state().boards[id]
  if (state === undefined) return null
  if (inMaintenance(state, core.clock.now())) return { during: 'maintenance' }
  // It stands there because it failed before: what it does now proves nothing anew.
  if (state.condition !== 'unknown' && state.condition !== 'ready')
    return cause === 'reset' ? null : { during: 'recovery' }
  const isOfUse = severity === 'ends' && usedAgo(id) < JUST_USED_MS
  return { during: null, ...(isOfUse ? { blame: 'use' } : {}) }
}

/** The rest of what was no test's when it began. */
function toldBefore(core: Core, id: string, { from, kind }: Finding): During | null {
  const known = core
    .state()
    .boards[id]?.incidents?.find(({ offset, kind: its }) => offset === from && its === kind)
  return known === undefined || known.test !== undefined ? null : { during: known.during }
}

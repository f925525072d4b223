import type { Core } from '../core.ts'
import { type Claim, claimsOf, type Want } from '../queue/claims.ts'
import type { Operation } from '../state.ts'
import { owed } from './owed.ts'

/**
 * Who waits for a board or a family that the inventory has no longer is told so, once: nobody else would ever tell
 * them, and it waits on in case the board comes back (M2.7). Safe to repeat.
 */
export async function tellStranded(core: Core): Promise<void> {
  const { boards } = core.current.inventory
  const ids = new Set(boards.map(board => board.id))
  const families = new Set(boards.map(board => board.family))
  const isStranded = ({ board, family }: Want): boolean =>
    board === null ? family !== null && !families.has(family) : !ids.has(board)
  const stranded = claimsOf(core.state(), isStranded)
  const still = new Set(stranded.map(claim => claim.id))
  const told = Object.keys(core.state().stranded)
  const operations = [
    ...told.filter(id => !still.has(id)).map((id): Operation => ({ o: 'claim/fits', id })),
    ...stranded.filter(claim => !told.includes(claim.id)).flatMap(claim => tell(core, claim)),
  ]
  if (operations.length > 0) await core.commit(...operations)
}

function tell(core: Core, { id, kind }: Claim): Operation[] {
  const about = kind === 'run' ? core.state().runs[id] : core.state().leases[id]
  if (about === undefined) return []
  return [
    { o: 'claim/stranded', id, at: core.clock.now() },
    owed(core, about, 'no-board', about.origin.channel),
  ]
}

import type { Timer } from '../../clock.ts'
import type { Checks } from '../boards/checks.ts'
import type { Core } from '../core.ts'
import type { Hold, Holdings } from '../leases/holdings.ts'
import type { PeopleLeases } from '../leases/people.ts'
import type { Attempts } from '../runs/attempts.ts'
import { leaseIdOf } from '../runs/verdict.ts'
import type { BoardSummary, FamilySummary, Lease, Run } from '../types.ts'
import { type Claim, claimsOf } from './claims.ts'
import { decide, type Place, type Start } from './decide.ts'

export type Dispatch = {
  /** Starts whatever can start now. Called at every change that may free something; cheap when nothing can. */
  kick(): void
  /** Whether this one would get a board at once, if it stood in line now. */
  wouldStart(claim: Claim): boolean
  /** Resolves when no hand-over of a board is on its way. */
  idle(): Promise<void>
  /** Resolves when this board is not on its way to a claim. */
  handedOver(board: string): Promise<void>
  stop(): void
}

export type DispatchDeps = {
  core: Core
  holdings: Holdings
  checks: Checks
  attempts: Attempts
  people: PeopleLeases
  boards(): readonly BoardSummary[]
  families(boards: readonly BoardSummary[]): readonly FamilySummary[]
  /** A board is being switched; it is nobody's to take. */
  blocked(board: string): boolean
}

/** After a hold was refused by the store the board is left alone for the sweep to try again. */
export function createDispatch(deps: DispatchDeps): Dispatch {
  const { core, holdings, checks } = deps
  const taking = new Map<string, Promise<void>>()
  let deciding: Promise<ReadonlyMap<string, Claim>> | null = null
  let looking: Promise<void> | null = null
  let stopped = false
  let later: Timer | null = null

  /** Boards being taken count as free: which claim gets one is decided again when it is in our hands. */
  const plan = (claims: readonly Claim[]): readonly Start[] => {
    const boards = deps.boards()
    const places = boards.map((board): Place => placeOf(board, free(deps, board)))
    const room = new Map(deps.families(boards).map(family => [family.name, family.limit - family.running]))
    return decide(claims, places, room, core.clock.now())
  }
  const take = async (board: string): Promise<void> => {
    await checks.yield(board)
    const hold = await holdings.take(board, 'claim')
    if (hold === null) return
    const claim = (await decided()).get(board)
    if (claim === undefined) return await holdings.release(hold)
    await grant(claim, hold)
  }
  /**
   * One plan for all boards that came into our hands in the same turn, carried out before anything else moves: a plan
   * for each would hold the loop for as long as there are boards.
   */
  const decided = (): Promise<ReadonlyMap<string, Claim>> => {
    deciding ??= Promise.resolve().then(() => {
      deciding = null
      const starts = stopped ? [] : plan(claimsOf(core.state()))
      return new Map(starts.map(({ board, claim }) => [board, claim]))
    })
    return deciding
  }
  const grant = async (claim: Claim, hold: Hold): Promise<void> => {
    if (claim.kind === 'run') await grantRun(deps, claim.id, hold)
    else await grantLease(deps, claim.id, hold)
  }
  /** A claim that waits out its time after a failure is looked at again to the moment (M3.5). */
  const wakeLater = (claims: readonly Claim[]): void => {
    later?.cancel()
    const now = core.clock.now()
    const moments = claims
      .flatMap(claim => claim.avoid.map(entry => entry.until))
      .filter(until => until > now)
    later = moments.length === 0 ? null : core.clock.after(Math.min(...moments) - now, () => kick())
  }
  const look = (): void => {
    looking = null
    if (stopped || core.current.stopping) return
    const claims = claimsOf(core.state())
    wakeLater(claims)
    for (const { board } of plan(claims)) {
      if (taking.has(board)) continue
      const work = take(board)
        .catch((error: unknown) => core.log.error({ board, error }, 'a board could not be handed over'))
        .finally(() => taking.delete(board))
      taking.set(board, work)
    }
  }
  /** One look for all that happened in the same turn: two hundred tests submitted at once are one change. */
  const kick = (): void => {
    looking ??= Promise.resolve()
      .then(look)
      .catch((error: unknown) => core.log.error({ error }, 'the queue could not be looked at'))
  }
  return {
    kick,
    wouldStart: claim => plan([...claimsOf(core.state()), claim]).some(start => start.claim === claim),
    async idle() {
      while (looking !== null || taking.size > 0) await Promise.all([looking, ...taking.values()])
    },
    async handedOver(board) {
      while (looking !== null || taking.has(board)) await Promise.all([looking, taking.get(board)])
    },
    stop() {
      stopped = true
      later?.cancel()
    },
  }
}

function free(deps: DispatchDeps, board: BoardSummary): boolean {
  const id = board.config.id
  if (!board.usable || board.lease !== null || deps.blocked(id)) return false
  const hold = deps.holdings.current(id)
  return hold === null || hold.holder === 'claim' || deps.checks.checking(id)
}

function placeOf(board: BoardSummary, isFree: boolean): Place {
  const { id, family, site } = board.config
  return { id, family, site, free: isFree, uses: board.state.uses, lastUsedAt: board.state.lastUsedAt }
}

async function grantRun(deps: DispatchDeps, id: string, hold: Hold): Promise<void> {
  const { core } = deps
  const run = core.state().runs[id] as Run
  const at = core.clock.now()
  const lease = runLease(run, hold, at, core.current.inventory.settings.collectTimeoutMs)
  const stored = core.commit(
    { o: 'run/step', id, at, event: { kind: 'leased', board: hold.board, token: hold.token } },
    { o: 'lease/asked', lease },
    {
      o: 'lease/step',
      id: lease.id,
      at,
      event: { kind: 'granted', board: hold.board, token: hold.token, until: at + lease.termMs },
    },
    { o: 'board/step', id: hold.board, at, event: { kind: 'used', token: hold.token } },
  )
  const leased = core.state().runs[id] ?? run
  await stored
  // Not waited for: it takes as long as the test does.
  void deps.attempts.carryOut(leased, hold)
}

async function grantLease(deps: DispatchDeps, id: string, hold: Hold): Promise<void> {
  const { core } = deps
  const at = core.clock.now()
  await core.commit(
    { o: 'lease/step', id, at, event: { kind: 'checking', board: hold.board, token: hold.token } },
    { o: 'board/step', id: hold.board, at, event: { kind: 'used', token: hold.token } },
  )
  const lease = core.state().leases[id]
  if (lease !== undefined) core.behind('handing a board over', deps.people.handOver(lease, hold))
}

/** A run's term is its time limit and a margin for attaching, ending and cleaning up, its copying at a slow pace, and its files. */
const MARGIN_MS = 10 * 60_000
/** A quarter of what a line of 115200 baud carries in base64. */
const SLOWEST_BYTES_PER_MS = 2

function runLease(run: Run, hold: Hold, at: number, collectMs: number): Lease {
  const attempt = run.attempts.length + 1
  return {
    id: leaseIdOf(run.id, attempt),
    rev: 0,
    family: run.family,
    wanted: run.board,
    board: hold.board,
    holder: { kind: 'run', run: run.id, attempt },
    token: null,
    origin: run.origin,
    askedAt: at,
    termMs:
      run.timeoutMs +
      MARGIN_MS +
      (run.program.kind === 'binary' ? run.program.size / SLOWEST_BYTES_PER_MS : 0) +
      (run.collect === undefined ? 0 : collectMs),
    since: null,
    until: null,
    state: 'waiting',
    warned: [],
    avoid: [],
    ended: null,
  }
}

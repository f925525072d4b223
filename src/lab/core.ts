import type { SteadyClock } from '../clock.ts'
import type { BoardConfig, Inventory } from '../config/types.ts'
import { LabError, NotFoundError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Site } from '../sites/types.ts'
import type { Artifacts, Audit, History, LeaseStore, Rollup, Sequence, Store } from '../storage/types.ts'
import { refusalOf } from './check-operations.ts'
import type { ConsoleAddress } from './consoles.ts'
import type { FileServers } from './files/named.ts'
import type { NewsBus } from './news.ts'
import { type CallerRoles, roleIn } from './roles.ts'
import type { RunSummary } from './runs/summary.ts'
import type { Tally } from './runs/tally.ts'
import { type Operation, topicsOf } from './state.ts'
import type { LabState, Lease, Person, PowerEvent, Role, Run } from './types.ts'

/** What the lab is built on; `app` hands it in. */
export type LabDeps = {
  store: Store<LabState, Operation>
  runs: History<Run, RunSummary>
  leases: History<Lease, null>
  power: History<PowerEvent, { board: string }>
  tallies: Rollup<Run, Tally>
  audit: Audit
  artifacts: Artifacts
  leaseStore: LeaseStore
  /** The site where work on a board is done. */
  siteOf(board: BoardConfig): Site
  inventory: Inventory
  /** Reads the inventory again. Throws ConfigError. */
  readInventory(): Promise<Inventory>
  /** Address in links; known once the port is. */
  publicUrl(): string
  /** What callers over HTTP may; left out: what any user may. */
  callerRoles?: CallerRoles
  /** Throws InputError where a result may not be posted to this address; left out: none may. */
  checkCallback?(url: string): void
  /** Where files at addresses are fetched; left out: nowhere (M6.1). */
  web?: FileServers
  /** Where people connect to consoles; null, or left out: nowhere. */
  consoleAddress?(): ConsoleAddress | null
  clock: SteadyClock
  log: Log
}

/** What the lab's services share. */
export type Core = LabDeps & {
  readonly news: NewsBus
  state(): Readonly<LabState>
  current: { inventory: Inventory; loadedAt: number; stopping: boolean }
  roleOf(person: Person): Role
  /** Applied at once, on disk when it resolves. Throws without any change when a step is illegal. */
  commit(...operations: readonly Operation[]): Promise<Sequence>
  /** For steps that nobody waits for. */
  post(...operations: readonly Operation[]): void
  /** For work that nobody waits for: what it throws is logged, and nothing else stops. */
  behind(what: string, work: Promise<unknown>): void
}

export function createCore(deps: LabDeps, news: NewsBus): Core {
  const { store, log } = deps
  const commit = (...operations: readonly Operation[]): Promise<Sequence> => {
    const refused = refusalOf(store.state, operations)
    if (refused !== null) return Promise.reject(illegal(refused))
    const before = operations.flatMap(op => topicsOf(op, store.state))
    const done = store.commit(operations)
    news.publish([...before, ...operations.flatMap(op => topicsOf(op, store.state))], store.sequence)
    return done
  }
  const behind = (what: string, work: Promise<unknown>): void => {
    work.catch((error: unknown) => log.error({ error }, `${what} failed`))
  }
  const current = { inventory: deps.inventory, loadedAt: deps.clock.now(), stopping: false }
  return {
    ...deps,
    news,
    state: () => store.state,
    current,
    roleOf: person => roleIn(current.inventory.people, deps.callerRoles ?? (() => 'user'), person),
    commit,
    post: (...operations) => behind('storing a change', commit(...operations)),
    behind,
  }
}

export function boardConfig(core: Core, id: string): BoardConfig | null {
  return core.current.inventory.boards.find(board => board.id === id) ?? null
}

/** Throws NotFoundError naming what there is. */
export function requireBoard(core: Core, id: string): BoardConfig {
  const board = boardConfig(core, id)
  if (board !== null) return board
  throw new NotFoundError(`There is no board "${id}".`, {
    field: 'board',
    hint: `Boards: ${core.current.inventory.boards.map(b => b.id).join(', ')}`,
  })
}

function illegal(refused: string): LabError {
  return new LabError('stale', refused, {
    hint: 'It moved on in the meantime; look at it again.',
    failure: 'input',
  })
}

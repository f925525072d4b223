import type { BoardConfig } from '../config/types.ts'
import { LabError, LeaseLostError } from '../errors.ts'
import { createChecks, recordProbe } from './boards/checks.ts'
import { createLiveBoards } from './boards/live.ts'
import { createPowerService } from './boards/power.ts'
import { createPrinted } from './boards/printed.ts'
import { createRecovery } from './boards/recovery.ts'
import { boardSummary, familySummaries, holders } from './boards/views.ts'
import { createWatching } from './boards/watching.ts'
import { boardConfig, type Core } from './core.ts'
import { createAtOnce } from './leases/at-once.ts'
import { createConsoles } from './leases/consoles.ts'
import { createHoldings, type Hold } from './leases/holdings.ts'
import { createPeopleLeases } from './leases/people.ts'
import { leaseOver } from './leases/transfer-end.ts'
import { createTransfers } from './leases/transfers.ts'
import { createDispatch } from './queue/dispatch.ts'
import { queueSummary, startsIn } from './queue/views.ts'
import { createAttempts } from './runs/attempts.ts'
import { createRuns } from './runs/runs.ts'
import type { SampleBook } from './runs/samples.ts'
import type { BoardSummary, QueueSummary } from './types.ts'

const ASK_WITHIN_MS = 10_000

export type Services = ReturnType<typeof createServices>

/** The lab's parts, and who calls whom among them. */
export function createServices(core: Core, samples: SampleBook) {
  const live = createLiveBoards()
  const printed = createPrinted()

  /** Something may have come free: follow the inventory where a board had to be waited for, then hand boards out. */
  const freed = (): void => {
    watching.freed()
    dispatch.kick()
  }
  const lookAfter = (board: string, reason: string): void => void recovery.recover(board, reason)
  /** Whoever is next in line asks the board before using it; when nobody is, the lab does. */
  const askLeft = async (id: string): Promise<void> => {
    await dispatch.idle()
    if (core.current.stopping) return
    const board = boardConfig(core, id)
    // While its power is being switched a question under a newer token would lock the switch out.
    if (board === null || holdings.current(id) !== null || power.acting(id)) return
    if ((await recordProbe(core, id, () => checks.probe(board, ASK_WITHIN_MS))) !== 'silent') return
    await recovery.recover(id, 'no answer after a lease')
  }
  const left = (id: string): void => core.behind('asking a board that was left', askLeft(id))
  const onLost = (hold: Hold): void => {
    core.log.warn({ board: hold.board, holder: hold.holder }, 'a lease was lost')
    const error = new LeaseLostError(hold.board, hold.token, hold.token + 1)
    // The lease of a person is taken again at once; anything else ends at the gate.
    if (!attempts.takeAway(hold.board, error, Promise.resolve()))
      core.behind('taking a board again', people.expire())
  }
  const finished = (id: string): void => {
    const run = core.state().runs[id]
    if (run !== undefined) samples.add(run)
  }

  const holdings = createHoldings({
    leaseStore: core.leaseStore,
    floor: id => core.state().boards[id]?.token ?? 0,
    onLost,
    clock: core.clock,
    log: core.log,
  })
  const checks = createChecks(core, holdings)
  const attempts = createAttempts({ core, holdings, freed, lookAfter, finished })
  const power = createPowerService({
    core,
    holdings,
    checks,
    live,
    freed,
    takeAway: attempts.takeAway,
    handedOver: board => dispatch.handedOver(board),
  })
  const recovery = createRecovery({ core, holdings, checks, power, freed })
  const watching = createWatching({ core, holdings, checks, recovery, live, printed, freed })
  const transfers = createTransfers(core)
  const quiet = (lease: string, why: string): Promise<void> => transfers.giveUp(lease, leaseOver(lease, why))
  const people = createPeopleLeases({ core, holdings, checks, freed, lookAfter, left, quiet })
  const runs = createRuns({ core, attempts })
  const consoles = createConsoles({ core, live, busy: transfers.busy })

  const boards = (): readonly BoardSummary[] => {
    const held = holders(core.state().leases)
    const summary = (config: BoardConfig, leaving: boolean): BoardSummary =>
      boardSummary(core, live, config, held.get(config.id) ?? null, leaving)
    return [
      ...core.current.inventory.boards.map(config => summary(config, false)),
      ...watching.leaving().map(config => summary(config, true)),
    ]
  }
  const families = (all: readonly BoardSummary[]): ReturnType<typeof familySummaries> =>
    familySummaries(core, all)
  const blocked = (id: string): boolean => power.acting(id) || recovery.recovering(id)
  const dispatch = createDispatch({ core, holdings, checks, attempts, people, boards, families, blocked })
  const situation = (): Parameters<typeof queueSummary>[0] => {
    const all = boards()
    return {
      core,
      boards: all,
      families: families(all),
      samples: samples.of,
      progress: attempts.progress,
    }
  }
  const queue = (): QueueSummary => queueSummary(situation())
  const atOnce = createAtOnce({
    core,
    wouldStart: dispatch.wouldStart,
    startsIn: claim => startsIn(situation(), claim),
  })
  return {
    live,
    printed,
    holdings,
    checks,
    attempts,
    power,
    recovery,
    watching,
    people,
    transfers,
    consoles,
    runs,
    atOnce,
    boards,
    families,
    dispatch,
    queue,
  }
}

/** Ends what runs in this process, on the boards first; each goes on with its next attempt after the restart. */
export function restartReason(): LabError {
  return new LabError('restart', 'The bot was stopped while the test ran.', {
    hint: 'The test goes on by itself when the bot is back.',
    failure: { class: 'infrastructure', cause: 'restart', blame: 'lab' },
  })
}

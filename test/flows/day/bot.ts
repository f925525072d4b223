import { join } from 'node:path'
import { z } from 'zod'
import { handsOf, intervalsOf } from '../../../src/app/facts.ts'
import { openStorage } from '../../../src/app/storage.ts'
import { createSteadyClock } from '../../../src/clock.ts'
import type { BoardConfig, Inventory } from '../../../src/config/types.ts'
import { createLab } from '../../../src/lab/index.ts'
import type { Lab } from '../../../src/lab/lab.ts'
import type { Log } from '../../../src/log.ts'
import { openBoard } from '../../../src/rig.ts'
import { createEmbeddedSite } from '../../../src/sites/embedded.ts'
import { createMemoryLeaseStore } from '../../../src/storage/index.ts'
import { perform } from '../../../src/work/index.ts'
import type { FakeClock } from '../../fake-clock.ts'
import { aBoard, anInventory, POWER, someSettings } from '../../lab/samples.ts'
import { watchLaw } from '../law.ts'
import type { DayBoard } from './board.ts'
import type { PlannedBoard } from './plan.ts'

/** One life of the bot, from its start to its stop. */
export type Bot = { lab: Lab; close(): Promise<void> }

/** Hands strike no oftener: a sweep only catches what an event missed, and a day has many. */
const HAND_MS = 30_000
const DELIVER_MS = 10_000

export type BotDeps = {
  boards: ReadonlyMap<string, DayBoard>
  clock: FakeClock
  dir: string
  inventory: Inventory
  /** What broke the law of the queue or of the one holder, and what was logged as an error. */
  broken: string[]
  /** Why a board had no work. */
  aside: Map<string, string[]>
  lookedAfter: Set<string>
  /** Until when a board was last leased; Infinity while it is. */
  heldUntil: Map<string, number>
}

/** The lab on its stores, its site, and the hands of its clock; boards and PDUs are driven by what they are. */
export async function openBot({ boards, clock, dir, inventory, broken, ...noted }: BotDeps): Promise<Bot> {
  const log = errorsTo(broken)
  const exit = (error: Error): void => void broken.push(`exit: ${error.message}`)
  const environment = { dataDir: dir, artifactDir: join(dir, 'artifacts') }
  const storage = await openStorage({ environment, clock, log, exit })
  const found = (id: unknown): DayBoard => boards.get(String(id)) as DayBoard
  const drivers = {
    console: {
      day: { id: 'day', schema: z.unknown(), where: String, create: (id: unknown) => found(id).console },
    },
    power: { day: { id: 'day', schema: z.unknown(), create: (id: unknown) => found(id).power } },
  }
  const site = createEmbeddedSite({
    id: 'embedded',
    open: board => openBoard(board, { dataDir: dir, clock, log, drivers }),
    work: perform,
    clock,
    log,
  })
  const lab = await createLab({
    ...storage,
    leaseStore: createMemoryLeaseStore({ clock }),
    siteOf: () => site,
    inventory,
    readInventory: async () => inventory,
    publicUrl: () => 'http://lab.test',
    clock: createSteadyClock(clock),
    log,
  })
  const law = watchLaw(lab)
  const unsubscribe = lab.subscribe('boards', () => note(lab, noted))
  await lab.start()
  const stopHands = strike(lab, inventory, clock, broken)
  return {
    lab,
    async close() {
      stopHands()
      broken.push(...law.broken)
      await lab.stop()
      unsubscribe()
      law.stop()
      await site.close()
      await storage.close()
    },
  }
}

/** The scheduler's hands, and the channel that delivers what is owed, on the day's clock. */
function strike(lab: Lab, inventory: Inventory, clock: FakeClock, broken: string[]): () => void {
  let stopped = false
  const every = (ms: number, hand: () => Promise<unknown>): void => {
    const again = (): void => {
      if (stopped) return
      void hand()
        .catch((error: unknown) => broken.push(`a hand failed: ${String(error)}`))
        .finally(() => clock.after(ms, again))
    }
    clock.after(ms, again)
  }
  const intervals = intervalsOf(inventory)
  for (const [name, hand] of Object.entries(handsOf(lab)))
    every(Math.max(HAND_MS, intervals[name as keyof typeof intervals]), hand)
  every(DELIVER_MS, async () => {
    for (const item of lab.owed.items()) await lab.owed.settled(item.key, 'delivered')
  })
  return () => {
    stopped = true
  }
}

function note(lab: Lab, noted: Pick<BotDeps, 'aside' | 'lookedAfter' | 'heldUntil'>): void {
  const { aside, lookedAfter, heldUntil } = noted
  for (const { config, state, lease } of lab.boards()) {
    if (lease !== null) heldUntil.set(config.id, Infinity)
    else if (heldUntil.get(config.id) === Infinity) heldUntil.set(config.id, lab.now())
    if (state.condition === 'recovery') lookedAfter.add(config.id)
    const why =
      state.unhealthy?.reason ?? (state.condition === 'offline' ? (state.reason ?? 'offline') : null)
    if (why === null) continue
    const seen = aside.get(config.id) ?? []
    const line = `${new Date(lab.now()).toISOString().slice(11, 16)} ${state.unhealthy === null ? 'set aside' : 'unhealthy'}: ${why}`
    if (!seen.some(each => each.endsWith(why))) aside.set(config.id, [...seen, line])
  }
}

export function inventoryOf(boards: readonly PlannedBoard[]): Inventory {
  return anInventory(boards.map(configOf), {
    settings: someSettings({
      livenessMs: 20_000,
      boardHealthMs: 10 * 60_000,
      queueLimit: 200,
      recoveryCooldownMs: 15 * 60_000,
    }),
  })
}

function configOf({ id, family, sysrq }: PlannedBoard): BoardConfig {
  const [main] = aBoard(id).consoles
  return aBoard(id, {
    ...{ family, sysrq, bootTimeoutMs: 30_000 },
    consoles: [{ ...main, driver: 'day', options: id as never, where: `memory ${id}` }],
    power: { ...POWER, driver: 'day', options: id as never, pdu: `pdu-${id}`, where: `pdu-${id} outlet 1` },
  })
}

function errorsTo(broken: string[]): Log {
  const ignore = (): void => {}
  return {
    ...{ debug: ignore, info: ignore, warn: ignore },
    error: (fields, message) =>
      void broken.push(`logged: ${message} ${JSON.stringify(fields)} ${String(fields['error'])}`),
  }
}

import type { Core } from '../core.ts'
import { own } from '../own.ts'
import type { Operation } from '../state.ts'
import type { PowerEvent } from '../types.ts'

/** What is known of switches and readings: begun and ended on disk, then in history; progress in memory. */
export type PowerBook = {
  /** Going on, or of this process and not long over. */
  event(id: string): PowerEvent | null
  /** Whenever it was; null when there is none. */
  find(id: string): Promise<PowerEvent | null>
  /** Of a board, newest first. */
  past(board: string, limit: number): Promise<readonly PowerEvent[]>
  reached(id: string, step: PowerEvent['steps'][number]): void
  steps(id: string): PowerEvent['steps']
  /** Readings are never stored. */
  remember(reading: PowerEvent): void
  /** Stores the end together with what it means, and begins to put it into history. */
  end(over: PowerEvent, ...meaning: readonly Operation[]): Promise<PowerEvent>
  /** What has ended goes to history, then the live state forgets it. Never throws: what fails goes with the next. */
  archive(): Promise<void>
  /** Resolves when what has ended is in history. */
  idle(): Promise<unknown>
}

const KEPT_IN_MEMORY = 200

export function createPowerBook(core: Core): PowerBook {
  /** Readings, and switches that are in history: nothing of them is in the live state. */
  const recent = new Map<string, PowerEvent>()
  const progress = new Map<string, PowerEvent['steps']>()
  let archiving: Promise<void> = Promise.resolve()

  const steps = (id: string): PowerEvent['steps'] => progress.get(id) ?? []
  const withSteps = (stored: PowerEvent): PowerEvent =>
    stored.endedAt === null ? { ...stored, steps: steps(stored.id) } : stored
  const event = (id: string): PowerEvent | null => {
    const stored = own(core.state().power, id)
    return stored === undefined ? (recent.get(id) ?? null) : withSteps(stored)
  }
  const remember = (over: PowerEvent): void => {
    for (const old of [...recent.keys()].slice(0, Math.max(0, recent.size - KEPT_IN_MEMORY)))
      recent.delete(old)
    recent.set(over.id, over)
  }
  const archiveOne = async (over: PowerEvent): Promise<void> => {
    try {
      await core.power.append(over, over.startedAt)
      remember(over)
      if (core.state().power[over.id] !== undefined) await core.commit({ o: 'power/left', id: over.id })
    } catch (error) {
      core.log.error({ event: over.id, error }, 'a power event could not be put into history')
    }
  }
  const archive = async (): Promise<void> => {
    const ended = Object.values(core.state().power).filter(each => each.endedAt !== null)
    await Promise.all(ended.map(archiveOne))
  }

  return {
    event,
    find: async id => event(id) ?? (await core.power.get(id)),
    async past(board, limit) {
      const stored = Object.values(core.state().power).filter(each => each.board === board)
      const here = stored.map(withSteps).sort((a, b) => b.startedAt - a.startedAt)
      const known = new Set(here.map(each => each.id))
      const past = core.power.list().filter(each => each.summary.board === board && !known.has(each.id))
      const read = await Promise.all(past.slice(0, limit).map(each => core.power.get(each.id)))
      return [...here, ...read.filter(each => each !== null)].slice(0, limit)
    },
    reached: (id, step) => void progress.set(id, [...steps(id), step]),
    steps,
    remember,
    async end(over, ...meaning) {
      const stored = core.commit({ o: 'power/ended', event: over }, ...meaning)
      progress.delete(over.id)
      await stored
      archiving = Promise.all([archiving, archive()]).then(() => {})
      return event(over.id) ?? over
    },
    archive,
    idle: () => archiving,
  }
}

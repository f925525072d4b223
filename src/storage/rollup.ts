import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { dayOf, isDay } from './day.ts'
import { cannotOpen, type Disk, isFull, makeFolder, realDisk, replaceFile } from './disk.ts'
import { frame, parseFramed } from './frame.ts'
import type { History, Rollup } from './types.ts'

export type RollupOptions<R extends { id: string }, S> = {
  dir: string
  name: string
  log: Log
  history: Pick<History<R, unknown>, 'day' | 'days' | 'list'>
  empty(): S
  /** Pure but for `sum` itself, which it may change and give back. */
  add(sum: S, record: R): S
  /** Rises when S changes: days still in the history are then summed again, older ones brought up by `upgrade`. */
  version?: number
  upgrade?(from: number, sum: unknown): unknown
  disk?: Disk
}

/** `ids`: whose records are in it, as far as this process has seen them. */
type Day<S> = { sum: S; records: number; stored: boolean; ids: Set<string> }
type Stored<S> = { v: number; records: number; sum: S }

const SUFFIX = '.json'

/** Opened after the history and before anything is appended to it: days without a stored sum are read at once. */
export async function openRollup<R extends { id: string }, S>(
  options: RollupOptions<R, S>,
): Promise<Rollup<R, S>> {
  const { log, history, empty, add, version = 1, upgrade, disk = realDisk } = options
  const dir = join(options.dir, options.name)
  const days = new Map<string, Day<S>>()

  await load().catch((error: unknown) => {
    throw cannotOpen(dir, error)
  })

  async function load(): Promise<void> {
    await makeFolder(dir)
    const names = (await readdir(dir)).filter(name => name.endsWith(SUFFIX))
    for (const day of names.map(name => name.slice(0, -SUFFIX.length)).filter(isDay)) {
      const stored = await readDay(day)
      if (stored !== null) days.set(day, stored)
    }
    const counts = countDays()
    for (const day of history.days()) {
      if (!isCurrent(day, counts)) days.set(day, await sumUp(day))
    }
  }

  async function readDay(day: string): Promise<Day<S> | null> {
    const value = parseFramed(await readFile(pathOf(day))) as Stored<unknown> | null
    if (value === null)
      log.warn({ dir, day }, 'a daily sum is damaged; made again if its records are still there')
    if (value === null || (value.v !== version && upgrade === undefined)) return null
    const sum = value.v === version || upgrade === undefined ? value.sum : upgrade(value.v, value.sum)
    // An older sum is only good where nothing better can be had: then no count will fit it.
    const records = value.v === version ? value.records : -1
    return { sum: sum as S, records, stored: true, ids: new Set() }
  }

  async function sumUp(day: string): Promise<Day<S>> {
    const ids = new Set<string>()
    let sum = empty()
    for await (const record of history.day(day)) {
      if (ids.has(record.id)) continue
      ids.add(record.id)
      sum = add(sum, record)
    }
    return { sum, records: ids.size, stored: false, ids }
  }

  function countDays(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const { day } of history.list()) counts.set(day, (counts.get(day) ?? 0) + 1)
    return counts
  }

  function isCurrent(day: string, counts: Map<string, number>): boolean {
    const known = days.get(day)
    return known?.stored === true && known.records === (counts.get(day) ?? 0)
  }

  function observe(record: R, at: number): void {
    const key = dayOf(at)
    const day = days.get(key) ?? { sum: empty(), records: 0, stored: false, ids: new Set<string>() }
    days.set(key, day)
    if (day.ids.has(record.id)) return
    day.ids.add(record.id)
    day.sum = add(day.sum, record)
    day.records++
    day.stored = false
  }

  async function roll(before: string): Promise<readonly string[]> {
    const counts = countDays()
    const rolled: string[] = []
    for (const day of history.days()) {
      if (day >= before || isCurrent(day, counts)) continue
      if (await close(day)) rolled.push(day)
    }
    return rolled
  }

  async function close(day: string): Promise<boolean> {
    const sum = await sumUp(day)
    const stored: Stored<S> = { v: version, records: sum.records, sum: sum.sum }
    try {
      await replaceFile(disk, pathOf(day), frame(JSON.stringify(stored)))
    } catch (error) {
      if (!isFull(error)) throw error
      log.warn({ dir, day }, `no room for the sum of ${day}, tried again later: ${messageOf(error)}`)
      return false
    }
    days.set(day, { ...sum, stored: true })
    return true
  }

  function pathOf(day: string): string {
    return join(dir, `${day}${SUFFIX}`)
  }

  return {
    observe,
    roll,
    async read(from) {
      const wanted = [...days].filter(([day]) => day >= from).sort(([a], [b]) => (a < b ? -1 : 1))
      return new Map(wanted.map(([day, { sum }]) => [day, sum]))
    },
    async dropBefore(before) {
      const old = [...days].filter(([day]) => day < before).map(([day]) => day)
      for (const day of old) {
        if (days.get(day)?.stored) await disk.unlink(pathOf(day))
        days.delete(day)
      }
      return old.sort()
    },
  }
}

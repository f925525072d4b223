import { constants } from 'node:fs'
import { access, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type AppendTarget, appendTarget } from './append-target.ts'
import { createAppender } from './appender.ts'
import { isDay } from './day.ts'
import { type StorageDeps, spaceFor } from './deps.ts'
import { cannotOpen, ignoreMissing, makeFolder, realDisk } from './disk.ts'
import { frame, LF, type Line } from './frame.ts'
import { readLines } from './read-lines.ts'

/**
 * A folder of append-only files, one a UTC day, framed lines, synced on append with group commit. A file is open only
 * while a batch is written: any day may be appended to, and nothing is held. A word instead of a day names a small
 * file beside the days.
 */
export type DayFiles = {
  /** Oldest first. */
  days(): readonly string[]
  path(day: string): string
  /** Where the line lies, once it is on disk. */
  append(day: string, json: string): Promise<{ offset: number; length: number }>
  /** Reads the lines from a byte on: before the first append to a file, because a torn end is cut off. */
  scan(day: string, from: number, each: (json: string, line: Line) => void): Promise<Scanned>
  isBusy(day: string): boolean
  remove(days: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** Where the good lines end, and how many damaged ones lie before. */
export type Scanned = { size: number; damaged: number }

type DayFile = { target: AppendTarget; end: number; pending: number }

export async function openDayFiles(dir: string, deps: StorageDeps): Promise<DayFiles> {
  const disk = deps.disk ?? realDisk
  const [space, closeSpace] = await spaceFor(dir, deps, 0)
  const found = await listSizes(dir).catch((error: unknown) => {
    throw cannotOpen(dir, error)
  })
  const files = new Map<string, DayFile>()
  for (const [name, size] of found) files.set(name, fileOf(name, size))

  for (const [name, size] of found) {
    // The next line would be lost behind an unfinished one.
    if (size > 0 && !(await endsWhole(join(dir, name), size)))
      await scan(name.slice(0, -SUFFIX.length), 0, () => {})
  }
  const appender = createAppender({ space, clock: deps.clock, frame: line => line, fatal: deps.exit })

  function fileOf(name: string, size: number): DayFile {
    let fresh = size === 0
    const path = join(dir, name)
    const target = appendTarget(path, size, async work => {
      const file = await disk.open(path)
      try {
        await work(file)
      } finally {
        await file.close()
      }
      if (fresh) await disk.syncFolder(dir)
      fresh = false
    })
    return { target, end: size, pending: 0 }
  }

  async function append(name: string, json: string): Promise<{ offset: number; length: number }> {
    const file = files.get(name) ?? fileOf(name, 0)
    files.set(name, file)
    const line = frame(json)
    const length = Buffer.byteLength(line)
    // Lines of one file are written in the order they came, so the place of each is known before.
    const offset = file.end
    file.end += length
    file.pending++
    await appender.append(file.target, line).finally(() => {
      file.pending--
    })
    return { offset, length }
  }

  async function scan(day: string, from: number, each: (json: string, line: Line) => void): Promise<Scanned> {
    const path = join(dir, nameOf(day))
    let good = from
    let damaged = 0
    let bad = 0
    for await (const block of readLines(path, from)) {
      for (const line of block) {
        if (line.json === null) {
          bad++
          continue
        }
        each(line.json, line)
        good = line.offset + line.length
        damaged += bad
        bad = 0
      }
    }
    if (damaged > 0) deps.log.warn({ path, damaged }, 'damaged lines are passed over')
    if (bad > 0) await cut(day, good)
    return { size: good, damaged }
  }

  async function cut(day: string, size: number): Promise<void> {
    const path = join(dir, nameOf(day))
    deps.log.warn({ path, size }, 'the file ended in a torn line; cut off')
    const file = await disk.open(path)
    try {
      await file.truncate(size)
      await file.sync()
    } finally {
      await file.close()
    }
    files.set(nameOf(day), fileOf(nameOf(day), size))
  }

  return {
    days: () => dayNames(files.keys()),
    path: day => join(dir, nameOf(day)),
    append: (day, json) => append(nameOf(day), json),
    scan,
    isBusy: day => (files.get(nameOf(day))?.pending ?? 0) > 0,
    async remove(days) {
      for (const day of days) {
        files.delete(nameOf(day))
        await disk.unlink(join(dir, nameOf(day))).catch(ignoreMissing)
      }
      if (days.length > 0) await disk.syncFolder(dir)
    },
    async close() {
      closeSpace()
      await appender.close()
    },
  }
}

const SUFFIX = '.jsonl'

function nameOf(day: string): string {
  return `${day}${SUFFIX}`
}

function dayNames(names: Iterable<string>): string[] {
  return Array.from(names, name => name.slice(0, -SUFFIX.length))
    .filter(isDay)
    .sort()
}

async function listSizes(dir: string): Promise<[string, number][]> {
  await makeFolder(dir)
  await access(dir, constants.W_OK)
  const names = (await readdir(dir)).filter(name => name.endsWith(SUFFIX))
  return await Promise.all(
    names.map(async (name): Promise<[string, number]> => [name, (await stat(join(dir, name))).size]),
  )
}

async function endsWhole(path: string, size: number): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const last = Buffer.alloc(1)
    await file.read(last, 0, 1, size - 1)
    return last[0] === LF
  } finally {
    await file.close()
  }
}

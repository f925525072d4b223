import { lstat, lutimes, readdir, readlink, symlink, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, type Millis, pause, type Timer } from '../clock.ts'
import { messageOf, StorageError } from '../errors.ts'
import type { Log } from '../log.ts'
import { cannotOpen, ignoreMissing, isMissing, makeFolder } from './disk.ts'
import { lifeOf, ownIdentity, type ProcessIdentity } from './process-identity.ts'

/**
 * One process owns a data directory. The lock is the symbolic link `lock.N` of the highest N; its target is not a
 * file but says who holds it (a link is made with its content in one step, and needs no room on a full disk).
 * Taking over from a dead holder is making N+1, which only one can; a number is never used twice, because a link
 * goes only when a higher one is there. So whoever made a link and then finds it the highest has the lock.
 */
export type Lock = { release(): Promise<void> }

export type LockOptions = {
  dir: string
  clock: Clock
  log: Log
  /** Where this process lives, if not here. */
  world?: string
}

const BEAT_MS = 2000
/** A holder out of sight is given this long to show a beat. */
const PATIENCE_MS = 7000
const LOOK_MS = 500
/** Old links stay for a while, so that a folder read while links come and go never misses them all. */
const KEPT = 3
const RELEASED = 'released'

/** Throws StorageError naming the holder's process id when another process has it. */
export async function takeLock(options: LockOptions): Promise<Lock> {
  const { dir } = options
  const own = ownIdentity(options.world)
  try {
    await makeFolder(dir)
    for (;;) {
      const highest = (await numbers(dir)).at(-1) ?? 0
      if (highest > 0) await refuseIfHeld(options, highest)
      const mine = highest + 1
      if (!(await makeLink(dir, mine, describe(own)))) continue
      const seen = await numbers(dir)
      if (seen.at(-1) !== mine) continue
      for (const old of seen.filter(n => n <= mine - KEPT)) await drop(dir, old)
      return held(options, mine)
    }
  } catch (error) {
    throw cannotOpen(dir, error)
  }
}

function held({ dir, clock, log }: LockOptions, mine: number): Lock {
  let timer: Timer | null = null
  const beat = (): void => {
    timer = clock.after(BEAT_MS, () => {
      const now = clock.now() / 1000
      lutimes(linkPath(dir, mine), now, now).catch((error: unknown) =>
        log.warn({ dir }, `the lock shows no beat: ${messageOf(error)}`),
      )
      beat()
    })
  }
  beat()
  return {
    async release() {
      if (timer === null) return
      timer.cancel()
      timer = null
      await makeLink(dir, mine + 1, RELEASED)
      await drop(dir, mine)
    },
  }
}

async function refuseIfHeld(options: LockOptions, highest: number): Promise<void> {
  const { dir, log } = options
  const holder = await readHolder(dir, highest)
  if (holder === null) return
  const life = lifeOf(holder, options.world)
  const alive = life === 'unknown' ? await showsBeat(options, highest) : life === 'alive'
  if (!alive) {
    log.warn(
      { dir, pid: holder.pid },
      `taking the data directory over from process ${holder.pid}, which is gone`,
    )
    return
  }
  const where = life === 'unknown' ? ' of another container or machine' : ''
  throw new StorageError('held', `${dir} is in use by process ${holder.pid}${where}`, {
    hint: `Only one bot may run on a data directory: stop process ${holder.pid} first, or give this one its own DATA_DIR.`,
    details: { ...holder, lock: linkPath(dir, highest) },
  })
}

async function showsBeat({ dir, clock }: LockOptions, highest: number): Promise<boolean> {
  const path = linkPath(dir, highest)
  const before = await beatOf(path)
  const end = clock.mono() + PATIENCE_MS
  while (clock.mono() < end) {
    await pause(clock, LOOK_MS)
    const now = await beatOf(path)
    // Gone: somebody else took it over, and the highest number will show it.
    if (now === null) return false
    if (now !== before) return true
  }
  return false
}

async function beatOf(path: string): Promise<Millis | null> {
  return (await lstat(path).catch(() => null))?.mtimeMs ?? null
}

/** Null when it was released, or is not there any more. */
async function readHolder(dir: string, n: number): Promise<ProcessIdentity | null> {
  const target = await readlink(linkPath(dir, n)).catch((error: unknown) => {
    if (isMissing(error)) return RELEASED
    throw error
  })
  const [, pid, started, world] = /^pid-(\d+)-(\d+)-(.+)$/.exec(target) ?? []
  if (pid === undefined || started === undefined || world === undefined) return null
  return { pid: Number(pid), started, world }
}

function describe({ pid, started, world }: ProcessIdentity): string {
  return `pid-${pid}-${started}-${world}`
}

async function makeLink(dir: string, n: number, target: string): Promise<boolean> {
  try {
    await symlink(target, linkPath(dir, n))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function drop(dir: string, n: number): Promise<void> {
  await unlink(linkPath(dir, n)).catch(ignoreMissing)
}

async function numbers(dir: string): Promise<number[]> {
  return (await readdir(dir))
    .flatMap(name => {
      const n = /^lock\.(\d+)$/.exec(name)?.[1]
      return n === undefined ? [] : [Number(n)]
    })
    .sort((a, b) => a - b)
}

function linkPath(dir: string, n: number): string {
  return join(dir, `lock.${n}`)
}

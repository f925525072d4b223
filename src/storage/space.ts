import { statfsSync, unlinkSync } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Millis, Timer } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { isFull, makeFolder } from './disk.ts'
import type { StoreHealth } from './types.ts'

/**
 * Room on the disk of a data directory. A ballast file is kept there and given up when the disk is full, so that
 * what runs can still be recorded while an admin makes room; it is taken back once there is plenty again.
 */
export type Space = {
  /** True from the first write that found no room until there is room and the ballast is back. */
  readonly full: boolean
  health(): StoreHealth
  /** A write of the state found no room. True when room was made for it: worth trying at once. */
  exhausted(): boolean
  /** A write that may be dropped found no room: the disk is full, the ballast stays for what may not. */
  noticeFull(): void
  close(): void
}

export type SpaceOptions = {
  dir: string
  clock: Clock
  log: Log
  /** 0 keeps no ballast. */
  ballastBytes?: number
}

const BALLAST_BYTES = 4 * 1024 * 1024
/** Room there must be beyond the ballast's own before it is taken back, so that it does not come and go. */
const PLENTY = 2
const LEAST_PROBE = 64 * 1024
export const RETRY_MS = 1000

/** Throws what the system says when the folder cannot be made or written. */
export async function openSpace(options: SpaceOptions): Promise<Space> {
  const { dir, clock, log } = options
  const ballast = createBallast(join(dir, 'ballast'), options.ballastBytes ?? BALLAST_BYTES)
  let since: Millis | null = null
  let timer: Timer | null = null
  let closed = false

  await makeFolder(dir)
  if (!(await ballast.fill())) becomeFull()

  function becomeFull(): void {
    if (since !== null || closed) return
    since = clock.now()
    log.error({ dir, freeBytes: freeBytes(dir) }, 'the disk is full: new work is refused until there is room')
    watch()
  }

  function watch(): void {
    timer = clock.after(RETRY_MS, () => {
      check().catch((error: unknown) =>
        log.warn({ dir, error }, `cannot take back room: ${messageOf(error)}`),
      )
    })
  }

  async function check(): Promise<void> {
    const free = freeBytes(dir)
    const missing = ballast.here ? 1 : PLENTY
    const roomy = free === null || free >= missing * ballast.bytes
    if (roomy && (await (ballast.here ? ballast.probe() : ballast.fill()))) {
      since = null
      log.info({ dir, freeBytes: freeBytes(dir) }, 'there is room on the disk again')
    } else if (!closed) watch()
  }

  return {
    get full() {
      return since !== null
    },
    health: () => ({ full: since !== null, since, freeBytes: freeBytes(dir) }),
    exhausted() {
      becomeFull()
      return ballast.giveUp()
    },
    noticeFull: becomeFull,
    close() {
      closed = true
      timer?.cancel()
    },
  }
}

type Ballast = {
  readonly bytes: number
  readonly here: boolean
  fill(): Promise<boolean>
  /** Is there room for another one? A quota does not show in the free bytes of the disk. */
  probe(): Promise<boolean>
  giveUp(): boolean
}

function createBallast(path: string, bytes: number): Ballast {
  let here = bytes === 0
  return {
    bytes,
    get here() {
      return here
    },
    async fill() {
      if (here) return true
      here = await writeBallast(path, bytes)
      return here
    },
    async probe() {
      const found = await writeBallast(`${path}.tmp`, Math.max(bytes, LEAST_PROBE))
      await rm(`${path}.tmp`, { force: true })
      return found
    },
    giveUp() {
      if (!here || bytes === 0) return false
      here = false
      unlinkSync(path)
      return true
    },
  }
}

/** False when there is no room for it. Really written: a sparse or merely promised file would free nothing. */
async function writeBallast(path: string, bytes: number): Promise<boolean> {
  if ((await stat(path).catch(() => null))?.size === bytes) return true
  try {
    const file = await open(path, 'w')
    try {
      // Not zeros: a file system that compresses or finds holes would keep nothing for us.
      for (let done = 0; done < bytes; ) {
        const part = noise(Math.min(64 * 1024, bytes - done), done)
        done += (await file.write(part)).bytesWritten
      }
      await file.datasync()
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    await rm(path, { force: true })
    if (isFull(error)) return false
    throw error
  }
}

function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length)
  let x = seed + 1
  for (let at = 0; at + 4 <= length; at += 4) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0
    bytes.writeUInt32LE(x, at)
  }
  return bytes
}

/** Bytes this user may still write there; null when the system does not say. */
export function freeBytes(dir: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(dir)
    return bavail * bsize
  } catch {
    return null
  }
}

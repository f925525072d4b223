import type { Millis } from '../../../clock.ts'
import { UNIT } from './limits.ts'

export type TransferMode = 'raw' | 'base64'

/** How large frames are and how many are under way: learnt from what comes back. */
export type Pace = {
  /** Of a frame. */
  units(): number
  /** Bytes on the wire that may be unanswered. */
  window(): number
  /** For how long an answer to so many bytes is worth waiting for. */
  patience(flying: number): Millis
  msPerByte(): number
  heard(wire: number, now: Millis): void
  damaged(): void
  /** It was silent: what comes next measures nothing. */
  pause(): void
}

/**
 * So much is always safe: what is unanswered fits into the terminal's own queue of 4,096 (n_tty.c, N_TTY_BUF_SIZE),
 * whether there is flow control or not, and fills a line of 115200 baud at a round trip of 150 ms.
 */
export const SAFE = 4090
/** Two frames of that fit. */
const RAW_UNITS = 16
/** A line of base64 is never longer than the terminal takes, 4,095. */
const BASE64_UNITS = 12
const MOST_DOUBLINGS = 4
/** Worth it when it brings this much. */
const GAIN = 1.2
/** Bytes a millisecond; a line that is as fast as one of these is full, and more would only wait in front of it. */
const LINES = [9600, 19_200, 38_400, 57_600, 115_200].map(baud => baud / 10_000)
const FULL = 0.9
const OVERFULL = 1.03
/** By then a board that only happens to be as fast has earned a trial. */
const LONG_FULL = 256 * 1024
const FRAMES_A_ROUND = 4
const CLEAN_FRAMES = 8
/** After damage, so many before more is tried again. */
const LONG_CLEAN = 64
/** What is under way cannot be taken back: a cancel waits for it. */
const MOST_AHEAD_MS = 1000
const LEAST_PATIENCE_MS = 1000
const PATIENCE = 2

/** `msPerByte`: at the slowest. */
export function createPace(mode: TransferMode, msPerByte: number): Pace {
  const most = mode === 'raw' ? RAW_UNITS : BASE64_UNITS
  let small = most
  let doublings = 0
  let settled = false
  let clean = 0
  let rate = 0
  let slowest = msPerByte
  let heardBytes = 0
  let round: { from: Millis; bytes: number; frames: number } | null = null

  const judge = (now: Millis, ms: Millis, bytes: number): void => {
    const before = rate
    rate = bytes / Math.max(1, ms)
    slowest = 1 / rate
    round = { from: now, bytes: 0, frames: 0 }
    if (settled || (heardBytes < LONG_FULL && isLine(rate))) return
    if (rate > before * GAIN && doublings < MOST_DOUBLINGS) doublings += 1
    else {
      settled = true
      if (rate <= before * GAIN) doublings = Math.max(0, doublings - 1)
    }
  }

  const window = (): number => Math.min(SAFE << doublings, Math.max(SAFE / 8, MOST_AHEAD_MS / slowest))
  const wireUnit = mode === 'raw' ? UNIT : (UNIT * 4) / 3

  const units = (): number => {
    const wanted = mode === 'raw' ? small << doublings : small
    return Math.max(1, Math.min(wanted, Math.floor(window() / 2 / wireUnit)))
  }

  return {
    units,
    window,
    patience: flying => LEAST_PATIENCE_MS + flying * slowest * PATIENCE,
    msPerByte: () => slowest,
    heard(wire, now) {
      clean += 1
      heardBytes += wire
      if (clean % CLEAN_FRAMES === 0) small = Math.min(most, small * 2)
      if (clean === LONG_CLEAN) {
        settled = false
        rate = 0
      }
      round ??= { from: now, bytes: -wire, frames: -1 }
      round.bytes += wire
      round.frames += 1
      if (round.frames >= FRAMES_A_ROUND) judge(now, now - round.from, round.bytes)
    },
    damaged() {
      clean = 0
      doublings = 0
      settled = true
      round = null
      rate = 0
      if (mode === 'base64') small = Math.max(1, small >> 1)
    },
    pause() {
      round = null
    },
  }
}

function isLine(rate: number): boolean {
  return LINES.some(line => rate > line * FULL && rate < line * OVERFULL)
}

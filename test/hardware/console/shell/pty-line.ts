import { HardwareError } from '../../../../src/errors.ts'
import type { Recorder, RecorderNews } from '../../../../src/hardware/types.ts'
import type { Finding } from '../../../../src/reading/types.ts'

/** The line between a board and us, as a recorder shows it, with the faults of a serial line on request. */
export type Line = {
  recorder: Pick<Recorder, 'listen' | 'state' | 'connected' | 'where'>
  faults: Faults
  write(bytes: Uint8Array): Promise<void>
  fromBoard(bytes: Buffer): void
  toBoard(sink: (bytes: Buffer) => void): void
  log(): Buffer
  typed(): Buffer
  unplug(reason: string): void
  find(finding: Finding): void
  close(): void
}

export type Faults = {
  /** A kernel line is spliced in after about so many bytes from the board. */
  noiseEvery?: number
  /** The line that is spliced in; default a kernel's, with its time stamp. */
  noise?: () => string
  /** Kernel lines a second of real time, whatever else is said. */
  noisePerSecond?: number
  /** One typed character in so many is lost. */
  loseOneIn?: number
  /** Both directions are paced like a line of that speed. */
  baud?: number
  /** Every byte in a chunk of its own. */
  dribble?: boolean
  /** What becomes of each piece that the board says. */
  garble?: (bytes: Buffer) => Buffer
}

/** Longer than any paced test writes ahead; then `write` waits, as a serial driver does. */
const QUEUE = 4096

export function createLine(faults: Faults, seed: number): Line {
  const random = createRandom(seed)
  const listeners = new Set<(news: RecorderNews) => void>()
  const heard: Buffer[] = []
  const typed: Buffer[] = []
  let head = 0
  let problem: string | null = null
  let untilNoise = nextGap(faults.noiseEvery ?? 0, random)
  let sink: (bytes: Buffer) => void = () => {}

  const state = () => ({ connected: problem === null, since: 0, lastByteAt: null, problem, head })
  const emit = (bytes: Buffer): void => {
    if (bytes.length === 0) return
    const offset = head
    head += bytes.length
    heard.push(bytes)
    for (const listener of [...listeners])
      listener({ kind: 'chunk', chunk: { offset, t: Date.now(), bytes } })
  }
  const say = (bytes: Buffer): void => {
    const step = faults.dribble === true ? 1 : Math.max(1, bytes.length)
    for (let at = 0; at < bytes.length; at += step) emit(bytes.subarray(at, at + step))
  }
  const noise = faults.noise ?? (() => kernelLine(random))

  const splice = (bytes: Buffer): Buffer => {
    const every = faults.noiseEvery ?? 0
    if (every === 0) return bytes
    const pieces: Buffer[] = []
    let from = 0
    while (bytes.length - from > untilNoise) {
      pieces.push(bytes.subarray(from, from + untilNoise), Buffer.from(noise(), 'latin1'))
      from += untilNoise
      untilNoise = nextGap(every, random)
    }
    pieces.push(bytes.subarray(from))
    untilNoise -= bytes.length - from
    return Buffer.concat(pieces)
  }

  const lose = (bytes: Buffer): Buffer => {
    const oneIn = faults.loseOneIn ?? 0
    return oneIn === 0 ? bytes : Buffer.from(bytes.filter(() => random() * oneIn >= 1))
  }

  const out = createPacer(faults, say)
  const into = createPacer(faults, bytes => sink(bytes))
  const perSecond = faults.noisePerSecond ?? 0
  const ticker =
    perSecond > 0 ? setInterval(() => out.urgent(Buffer.from(noise(), 'latin1')), 1000 / perSecond) : null

  return {
    faults,
    recorder: {
      where: 'pty',
      state,
      listen(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      connected: () =>
        problem === null ? Promise.resolve() : Promise.reject(lineGone('no console', problem)),
    },
    async write(bytes) {
      if (problem !== null) throw lineGone('console lost', problem)
      const kept = lose(Buffer.from(bytes))
      typed.push(kept)
      await into.push(kept)
    },
    fromBoard: bytes => void out.push(splice(faults.garble?.(bytes) ?? bytes)),
    toBoard(next) {
      sink = next
    },
    log: () => Buffer.concat(heard),
    typed: () => Buffer.concat(typed),
    unplug(reason) {
      if (problem !== null) return
      problem = reason
      for (const listener of [...listeners]) listener({ kind: 'state', state: state() })
    },
    find(finding) {
      for (const listener of [...listeners]) listener({ kind: 'finding', finding })
    },
    close() {
      if (ticker !== null) clearInterval(ticker)
      out.close()
      into.close()
    },
  }
}

function lineGone(cause: 'no console' | 'console lost', problem: string): HardwareError {
  return new HardwareError(`the line is gone: ${problem}`, { hint: 'Look at it.', cause, blame: 'board' })
}

type Pacer = { push(bytes: Buffer): Promise<void>; urgent(bytes: Buffer): void; close(): void }

/** A token bucket: baud / 10 bytes a second, in ticks of 2 ms. `urgent` bytes go before all that waits. */
function createPacer(faults: Faults, out: (bytes: Buffer) => void): Pacer {
  const rate = (faults.baud ?? 0) / 10
  const queue: Buffer[] = []
  const waiting: (() => void)[] = []
  let queued = 0
  let credit = 0
  let last = performance.now()
  let timer: NodeJS.Timeout | null = null

  const tick = (): void => {
    const now = performance.now()
    credit = Math.min(credit + ((now - last) * rate) / 1000, Math.max(16, rate / 50))
    last = now
    while (credit >= 1 && queued > 0) {
      const first = queue[0] ?? Buffer.alloc(0)
      const size = Math.min(first.length, Math.floor(credit))
      credit -= size
      queued -= size
      if (size === first.length) queue.shift()
      else queue[0] = first.subarray(size)
      out(first.subarray(0, size))
    }
    while (queued < QUEUE && waiting.length > 0) waiting.shift()?.()
    if (queued > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
  const enqueue = (bytes: Buffer, first: boolean): void => {
    if (bytes.length === 0) return
    if (first) queue.unshift(bytes)
    else queue.push(bytes)
    queued += bytes.length
    if (timer !== null) return
    last = performance.now()
    timer = setInterval(tick, 2)
  }
  return {
    push(bytes) {
      if (rate === 0) {
        out(bytes)
        return Promise.resolve()
      }
      enqueue(bytes, false)
      if (queued < QUEUE) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      return promise
    },
    urgent: bytes => (rate === 0 ? out(bytes) : enqueue(bytes, true)),
    close() {
      if (timer !== null) clearInterval(timer)
      for (const resolve of waiting) resolve()
    },
  }
}

let uptime = 12
export function kernelLine(random: () => number): string {
  uptime += random()
  const stamp = uptime.toFixed(6).padStart(12)
  return `[${stamp}] usb 1-1: new high-speed USB device number ${Math.floor(random() * 99)} using xhci_hcd\r\n`
}

function nextGap(every: number, random: () => number): number {
  return every === 0 ? Number.POSITIVE_INFINITY : 1 + Math.floor(random() * 2 * every)
}

/** mulberry32: small, seeded, good enough to choose places. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

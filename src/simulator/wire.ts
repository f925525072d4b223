/** One direction of a serial line: bytes come out no faster than its baud rate, and later by its delay. */

export type Time = { mono(): number; after(ms: number, fn: () => void): { cancel(): void } }

export const realTime: Time = {
  mono: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms)
    return { cancel: () => clearTimeout(timer) }
  },
}

export type Wire = {
  push(bytes: Uint8Array): void
  /** In turn, and never cut once it is on its way: lines of one kernel wait for each other (kernel/printk/printk.c). */
  pushWhole(bytes: Uint8Array): void
  /** Ahead of all that waits to be sent: printk writes to the UART itself, past the terminal's buffer. */
  cut(bytes: Uint8Array): void
  /** Bytes that were pushed and not yet delivered. */
  waiting(): number
  /** Forgets what was not sent yet; what is on its way still arrives. */
  drop(): void
  /** Forgets everything. */
  clear(): void
}

export type WireOptions = {
  /** 10 bits a byte at 8N1. Null is as fast as it goes. */
  baud: number | null
  delayMs: () => number
  deliver: (bytes: Uint8Array) => void
  /** Some of what waited was delivered. */
  onRoom: () => void
  time: Time
}

/** The FIFO of a 16550: so much may be on its way at once. */
const FIFO_BYTES = 16
/** Timers are no finer than this, and what is due is handed over together. */
const STEP_MS = 2

export function createWire(options: WireOptions): Wire {
  const late = createDelay(options)
  const line = options.baud === null ? null : createPacer(options.baud / 10 / 1000, options.time, late)
  return {
    push: bytes => (line ?? late).push(bytes),
    pushWhole: bytes => (line === null ? late.push(bytes) : line.pushWhole(bytes)),
    cut: bytes => (line === null ? late.push(bytes) : line.cut(bytes)),
    waiting: () => (line?.waiting() ?? 0) + late.waiting(),
    drop: () => line?.clear(),
    clear() {
      line?.clear()
      late.clear()
    },
  }
}

type Waiting = { at: number; bytes: Uint8Array; isWhole: boolean; hasBegun: boolean }
type Stage = { push(bytes: Uint8Array): void; waiting(): number; clear(): void }
type Pacer = Stage & Pick<Wire, 'cut' | 'pushWhole'>

/**
 * A line that is never ahead of its baud rate by more than the FIFO, over any span of time. What a late timer missed
 * is made up, as the UART would have been sending all along.
 */
function createPacer(bytesPerMs: number, time: Time, next: Stage): Pacer {
  const burstMs = FIFO_BYTES / bytesPerMs
  let urgent: Waiting[] = []
  let queue: Waiting[] = []
  let waiting = 0
  /** When the line will have sent all that was handed on. */
  let clearAt = Number.NEGATIVE_INFINITY
  let timer: { cancel(): void } | null = null

  /** What the line has had time for, of the first that waits. */
  const take = (from: Waiting[]): Uint8Array | null => {
    const [first] = from
    if (first === undefined) return null
    const start = Math.max(clearAt, first.at)
    const due = Math.floor((time.mono() + burstMs - start) * bytesPerMs)
    const count = Math.min(first.bytes.length, due)
    if (count <= 0) return null
    clearAt = start + count / bytesPerMs
    waiting -= count
    const bytes = first.bytes.subarray(0, count)
    if (count === first.bytes.length) from.shift()
    else Object.assign(first, { bytes: first.bytes.subarray(count), hasBegun: true })
    return bytes
  }

  const send = (): void => {
    timer = null
    const isUncut = (): boolean => queue[0]?.isWhole === true && queue[0].hasBegun
    const more = (): Uint8Array | null => take(urgent.length > 0 && !isUncut() ? urgent : queue)
    for (let bytes = more(); bytes !== null; bytes = more()) next.push(bytes)
    if (waiting > 0 && timer === null) timer = time.after(STEP_MS, send)
  }

  const add = (to: Waiting[], bytes: Uint8Array, isWhole = false): void => {
    if (bytes.length === 0) return
    to.push({ at: time.mono(), bytes, isWhole, hasBegun: false })
    waiting += bytes.length
    if (timer === null) send()
  }

  return {
    push: bytes => add(queue, bytes),
    pushWhole: bytes => add(queue, bytes, true),
    cut: bytes => add(urgent, bytes),
    waiting: () => waiting,
    clear() {
      timer?.cancel()
      timer = null
      urgent = []
      queue = []
      waiting = 0
    },
  }
}

function createDelay({ delayMs, deliver, onRoom, time }: WireOptions): Stage {
  let queue: { due: number; bytes: Uint8Array }[] = []
  let waiting = 0
  let timer: { cancel(): void } | null = null

  const send = (): void => {
    timer = null
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      if (first.due > time.mono()) {
        timer = time.after(first.due - time.mono(), send)
        break
      }
      queue.shift()
      waiting -= first.bytes.length
      deliver(first.bytes)
    }
    onRoom()
  }

  return {
    push(bytes) {
      const due = time.mono() + delayMs()
      // A delay that was just made shorter must not let later bytes overtake.
      queue.push({ due: Math.max(due, queue.at(-1)?.due ?? due), bytes })
      waiting += bytes.length
      if (timer === null) send()
    },
    waiting: () => waiting,
    clear() {
      timer?.cancel()
      timer = null
      queue = []
      waiting = 0
    },
  }
}

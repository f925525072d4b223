import { CHATTER } from './kernel-text.ts'
import { createRandom, gap, interval } from './random.ts'
import type { Noise } from './types.ts'
import type { Time } from './wire.ts'

/** Of the board's own output, or a kernel line. */
export type Piece = { bytes: Uint8Array; isLine: boolean }

/** Kernel lines that land in the middle of the board's output. All other bytes stay as they were, in order. */
export type NoiseMaker = {
  /** The output with lines spliced in. */
  splice(bytes: Uint8Array): Piece[]
  /** Counts traffic the other way: a long upload meets as many lines as a long download. */
  passBy(count: number): void
  start(): void
  stop(): void
}

export type NoiseOptions = {
  settings: () => Readonly<Noise>
  seed: number
  time: Time
  /** A stamped kernel line as bytes. */
  line: (text: string) => Uint8Array
  /** Is a line of this level shown now? */
  shows: (level: number) => boolean
  emit: (line: Uint8Array) => void
}

export function createNoise(options: NoiseOptions): NoiseMaker {
  const { settings, time, shows, emit } = options
  // Apart from each other, so that where lines fall does not depend on how the output was cut into chunks.
  const random = createRandom(options.seed)
  const randomText = createRandom(options.seed + 1)
  let timer: { cancel(): void } | null = null
  let running = false
  let left: number | null = null

  const draw = (): number => gap(random, 1 / settings().everyBytes)
  const line = (): Uint8Array | null => {
    if (!running || !shows(settings().level)) return null
    return options.line(CHATTER[Math.floor(randomText() * CHATTER.length)] ?? CHATTER[0])
  }

  /** Where in the next `count` bytes lines fall, in order. */
  const places = (count: number): number[] => {
    const found: number[] = []
    if (settings().everyBytes <= 0) return found
    left ??= draw()
    let at = left
    for (; at < count; at += 1 + draw()) found.push(at)
    left = at - count
    return found
  }

  const arm = (): void => {
    timer = time.after(interval(random, settings().linesPerSecond || 1), () => {
      const spliced = settings().linesPerSecond > 0 ? line() : null
      if (spliced !== null) emit(spliced)
      arm()
    })
  }

  return {
    splice(bytes) {
      const pieces: Piece[] = []
      let from = 0
      for (const at of places(bytes.length)) {
        const spliced = line()
        if (spliced === null) continue
        pieces.push({ bytes: bytes.subarray(from, at), isLine: false }, { bytes: spliced, isLine: true })
        from = at
      }
      return [...pieces, { bytes: bytes.subarray(from), isLine: false }]
    },
    passBy(count) {
      for (const _ of places(count)) {
        const spliced = line()
        if (spliced !== null) emit(spliced)
      }
    },
    start() {
      running = true
      timer?.cancel()
      arm()
    },
    stop() {
      running = false
      timer?.cancel()
      timer = null
    },
  }
}

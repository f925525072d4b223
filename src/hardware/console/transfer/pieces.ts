import type { Chunk } from '../../types.ts'
import { withoutKernelLines, withoutReturns } from '../shell/frame-cut.ts'
import { type JoinedLine, placeOf } from '../shell/frame-lines.ts'
import { createRegion } from '../shell/frame-region.ts'
import { type SumTool, sumOf } from '../shell/frame-sum.ts'

/** The frames of one chunk, gathered from what the board says in however many goes. */
export type Pieces = {
  bytes(chunk: Chunk): void
  /** Which frame it says, or begins to. */
  line(line: JoinedLine, number: number): number | null
  /** What was said before has no end any more. */
  breakOff(): void
  /** How it is said: packed into so many bytes, or null for as it is; undefined until it is known. */
  packed(): number | null | undefined
  has(frame: number): boolean
  count(): number
  damaged(): number
  joined(frames: number): Buffer
}

const LONGEST_RAW = 64 * 1024

export function createPieces(word: string, tool: SumTool): Pieces {
  const good = new Map<number, Buffer>()
  const region = createRegion(LONGEST_RAW)
  let open: { frame: number; sum: string } | null = null
  let packed: number | null | undefined
  let damaged = 0

  const keep = (frame: number, sum: string, readings: Iterable<Buffer>): void => {
    for (const reading of readings) {
      if (sumOf(tool, reading) !== sum) continue
      good.set(frame, reading)
      return
    }
    damaged += 1
  }

  const close = (offset: number): void => {
    if (open === null) return
    const bytes = region.take(offset)
    const { frame, sum } = open
    open = null
    if (bytes === null) damaged += 1
    else keep(frame, sum, readingsOf(bytes))
  }

  return {
    bytes: chunk => void region.add(chunk),
    line(line, number) {
      const mark = `@${word} ${number} `
      const index = line.text.indexOf(mark)
      if (index === -1) return null
      close(placeOf(line, index).offset)
      const rest = line.text.slice(index + mark.length).replace(/\r+$/, '')
      const said = /^(?:z(\d{1,9})|p0)$/.exec(rest)
      if (said !== null) packed ??= said[1] === undefined ? null : Number(said[1])
      const [, frame, sum = '', code] = /^(\d{1,4}):([0-9a-f]{1,64})(?::([A-Za-z0-9+/=]+))?$/.exec(rest) ?? []
      if (frame === undefined) return null
      if (code === undefined) {
        open = { frame: Number(frame), sum }
        region.begin(line.to)
      } else keep(Number(frame), sum, [Buffer.from(code, 'base64')])
      return Number(frame)
    },
    breakOff() {
      open = null
    },
    packed: () => packed,
    has: frame => good.has(frame),
    count: () => good.size,
    damaged: () => damaged,
    joined: frames =>
      Buffer.concat(Array.from({ length: frames }, (_, at) => good.get(at) ?? Buffer.alloc(0))),
  }
}

/**
 * What the bytes may have been: the terminal makes CR LF of each LF, kernel lines may stand anywhere, and a newline
 * of ours is behind them.
 */
function* readingsOf(bytes: Buffer): Generator<Buffer> {
  const cut = withoutKernelLines(bytes)
  const variants = cut.length === bytes.length ? [bytes] : [bytes, cut]
  for (const variant of variants) yield withoutReturns(variant).subarray(0, -1)
  for (const variant of variants) yield variant.subarray(0, -1)
}

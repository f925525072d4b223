import { crc32 } from 'node:zlib'

/**
 * One record a line: `crc32 SP json LF`, the CRC in eight hexadecimal digits over the bytes of the JSON. JSON has
 * no raw line feed, so after damage the next LF is where reading can begin again.
 */
export function frame(json: string): string {
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`
}

/** A line of a file: its place, and the JSON text; null when the line is damaged or has no end. */
export type Line = { offset: number; length: number; json: string | null }

export const LF = 10
const SPACE = 32
const CRC_LENGTH = 8
const SHORTEST = CRC_LENGTH + 2

export function* lines(bytes: Buffer, from = 0): Generator<Line> {
  for (let offset = from; offset < bytes.length; ) {
    const lf = bytes.indexOf(LF, offset)
    const end = lf < 0 ? bytes.length : lf + 1
    yield { offset, length: end - offset, json: lf < 0 ? null : unframe(bytes, offset, lf) }
    offset = end
  }
}

/** Where a line end was damaged two lines are one: the JSON text that is whole at the end of a damaged line, if any. */
export function wholeEnd(bytes: Buffer, { offset, length }: Line): string | null {
  const end = bytes[offset + length - 1] === LF ? offset + length - 1 : offset + length
  const text = bytes.toString('latin1', offset, end)
  for (const { index } of text.matchAll(/[0-9a-f]{8} /g)) {
    const json = unframe(bytes, offset + index, end)
    if (json !== null) return json
  }
  return null
}

/** The JSON text of one whole framed line, its LF included or not; null when it is damaged. */
export function readFrame(bytes: Buffer): string | null {
  const lf = bytes.indexOf(LF)
  return unframe(bytes, 0, lf < 0 ? bytes.length : lf)
}

function unframe(bytes: Buffer, start: number, end: number): string | null {
  if (end - start < SHORTEST || bytes[start + CRC_LENGTH] !== SPACE) return null
  const stored = bytes.toString('latin1', start, start + CRC_LENGTH)
  if (!/^[0-9a-f]{8}$/.test(stored)) return null
  const body = bytes.subarray(start + CRC_LENGTH + 1, end)
  return crc32(body) === Number.parseInt(stored, 16) ? body.toString() : null
}

/** A whole file that is one frame: snapshots, manifests, indexes. Null when it is damaged. */
export function parseFramed(bytes: Buffer): unknown {
  const json = readFrame(bytes)
  return json === null ? null : JSON.parse(json)
}

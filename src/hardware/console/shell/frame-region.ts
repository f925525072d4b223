import type { Chunk } from '../../types.ts'

/** The bytes of the log between two frames, in memory of bounded size. */
export type Region = {
  /** From this offset on, which is in the chunk that was added last. */
  begin(offset: number): void
  /** False once the region is longer than it may be: it is given up. */
  add(chunk: Chunk): boolean
  /** The bytes up to `offset`, and the region ends; null when there is no beginning, or a hole. */
  take(offset: number): Buffer | null
}

const FIRST_ROOM = 4096

export function createRegion(most: number): Region {
  let last: Chunk | null = null
  let from: number | null = null
  let room = Buffer.alloc(0)
  let length = 0

  const append = (bytes: Uint8Array): void => {
    if (length + bytes.length > room.length) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_ROOM, 2 * (length + bytes.length)))
      room.copy(larger, 0, 0, length)
      room = larger
    }
    room.set(bytes, length)
    length += bytes.length
  }

  const giveUp = (): void => {
    from = null
    room = Buffer.alloc(0)
    length = 0
  }

  return {
    begin(offset) {
      giveUp()
      from = offset
      if (last !== null && offset >= last.offset) append(last.bytes.subarray(offset - last.offset))
    },
    add(chunk) {
      last = chunk
      if (from === null) return true
      if (chunk.offset !== from + length) giveUp()
      else if (length + chunk.bytes.length > most) {
        giveUp()
        return false
      } else append(chunk.bytes)
      return true
    },
    take(offset) {
      const size = from === null ? -1 : offset - from
      const bytes = size >= 0 && size <= length ? Buffer.from(room.subarray(0, size)) : null
      giveUp()
      return bytes
    },
  }
}

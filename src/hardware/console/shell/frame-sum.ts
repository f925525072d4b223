import { createHash } from 'node:crypto'

/**
 * Sums that a board's own tools make, worked out again on this side. POSIX `cksum` where there is one; busybox is
 * often built without it (Debian's busybox-static is), so the digests stand in.
 */
export const SUM_TOOLS = ['cksum', 'md5sum', 'sha1sum', 'sha256sum'] as const
export type SumTool = (typeof SUM_TOOLS)[number]

const DIGESTS = { md5sum: 'md5', sha1sum: 'sha1', sha256sum: 'sha256' } as const
/** Of a digest; cksum's longest number has ten. An end frame must stay short. */
export const SUM_LENGTH = 12

/** The word that stands for `bytes` in a frame: cksum's CRC, or the beginning of a digest. */
export function sumOf(tool: SumTool, bytes: Uint8Array): string {
  const whole = wholeSumOf(tool, bytes)
  return tool === 'cksum' ? whole : whole.slice(0, SUM_LENGTH)
}

/** The first word that the tool prints, for comparing on the board. */
export function wholeSumOf(tool: SumTool, bytes: Uint8Array): string {
  const sum = createSum(tool)
  sum.update(bytes)
  return sum.word()
}

export type Sum = { update(bytes: Uint8Array): void; word(): string }

/** A tool's sum of what comes in pieces. */
export function createSum(tool: SumTool): Sum {
  if (tool === 'cksum') return createCksum()
  const hash = createHash(DIGESTS[tool])
  return { update: bytes => void hash.update(bytes), word: () => hash.digest('hex') }
}

const POLYNOMIAL = 0x04c11db7
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ POLYNOMIAL : crc << 1
  return crc >>> 0
})

/** POSIX.1-2017 `cksum`: CRC-32, high bit first, over the bytes and then their count, low byte first. */
function createCksum(): Sum {
  let crc = 0
  let length = 0
  return {
    update(bytes) {
      length += bytes.length
      crc = crcOn(crc, bytes)
    },
    word() {
      for (let left = length; left > 0; left = Math.floor(left / 256)) crc = crcOn(crc, Uint8Array.of(left))
      return String(~crc >>> 0)
    },
  }
}

/** By index and in a variable of its own, which is four times as fast: files by a fast way notice. */
function crcOn(before: number, bytes: Uint8Array): number {
  let crc = before
  for (let at = 0; at < bytes.length; at++)
    crc = (crc << 8) ^ (TABLE[((crc >>> 24) ^ (bytes[at] ?? 0)) & 0xff] ?? 0)
  return crc
}

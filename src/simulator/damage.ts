import { gap, type Random } from './random.ts'

/** A bad line: bytes that never arrive, or arrive as others. Each is hit with the chance that holds now. */
export function createDamage(
  chance: () => number,
  random: Random,
): { lose(bytes: Uint8Array): Uint8Array; garble(bytes: Uint8Array): Uint8Array } {
  let drawnFor = 0
  let left = Number.POSITIVE_INFINITY

  const hits = (count: number): number[] => {
    const now = chance()
    if (now !== drawnFor) left = gap(random, now)
    drawnFor = now
    const found: number[] = []
    for (; left < count; left += 1 + gap(random, now)) found.push(left)
    left -= count
    return found
  }

  return {
    lose(bytes) {
      const lost = new Set(hits(bytes.length))
      return lost.size === 0 ? bytes : bytes.filter((_, at) => !lost.has(at))
    },
    garble(bytes) {
      const hit = hits(bytes.length)
      if (hit.length === 0) return bytes
      const out = Uint8Array.from(bytes)
      for (const at of hit) out[at] = (out[at] ?? 0) ^ (1 + Math.floor(random() * 255))
      return out
    },
  }
}

/** Chance from a seed, so that a run that went wrong can be had again. */

/** Evenly in [0, 1). mulberry32: one 32-bit word of state. */
export type Random = () => number

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let word = Math.imul(state ^ (state >>> 15), state | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * How many go free before the next one is hit, when each is hit with `chance`: one draw a hit instead of one a
 * byte, so that a long transfer costs nothing.
 */
export function gap(random: Random, chance: number): number {
  if (chance <= 0) return Number.POSITIVE_INFINITY
  if (chance >= 1) return 0
  return Math.floor(Math.log1p(-random()) / Math.log1p(-chance))
}

/** A wait between two events of which `perSecond` come on average, in milliseconds. */
export function interval(random: Random, perSecond: number): number {
  return (-Math.log1p(-random()) / perSecond) * 1000
}

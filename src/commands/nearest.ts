/** The word of a command line that was probably meant. */

import { distance } from '../distance.ts'

// Longer words are cut: nobody meant them, and comparing costs their product.
const LONGEST = 64

/** The share of its letters that a word may differ in. */
const NEAR = 0.4

/** Up to `most` of `candidates` that are near enough to be meant, nearest first. */
export function nearest(word: string, candidates: readonly string[], most: number): readonly string[] {
  const typed = word.toLowerCase().slice(0, LONGEST)
  return candidates
    .map(candidate => ({ candidate, away: distance(typed, candidate.toLowerCase().slice(0, LONGEST)) }))
    .filter(({ candidate, away }) => away <= Math.max(1, Math.floor(candidate.length * NEAR)))
    .sort((a, b) => a.away - b.away || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

/** ` Did you mean socA?`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const [first] = nearest(word, candidates, 1)
  return first === undefined ? '' : ` Did you mean ${first}?`
}

/** The word that was probably meant: fewest letters changed, left out, added or swapped (Damerau-Levenshtein). */

export function distance(a: string, b: string): number {
  const [x, y] = [[...a], [...b]]
  let before: number[] = []
  let above = Array.from({ length: y.length + 1 }, (_, column) => column)
  for (let i = 1; i <= x.length; i++) {
    const row = [i]
    for (let j = 1; j <= y.length; j++) {
      const same = x[i - 1] === y[j - 1]
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && x[i - 1] === y[j - 2] && x[i - 2] === y[j - 1]
      if (swapped) best = Math.min(best, (before[j - 2] ?? 0) + 1)
      row.push(best)
    }
    before = above
    above = row
  }
  return above[y.length] ?? 0
}

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

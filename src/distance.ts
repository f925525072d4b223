/** Letters to change, leave out, add or swap between one word and the other (Damerau-Levenshtein). */
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

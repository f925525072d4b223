/**
 * The known word that was most likely meant, or null when none is near. Among equally near ones the first of `words`
 * counts, so the caller puts the likelier ones first.
 */
export function nearest(typed: string, words: Iterable<string>): string | null {
  const wanted = folded(typed)
  let best: string | null = null
  let least = Math.max(1, Math.min(3, Math.floor(typed.length / 3) + 1)) + 1
  for (const word of words) {
    const edits = folded(word) === wanted ? 0 : distance(typed, word)
    // A word changed from end to end is another word.
    if (edits < least && edits < Math.max(word.length, typed.length)) {
      best = word
      least = edits
    }
  }
  return best
}

/** `telnetPort`, `telnet-port` and `Telnet_Port` are `telnet_port` in another style. */
function folded(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, '')
}

/** Edits from one word to the other: a letter added, dropped, changed, or two neighbours swapped. */
export function distance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      line[column] = Math.min(
        (above[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
        swapped && row > 1 && column > 1 ? (before[column - 2] ?? 0) + 1 : Infinity,
      )
    }
    before = above
    above = line
  }
  return above[b.length] ?? 0
}

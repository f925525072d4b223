import { distance } from '../distance.ts'

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

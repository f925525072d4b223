/** Words to what they name, the nearest first: pure, over whatever can be searched. */

import { distance } from '../distance.ts'
import { nearest } from './nearest.ts'

/** Something that can be found: by its `names` first, by its other words too. */
export type Findable = { names: readonly string[]; words: readonly string[] }

/** How near a word comes to a name (0 is the name itself); to one of the other words it is this much farther. */
const BEGINS = 1
const WITHIN = 2
const BESIDE = 3
const ALIKE = 6

/**
 * Those that every word fits, the nearest first; among equals in the order they came in. A word that is only spelt
 * like a name counts when nothing else fits it.
 */
export function find<T extends Findable>(words: readonly string[], things: readonly T[]): readonly T[] {
  const wanted = words.map(word => word.toLowerCase().replace(/^@/, '')).filter(word => word !== '')
  if (wanted.length === 0) return []
  const close = ranked(wanted, things, away)
  return close.length > 0
    ? close
    : ranked(wanted, things, (word, thing) => away(word, thing) ?? alike(word, thing))
}

function ranked<T extends Findable>(
  words: readonly string[],
  things: readonly T[],
  measure: (word: string, thing: T) => number | null,
): readonly T[] {
  return things
    .flatMap(thing => {
      const each = words.map(word => measure(word, thing))
      return each.includes(null)
        ? []
        : [{ thing, away: each.reduce<number>((sum, one) => sum + (one ?? 0), 0) }]
    })
    .sort((a, b) => a.away - b.away)
    .map(({ thing }) => thing)
}

function away(word: string, { names, words }: Findable): number | null {
  const named = nearestOf(word, names)
  const beside = nearestOf(word, words)
  if (named === null) return beside === null ? null : BESIDE + beside
  return beside === null ? named : Math.min(named, BESIDE + beside)
}

function nearestOf(word: string, texts: readonly string[]): number | null {
  const all = texts.map(text => text.toLowerCase())
  if (all.includes(word)) return 0
  if (all.some(text => text.startsWith(word))) return BEGINS
  return all.some(text => text.includes(word)) ? WITHIN : null
}

function alike(word: string, { names }: Findable): number | null {
  const [name] = nearest(word, names, 1)
  return name === undefined ? null : ALIKE + distance(word, name.toLowerCase())
}

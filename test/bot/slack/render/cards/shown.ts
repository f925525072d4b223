/** How a card is listed: by the function that draws it, and by what that is given. */

import type { View } from '../../../../../src/cards/view.ts'
import type { Person } from '../../../../../src/lab/types.ts'

/** `size` of what a card can have many or much of; `word` is what people and boards have written, wherever they can. */
export type Given<T> = (size: number, word: string) => T
export type Maker = Given<View> & { readonly drawnBy: unknown }

export function shown<G extends unknown[]>(drawnBy: (...given: G) => View, given: Given<[...G]>): Maker {
  return Object.assign((size: number, word: string) => drawnBy(...given(size, word)), { drawnBy })
}

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))

/** One of each after the other, for as often as is asked. */
export function each<T>(kinds: readonly T[], at: number): T {
  const found = kinds[at % kinds.length]
  if (found === undefined) throw new Error('there is nothing to take one of')
  return found
}

/** Somebody of Slack, whom a message can call. */
export function named(name: string): Person {
  return { id: 'U012ABC', name, platform: 'slack' }
}

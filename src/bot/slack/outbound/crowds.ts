/** When much is to be told in one place it is told in one message (M5.7). */

import { plain, textOf } from '../../../cards/text.ts'
import type { Part, Run, View } from '../../../cards/view.ts'
import type { TimeFrame } from '../../../cards/words.ts'
import type { Clock, Millis } from '../../../clock.ts'

/** So many messages in a minute are told one by one; then the place rests, and what came meanwhile is one message. */
const ONE_BY_ONE = 5
const MINUTE_MS: Millis = 60_000
const REST_MS: Millis = 15_000
/** Each takes two blocks, and a message has 50. */
export const MOST_TOGETHER = 20

export type Pace = {
  /** A message went to `place`. */
  told(place: string): void
  crowd(place: string): { restMs: Millis; from: number }
}

export function createPace(clock: Clock): Pace {
  const times = new Map<string, readonly Millis[]>()
  const lately = (place: string): readonly Millis[] =>
    (times.get(place) ?? []).filter(at => clock.mono() - at < MINUTE_MS)
  return {
    told(place) {
      for (const known of times.keys()) if (lately(known).length === 0) times.delete(known)
      times.set(place, [...lately(place), clock.mono()])
    },
    crowd(place) {
      const told = lately(place)
      const last = told.at(-1)
      if (last === undefined || told.length < ONE_BY_ONE) return { restMs: 0, from: ONE_BY_ONE }
      return { restMs: Math.max(0, last + REST_MS - clock.mono()), from: 2 }
    },
  }
}

/** Several tellings as one, each with its own mention, its link and its buttons; one stays as it is. */
export function asOne(views: readonly View[], frame: TimeFrame): View {
  const [first] = views
  if (views.length === 1 && first !== undefined) return { ...first, summaryRuns: wordsOf(first) }
  const title = [plain(`${views.length} messages in one`)]
  return {
    kind: 'message',
    topic: 'tellings',
    rev: 0,
    tone: views.some(view => view.tone === 'bad') ? 'bad' : 'idle',
    title,
    summary: [textOf(title, frame), ...views.map(view => view.summary)].join('\n'),
    summaryRuns: [...title, ...views.flatMap(view => [LINE, ...wordsOf(view)])],
    parts: views.flatMap(partsOf),
  }
}

const LINE: Run = { r: 'plain', text: '\n' }

/** With a mention that calls. */
function wordsOf({ title, summaryRuns }: View): readonly Run[] {
  return summaryRuns ?? title
}

/** The same, and why it is told here. */
export function withNote(view: View, why: string): View {
  return {
    ...view,
    summary: `${view.summary}\n${why}`,
    summaryRuns: [...wordsOf(view), LINE, plain(why)],
    parts: [...view.parts, { t: 'note', runs: [plain(why)] }],
  }
}

/** Proofs and last lines are left out: the log is a link away. */
function partsOf(view: View): readonly Part[] {
  return [{ t: 'text', runs: view.title }, ...view.parts.filter(part => part.t === 'actions')]
}

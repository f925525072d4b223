/** The refusal when the queue is full (M4.4): how full, when there is room, and where there is room now. */

import { span } from '../cards/words.ts'
import { RefusedError } from '../errors.ts'
import type { Lab } from '../lab/lab.ts'
import { formatWord } from './words.ts'

/** `words` are those after the family in what was typed; null where it was not typed. */
export function queueFull(lab: Lab, family: string, words: readonly string[] | null): RefusedError {
  const { waiting, limit } = lab.queue()
  const soonest = Math.min(
    ...waiting.flatMap(each => (each.startsIn === null ? [] : [each.startsIn.medianMs])),
  )
  const next = Number.isFinite(soonest) ? ` The next place comes free in about ${span(soonest)}.` : ''
  const other =
    words === null ? undefined : lab.families().find(each => each.name !== family && each.free > 0)
  const again = next === '' ? 'Try again when a test has started (see: queue)' : 'Try again then'
  const elsewhere =
    other === undefined ? '' : `, or run it on ${other.name}, which is free: ${line(other.name, words ?? [])}`
  return new RefusedError(
    'queue-full',
    `Cannot queue T—: the queue is full (${waiting.length} waiting, limit ${limit}).${next}`,
    {
      hint: elsewhere === '' ? `${again}.` : `${again}${elsewhere}`,
      details: { family, waiting: waiting.length, limit },
      retryMs: Number.isFinite(soonest) ? soonest : null,
    },
  )
}

function line(family: string, words: readonly string[]): string {
  const rest = words.map(word => (word.startsWith('--') ? word : formatWord(word)))
  return ['run-test', formatWord(family), ...rest].join(' ')
}

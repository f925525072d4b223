import type { BoardState, BoardStep } from '../types.ts'
import type { Hindrance } from './ladder.ts'
import { againWords, clockTime } from './views.ts'

/** Why a board gets no work after its ladder: how it began, what the last step heard, and what may not be done now. */
export function asideReason(
  why: string,
  tried: readonly BoardStep[],
  hindered: readonly Hindrance[],
  timeZone: string,
): string {
  const last = tried.at(-1)
  const heard = last?.message ?? 'no answer'
  const words = last === undefined || last.step === 'console' ? [heard] : [why, heard]
  return [...words, ...hindered.map(each => hindranceWords(each, timeZone))].join('; ')
}

/** `reset not again before 14:17`, `power not cycled a 5th time in a day`. */
function hindranceWords(hindrance: Hindrance, timeZone: string): string {
  const what = hindrance.step === 'power' ? 'no power cycle' : 'no reset'
  if (hindrance.why === 'cool-down') return `${what} before ${clockTime(hindrance.until, timeZone)}`
  const times = hindrance.count === 1 ? 'once' : `${hindrance.count} times`
  return `${what}: reset or power-cycled ${times} within a day already`
}

const RESULTS: Readonly<Record<NonNullable<BoardStep['outcome']>, string>> = {
  back: 'back',
  'no answer': 'no answer',
  failed: 'failed',
  'cut short': 'cut short by a restart of the bot',
  done: 'done',
}

/** Told at home: somebody has to go and look. */
export function alertText(
  id: string,
  reason: string,
  tried: readonly BoardStep[],
  again: NonNullable<BoardState['again']> | null,
  timeZone: string,
): string {
  const steps = tried
    .map(
      ({ step, startedAt, outcome }) =>
        `${clockTime(startedAt, timeZone)} ${step}: ${outcome === null ? 'going on' : RESULTS[outcome]}`,
    )
    .join(' · ')
  const next = again === null ? '' : ` Next try: ${againWords(again, timeZone)}.`
  return `${id} does not answer and is set aside: ${reason}. Tried: ${steps}.${next} Look at it; when it is mended: boards health ${id}`
}

/** Of what retention took: that it did, when and why, in one sentence wherever somebody asks (M7.4). */

import type { Millis } from '../clock.ts'
import { dateTime, type TimeFrame } from './words.ts'

/** `T12's files were removed on 2026-11-27: older than 7 days.` */
export function goneSentence(
  id: string,
  { at, reason }: { at: Millis; reason: string },
  frame: TimeFrame,
): string {
  const day = dateTime(at, frame).slice(0, 10)
  return `${id}'s files were removed on ${day}: ${reason}.`
}

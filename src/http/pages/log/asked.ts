/** What an address asks for, and what is answered where that cannot be. */

import { isOver } from '../../../cards/run-words.ts'
import { isLineLog } from '../../../lab/records.ts'
import type { Run } from '../../../lab/types.ts'
import { notFound, type Problem } from '../../problem.ts'
import { attemptOf } from './marks.ts'

type Given = string | string[] | undefined

export const LONGEST_WORDS = 200

/** A whole number from 1 of a query; `otherwise` where it is left out, null where it is something else. */
export function wholeNumber(given: Given, otherwise: number): number | null {
  const text = firstOf(given)
  if (text === '') return otherwise
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null
}

/** Null where nothing is to be looked for. */
export function wordsAsked(given: Given): string | null {
  const words = firstOf(given)
  return words === '' ? null : words.slice(0, LONGEST_WORDS)
}

function firstOf(given: Given): string {
  return (Array.isArray(given) ? given[0] : given) ?? ''
}

/** Whether a log that is not there will be, as far as anybody knows: of a test that goes on, not of its next attempt. */
export function logIsAwaited(run: Run | null, file: string): boolean {
  if (run === null || isOver(run.state) || !isLineLog(file)) return false
  return (attemptOf(file) ?? 1) <= Math.max(1, run.attempts.length)
}

export function noSuchLog(run: string, file: string): Problem {
  const hint = 'Logs of a test are console.log, console-2.log of its second attempt, and output.log.'
  return notFound(`${JSON.stringify(run)} has no log ${JSON.stringify(file)}.`, hint)
}

export function notANumber(): Problem {
  const detail = 'A line is named by its number, from 1.'
  return { status: 400, code: 'input', detail, hint: 'Ask for ?from=1&count=500.' }
}

export function noWords(): Problem {
  const detail = 'There are no words to look for.'
  return { status: 400, code: 'input', detail, hint: 'Ask for ?q=panic.' }
}

export function tooManySearches(count: number): Problem {
  return {
    status: 503,
    code: 'busy',
    detail: `${count} searches of logs are under way.`,
    hint: `Ask again in ${AGAIN_S} s.`,
    headers: { 'Retry-After': String(AGAIN_S) },
  }
}

const AGAIN_S = 1

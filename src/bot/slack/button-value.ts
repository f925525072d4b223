/** What a button carries: the very line that it runs, and what it was drawn from. */

import type { Action } from '../../cards/view.ts'
import type { Expected } from '../../commands/types.ts'

/** As short as can be: Slack allows 2000 characters. */
type Value = { l: string; t?: string; r?: number }

export function buttonValue({ line, expect }: Pick<Action, 'line' | 'expect'>): string {
  const value: Value = { l: line, ...(expect === undefined ? {} : { t: expect.topic, r: expect.rev }) }
  return JSON.stringify(value)
}

/** Null for what was not written by `buttonValue`. */
export function readValue(value: string): { line: string; expect: Expected | null } | null {
  const read = parsed(value)
  if (read === null || typeof read['l'] !== 'string' || read['l'] === '') return null
  const { l: line, t: topic, r: rev } = read
  if (topic === undefined && rev === undefined) return { line, expect: null }
  if (typeof topic !== 'string' || typeof rev !== 'number' || !Number.isSafeInteger(rev)) return null
  return { line, expect: { topic, rev } }
}

function parsed(value: string): Readonly<Record<string, unknown>> | null {
  try {
    const read: unknown = JSON.parse(value)
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? { ...read } : null
  } catch {
    return null
  }
}

/** A line typed at the terminal: who types it, whether it is waited for, and whether it is a button's number. */

import { parseWords, type Word } from '../../commands/words.ts'
import { InputError } from '../../errors.ts'
import type { Person } from '../../lab/types.ts'

export type TypedLine =
  | { kind: 'nothing' }
  | { kind: 'leave' }
  | { kind: 'press'; number: number; person: Person }
  /** `background`: `&` at its end, it is not waited for. */
  | { kind: 'command'; line: string; person: Person; background: boolean }

const WHO = /^@([\p{L}\p{N}][\p{L}\p{N}._-]{0,63}):\s*/u

/** Throws InputError for `@name:` with nothing after it. */
export function parseTyped(typed: string, as: Person): TypedLine {
  const text = typed.trim()
  if (text === '' || text.startsWith('#')) return { kind: 'nothing' }
  const who = WHO.exec(text)
  const person = who?.[1] === undefined ? as : personNamed(who[1])
  const rest = who === null ? text : text.slice(who[0].length)
  if (rest === '')
    throw new InputError(`There is nothing after ${text}`, { hint: `Type a command: ${text} queue` })
  if (who === null && /^(exit|quit)$/i.test(rest)) return { kind: 'leave' }
  if (/^[1-9]\d{0,2}$/.test(rest)) return { kind: 'press', number: Number(rest), person }
  const { line, background } = takeAmpersand(rest)
  return { kind: 'command', line, person, background }
}

/** At a terminal nobody checks who somebody is: the name is the id. */
export function personNamed(name: string): Person {
  return { id: name, name, platform: 'terminal' }
}

/** `&` as a word of its own, outside quotes; `\&` and `'&'` are words. */
function takeAmpersand(text: string): { line: string; background: boolean } {
  const background = text.endsWith('&') && lastWord(text)?.quoted === false && lastWord(text)?.text === '&'
  return { line: background ? text.slice(0, -1).trimEnd() : text, background }
}

/** Null where a quote is not closed: that is the grammar's to say. */
function lastWord(text: string): Word | null {
  try {
    return parseWords(text).at(-1) ?? null
  } catch {
    return null
  }
}

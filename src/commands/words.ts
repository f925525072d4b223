/** Words of a line: quotes, smart quotes, escapes; and back. `parseWords(formatWords(words))` is `words`. */

import { InputError } from '../errors.ts'

/** `quoted`: it begins with a quote or an escape, so it is never a flag, `--` or `&`. */
export type Word = { text: string; quoted: boolean }

const DOUBLE = new Set(['"', '“', '”', '„', '‟'])
const SINGLE = new Set(["'", '‘', '’', '‚', '‛'])
// Windows paths and regular expressions keep their backslashes: only what needs escaping is escaped.
const ESCAPABLE = new Set([' ', '\\', '&', ...DOUBLE, ...SINGLE])

/** Throws InputError for an unclosed quote, with where it opened. */
export function parseWords(line: string): readonly Word[] {
  const characters = [...line]
  const words: Word[] = []
  let at = 0
  while (at < characters.length) {
    if (isSpace(characters[at])) at++
    else {
      const { word, next } = readWord(characters, at)
      words.push(word)
      at = next
    }
  }
  return words
}

/** Up to the first line break that no quote holds, and what is below it. Throws InputError for an unclosed quote. */
export function splitLine(text: string): { line: string; below: string } {
  const characters = [...text]
  let at = 0
  while (at < characters.length && characters[at] !== '\n')
    at = isSpace(characters[at]) ? at + 1 : readWord(characters, at).next
  return { line: characters.slice(0, at).join(''), below: characters.slice(at).join('') }
}

function readWord(characters: readonly string[], from: number): { word: Word; next: number } {
  let text = ''
  let quoted = false
  let at = from
  // A quote opens at the start of a word, after `=`, and after another quote; an apostrophe within a word is one.
  let mayOpen = true
  while (at < characters.length && !isSpace(characters[at])) {
    const character = characters[at] ?? ''
    const closers = mayOpen ? closersOf(character) : null
    if (closers !== null) {
      const inside = readQuoted(characters, at, closers)
      quoted ||= at === from
      text += inside.text
      at = inside.next
      continue
    }
    const escaped = character === '\\' && ESCAPABLE.has(characters[at + 1] ?? '')
    text += escaped ? characters[at + 1] : character
    quoted ||= escaped && at === from
    at += escaped ? 2 : 1
    mayOpen = character === '='
  }
  return { word: { text: quoted ? text : withDashes(text), quoted }, next: at }
}

/** What closes a quote that this character opens. An ASCII one keeps smart ones inside as they are. */
function closersOf(opener: string): ReadonlySet<string> | null {
  if (opener === '"' || opener === "'") return new Set([opener])
  if (DOUBLE.has(opener)) return DOUBLE
  return SINGLE.has(opener) ? SINGLE : null
}

function readQuoted(
  characters: readonly string[],
  from: number,
  closers: ReadonlySet<string>,
): { text: string; next: number } {
  let text = ''
  for (let at = from + 1; at < characters.length; at++) {
    const character = characters[at] ?? ''
    if (closers.has(character)) return { text, next: at + 1 }
    const next = characters[at + 1] ?? ''
    const escaped = closers.has('"') && character === '\\' && (next === '\\' || DOUBLE.has(next))
    text += escaped ? next : character
    if (escaped) at++
  }
  throw unclosed(characters, from)
}

const SHOWN_BEFORE = 12
const SHOWN_AFTER = 24

function unclosed(characters: readonly string[], at: number): InputError {
  const before = characters.slice(Math.max(0, at - SHOWN_BEFORE), at).join('')
  const after = characters.slice(at, at + SHOWN_AFTER).join('')
  const where = `${at > SHOWN_BEFORE ? '…' : ''}${before}⟨here⟩${after}`
  return new InputError(`The quote ${characters[at]} at character ${at + 1} is never closed: ${where}`, {
    code: 'unclosed-quote',
    hint: `Close it with ${closing(characters[at] ?? '"')}, or put a backslash before a quote that is meant as it stands.`,
  })
}

function closing(opener: string): string {
  return DOUBLE.has(opener) ? '"' : "'"
}

/** Phones write `--flag` as `—flag`. */
function withDashes(text: string): string {
  return text.replace(/^[—–](?=$|[A-Za-z])/u, '--')
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character)
}

const SAFE = /^[\p{L}\p{N}_@%+:,./][\p{L}\p{N}_@%+:,./=-]*$/u

/** One word as it is typed: in quotes where it needs them. */
export function formatWord(text: string): string {
  if (SAFE.test(text)) return text
  if (!text.includes("'")) return `'${text}'`
  return `"${text.replace(/[\\"“”„‟]/gu, character => `\\${character}`)}"`
}

export function formatWords(words: readonly Word[]): string {
  return words.map(word => (word.quoted ? quote(word.text) : formatBare(word.text))).join(' ')
}

/** In quotes whether it needs them or not, so that `--x` stays a word and is no flag. */
function quote(text: string): string {
  return SAFE.test(text) ? `'${text}'` : formatWord(text)
}

/** A flag stays a flag: only its value is quoted. */
function formatBare(text: string): string {
  if (text === '&' || /^-{1,2}(?:[A-Za-z][\w-]*)?$/.test(text)) return text
  const [, flag, value] = /^(--[A-Za-z][\w-]*=)(.+)$/su.exec(text) ?? []
  return flag === undefined || value === undefined ? formatWord(text) : `${flag}${formatWord(value)}`
}

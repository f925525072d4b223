/**
 * What a terminal would not show, taken out of text: control sequences (ECMA-48 5.4), strings such as window
 * titles (ECMA-48 5.6), character set choices (ECMA-35) and other control characters. Tab and newline stay.
 * A sequence that is cut short loses only its beginning, so that noise cannot hide what follows it.
 */
export function stripAnsi(text: string): string {
  const first = nextControl(text, 0)
  if (first === text.length) return text
  const kept = [text.slice(0, first)]
  let at = first
  while (at < text.length) {
    const start = skipControl(text, at, text.charCodeAt(at))
    at = nextControl(text, start)
    kept.push(text.slice(start, at))
  }
  return kept.join('')
}

const TAB = 0x09
const NEWLINE = 0x0a
const BELL = 0x07
const ESCAPE = 0x1b
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CSI = 0x9b
const STRING_TERMINATOR = 0x9c

/** Second characters, `ESC P X ] ^ _`, and the one-character forms of the five kinds of string. */
const STRING_AFTER_ESCAPE = new Set([0x50, 0x58, 0x5d, 0x5e, 0x5f])
const STRING_OPENERS = new Set([0x90, 0x98, 0x9d, 0x9e, 0x9f])

function isControl(code: number): boolean {
  if (code < 0x20) return code !== TAB && code !== NEWLINE
  return code >= 0x7f && code <= 0x9f
}

/** Index of the first control character from `from` on that is no tab and no newline; the length where there is none. */
export function nextControl(text: string, from: number): number {
  let at = from
  while (at < text.length && !isControl(text.charCodeAt(at))) at++
  return at
}

/** Index just past the control character at `at` and the sequence it begins. */
export function skipControl(text: string, at: number, code: number): number {
  if (code === CSI) return skipSequence(text, at + 1)
  if (STRING_OPENERS.has(code)) return skipString(text, at + 1)
  if (code !== ESCAPE) return at + 1
  const next = text.charCodeAt(at + 1)
  if (next === OPEN_BRACKET) return skipSequence(text, at + 2)
  if (STRING_AFTER_ESCAPE.has(next)) return skipString(text, at + 2)
  return skipEscape(text, at + 1)
}

/** Parameters 30–3F, intermediates 20–2F, one final 40–7E. */
function skipSequence(text: string, from: number): number {
  let at = from
  while (inRange(text.charCodeAt(at), 0x30, 0x3f)) at++
  while (inRange(text.charCodeAt(at), 0x20, 0x2f)) at++
  const final = text.charCodeAt(at)
  // No output sequence ends in `[`, but a kernel line that cuts into one begins with it.
  return final !== OPEN_BRACKET && inRange(final, 0x40, 0x7e) ? at + 1 : at
}

/** Up to BEL or ST; any other control character means that the string was cut, and its text is kept. */
function skipString(text: string, from: number): number {
  let at = from
  while (at < text.length && !isControl(text.charCodeAt(at)) && text.charCodeAt(at) !== NEWLINE) at++
  const end = text.charCodeAt(at)
  if (end === BELL || end === STRING_TERMINATOR) return at + 1
  return end === ESCAPE && text.charCodeAt(at + 1) === BACKSLASH ? at + 2 : from
}

/** `ESC ( B`, `ESC c`: intermediates, then one final 30–7E. */
function skipEscape(text: string, from: number): number {
  let at = from
  while (inRange(text.charCodeAt(at), 0x20, 0x2f)) at++
  const final = text.charCodeAt(at)
  return final !== OPEN_BRACKET && inRange(final, 0x30, 0x7e) ? at + 1 : at
}

function inRange(code: number, low: number, high: number): boolean {
  return code >= low && code <= high
}

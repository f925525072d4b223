import { randomBytes } from 'node:crypto'

/** Kinds of things with short ids that count up and are typed by people: tests T12, leases L3 (design 5). */
export type IdKind = 'T' | 'L' | 'A'

export function formatId(kind: IdKind, number: number): string {
  return `${kind}${number}`
}

/** The number of `T12` (or `t12`) for kind T; null for anything else. */
export function parseId(kind: IdKind, text: string): number | null {
  const match = /^([A-Za-z])([1-9][0-9]{0,8})$/.exec(text)
  return match?.[1]?.toUpperCase() === kind ? Number(match[2]) : null
}

// No vowels and no look-alikes: a reference is read aloud and typed again.
const ALPHABET = '23456789BCDFGHJKMNPQRSTVWXZ'

/** Four letters that tie an error shown to a person to its line in the log and the audit: `7F3K`. */
export function reference(): string {
  return Array.from(randomBytes(4), byte => ALPHABET[byte % ALPHABET.length]).join('')
}

/** A random word of `bytes` bytes in hexadecimal, for names that must not be guessed or repeated. */
export function nonce(bytes = 8): string {
  return randomBytes(bytes).toString('hex')
}

import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import type { Clock, Millis } from '../../clock.ts'
import { InputError } from '../../errors.ts'
import type { Seat } from '../consoles.ts'

/** One-time words for the consoles: only their hashes are here, and only in memory. */
export type ConsoleWords = {
  mint(seat: Seat): string
  /** Uses the word up. Throws InputError: wrong, used, expired. */
  redeem(word: string): Seat
}

export const WORD_MS: Millis = 60_000
/** Used and expired ones are known for a while, so that whoever types one is told which it is. */
const KNOWN_MS: Millis = 600_000
const MOST_KNOWN = 1_000

// No vowels and no look-alikes: a word may be read from one screen and typed at another. 57 bits.
const LETTERS = '23456789BCDFGHJKMNPQRSTVWXZ'
const GROUPS = 3
const GROUP = 4

type Known = { hash: Buffer; seat: Seat; mintedAt: Millis; used: boolean }

export function createConsoleWords({ clock }: { clock: Pick<Clock, 'mono'> }): ConsoleWords {
  let known: Known[] = []

  const find = (hash: Buffer): Known | undefined => {
    let found: Known | undefined
    // All are compared, each in constant time: how long it takes says nothing about any of them.
    for (const each of known) if (timingSafeEqual(each.hash, hash)) found = each
    return found
  }

  return {
    mint(seat) {
      const now = clock.mono()
      known = known.filter(each => now - each.mintedAt < KNOWN_MS).slice(1 - MOST_KNOWN)
      const word = newWord()
      known.push({ hash: hashOf(word), seat, mintedAt: now, used: false })
      return word
    },
    redeem(word) {
      const found = find(hashOf(word))
      if (found === undefined) throw refused('wrong', null)
      if (found.used) throw refused('used', found.seat)
      if (clock.mono() - found.mintedAt >= WORD_MS) throw refused('expired', found.seat)
      found.used = true
      return found.seat
    },
  }
}

function newWord(): string {
  const letter = (): string => LETTERS[randomInt(LETTERS.length)] ?? ''
  const group = (): string => Array.from({ length: GROUP }, letter).join('')
  return Array.from({ length: GROUPS }, group).join('-')
}

/** However it was typed: in small letters, without the hyphens, with blanks. */
function hashOf(word: string): Buffer {
  return createHash('sha256').update(word.toUpperCase().replace(/[\s-]/g, '')).digest()
}

const REFUSED = {
  wrong: 'That is no word of this lab.',
  used: 'That word was used already; each is good once.',
  expired: `That word has expired; each is good for ${WORD_MS / 1_000} s.`,
} as const

function refused(why: keyof typeof REFUSED, seat: Seat | null): InputError {
  const at = seat === null || seat.console === null ? '' : ` --console ${seat.console}`
  const watch = `boards watch ${seat?.board ?? 'BOARD'}${at}`
  const asked = seat === null ? `lease console LEASE, or ${watch}` : watch
  return new InputError(REFUSED[why], {
    code: `word-${why}`,
    hint: `Ask the bot for a new one: ${seat?.lease ? `lease console ${seat.lease}${at}` : asked}`,
  })
}

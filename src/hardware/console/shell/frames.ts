import { randomInt } from 'node:crypto'

/**
 * What our helpers on the board print, and nobody else can: each frame begins with `@` and a word that was made
 * up for this session or this program, then the number of the command it belongs to.
 *
 *   @word 12                start: what follows is its output
 *   @word 12 0 4038471504   end: status, and the sum of output, number, status and command
 *   @word 12 b              again: what follows is the output once more, in base64
 *   @word 12 r              again: the output once more, on a board that has no base64
 *   @word 12 c              copy: the output once more, as it is (a board that cannot make sums)
 *   @word 12 d              the command came damaged and was not run
 *   @word 12 n              a command of that number was never started
 *   @word 12 x              it was started and never ended
 */
export type Frame =
  | { kind: 'start' | 'encoded' | 'again' | 'copy' | 'damaged' | 'never' | 'cut' }
  | { kind: 'end'; status: number; sum: string }

export type FoundFrame = { frame: Frame; number: number; index: number }

const LETTERS = { b: 'encoded', r: 'again', c: 'copy', d: 'damaged', n: 'never', x: 'cut' } as const
const REST = /^(\d{1,9})(?: (?:([brcdnx])|(\d{1,3}) ([0-9a-f]{1,64}|-)))?\r*$/

/** The frame that ends this line, wherever it begins. Torn ones are none. */
export function frameIn(line: string, word: string): FoundFrame | null {
  const mark = `@${word} `
  for (let index = line.indexOf(mark); index !== -1; index = line.indexOf(mark, index + 1)) {
    const match = REST.exec(line.slice(index + mark.length))
    if (match !== null) return { frame: frameOf(match), number: Number(match[1]), index }
  }
  return null
}

function frameOf(match: RegExpExecArray): Frame {
  const letter = match[2]
  if (letter !== undefined) return { kind: LETTERS[letter as keyof typeof LETTERS] }
  if (match[3] === undefined) return { kind: 'start' }
  return { kind: 'end', status: Number(match[3]), sum: match[4] ?? '' }
}

/** A program's end: status, and what is missing to 255, since its output has no sum. */
const PROGRAM_END = /^(\d{1,9}) (\d{1,3}) (\d{1,3})\r*$/

export function programEndIn(
  line: string,
  word: string,
  number: number,
): { status: number; index: number } | null {
  const mark = `@${word} `
  const index = line.indexOf(mark)
  if (index === -1) return null
  const match = PROGRAM_END.exec(line.slice(index + mark.length))
  if (match === null || Number(match[1]) !== number) return null
  const status = Number(match[2])
  return status + Number(match[3]) === WHOLE ? { status, index } : null
}

const WHOLE = 255

// ---- the prompt ---------------------------------------------------------------------------------------------

/** A shell of ours prompts with `brXXXX:`, the number of the last command that ended, and `> `. */
const PROMPT_START = 'br'
/** busybox's line editor asks for the cursor after each prompt; bash announces bracketed paste. */
const CONTROLS = '(?:\\x1b\\[[0-9;?]*[A-Za-z])*'
const NUMBERED = new RegExp(`^(\\d{1,9})> ${CONTROLS}$`)

export function makePromptWord(): string {
  return PROMPT_START + makeWord(4)
}

/** The number in our prompt at the end of an unfinished line; null when it is not there. */
export function promptAt(tail: string, word: string): number | null {
  const index = tail.lastIndexOf(`${word}:`)
  if (index === -1) return null
  const match = NUMBERED.exec(tail.slice(index + word.length + 1))
  return match === null ? null : Number(match[1])
}

/** Every prompt of ours in a line, wherever it stands. */
export function promptsIn(line: string, word: string): { index: number; length: number; number: number }[] {
  if (!line.includes(`${word}:`)) return []
  const pattern = new RegExp(`${word}:(\\d{1,9})> ${CONTROLS}`, 'g')
  return [...line.matchAll(pattern)].map(match => ({
    ...{ index: match.index, length: match[0].length },
    number: Number(match[1]),
  }))
}

// ---- words --------------------------------------------------------------------------------------------------

const LETTERS_AND_DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A random word; 6 letters are 35 bits, 16 are 95. */
export function makeWord(length: number): string {
  let word = ''
  for (let at = 0; at < length; at++) word += LETTERS_AND_DIGITS[randomInt(LETTERS_AND_DIGITS.length)]
  return word
}

/** A word to be printed by the board, as it is typed: in halves, so that its echo is not taken for the answer. */
export function inHalves(word: string): string {
  const middle = Math.ceil(word.length / 2)
  return `${word.slice(0, middle)}''${word.slice(middle)}`
}

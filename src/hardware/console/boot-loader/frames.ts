import { makeWord } from '../shell/frames.ts'

/**
 * U-Boot's hush has local variables, `;` and `$?` (doc/usage/cmdline.rst), and everything it says begins with what a
 * variable expands to: so an echo of what was typed is never taken for an answer. A name begins with a letter; one
 * with `_` is a command to it (common/cli_hush.c, is_assignment).
 *
 *   @word 12       start: the line was understood, and what follows is the command's output
 *   @word 12 0.    end, with the status; `x` when it was started and never ended
 *   @word .        no number at all: nothing of ours survives a reset
 */
export type LoaderFrame = { number: number | null; status: number | 'running' | null; index: number }

/** One line for one command: a line that is no command to hush is refused as a whole, before any of it runs. */
export function lineOf(word: string, number: number, command: string): string {
  return `brn=${number};brs=x;echo @${word} $brn;${command};brs=$?;${stateOf(word)}`
}

/** Asks for number and status of the last command; nothing is run by asking. */
export function stateOf(word: string): string {
  return `echo @${word} $brn $brs.`
}

const REST = /^(?:(\d{1,9})(?: (\d{1,3}|x)\.)?|\.)\r*$/

/** The frame that ends this line, wherever it begins: output may have no newline of its own. */
export function loaderFrameIn(line: string, word: string): LoaderFrame | null {
  const mark = `@${word} `
  for (let index = line.indexOf(mark); index !== -1; index = line.indexOf(mark, index + 1)) {
    const match = REST.exec(line.slice(index + mark.length))
    if (match !== null) return { ...frameOf(match), index }
  }
  return null
}

function frameOf([, number, status]: RegExpExecArray): Omit<LoaderFrame, 'index'> {
  return {
    number: number === undefined ? null : Number(number),
    status: status === undefined ? null : status === 'x' ? 'running' : Number(status),
  }
}

// ---- the question -------------------------------------------------------------------------------------------

export type Question = { typed: string; answer: string }

/** Something never said before; the variable between its halves is one that nobody has. Without hush it works too. */
export function makeQuestion(): Question {
  const [first, second] = [makeWord(6), makeWord(6)]
  return { typed: `echo ${first}\${brz}${second}`, answer: `${first}${second}` }
}

// ---- commands ------------------------------------------------------------------------------------------------

/** Control characters are the line editor's own. */
export const TYPEABLE = /^[\x20-\x7e]*$/

/** Why it cannot be a line of ours; null for one that can, as far as we can tell. */
export function problemWith(command: string): string | null {
  if (!TYPEABLE.test(command)) return 'has characters that a boot loader cannot be typed'
  if (command.trim() === '') return 'is empty'
  let quote = ''
  let before = ' '
  for (let at = 0; at < command.length; at++) {
    const char = command[at] ?? ''
    if (quote !== '') quote = char === quote ? '' : quote
    else if (char === "'" || char === '"') quote = char
    else if (char === '#' && /[\s;&|]/.test(before)) return 'has a comment, which hides the end of our line'
    else if (char === '\\') at += 1
    before = char
    if (at >= command.length) return 'ends in a backslash'
  }
  if (quote !== '') return `has a quote ${quote} that is not closed`
  return /[|&]\s*$/.test(command) ? 'goes on in another line' : null
}

/** One word. A backslash stands outside: inside quotes the old parser takes it for an escape, the new one does not. */
export function quoteForHush(value: string): string {
  const parts = value.match(/[^'\\]+|['\\]/g) ?? []
  return parts.map(part => (part === "'" || part === '\\' ? `\\${part}` : `'${part}'`)).join('') || "''"
}

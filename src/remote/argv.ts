/** Words as a shell gave them, as one line of the grammar: reading it gives the same words again. */

import { isFlag } from '../commands/bind.ts'
import { formatWord, formatWords } from '../commands/words.ts'

const FLAG_NAME = /^--?[A-Za-z][\w.-]*$/

/** A shell takes quotes away, so a word is a flag by its looks alone; behind `--` none is. */
export function lineOf(argv: readonly string[]): string {
  const end = argv.indexOf('--')
  const ours = end === -1 ? argv : argv.slice(0, end)
  const theirs = end === -1 ? [] : argv.slice(end + 1)
  return [
    ...ours.map(typed),
    ...(end === -1 ? [] : ['--']),
    ...theirs.map(text => formatWords([{ text, quoted: true }])),
  ].join(' ')
}

function typed(text: string): string {
  if (!isFlag({ text, quoted: false })) return formatWord(text)
  const cut = text.indexOf('=')
  const name = cut === -1 ? text : text.slice(0, cut)
  // No flag has such a name: a text that happens to begin with a dash.
  if (!FLAG_NAME.test(name)) return formatWord(text)
  const value = text.slice(cut + 1)
  return cut === -1 ? name : `${name}=${value === '' ? '' : formatWord(value)}`
}

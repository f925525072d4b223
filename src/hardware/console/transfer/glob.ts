import { InputError } from '../../../errors.ts'
import { wordOf } from '../shell/frame-quote.ts'

const GLOB = /[*?]|\[[!^]?\]?[A-Za-z0-9_.,:+=@%-]*\]/

/**
 * A pattern as a word that the board's shell expands itself: `*`, `?` and `[…]` stay, all else is quoted, so that
 * nothing else in it means anything. Throws InputError for what no line can hold.
 */
export function globWord(pattern: string): string {
  if (pattern === '' || /[\0\n]/.test(pattern))
    throw new InputError(`${JSON.stringify(pattern)} is no pattern of file names`, {
      hint: 'Give names or patterns such as results/*.xml, without newlines.',
      field: 'collect',
    })
  let word = ''
  let rest = pattern
  for (let match = GLOB.exec(rest); match !== null; match = GLOB.exec(rest)) {
    word += literal(rest.slice(0, match.index)) + match[0].replace(/^\[\^/, '[!')
    rest = rest.slice(match.index + match[0].length)
  }
  return word + literal(rest)
}

function literal(text: string): string {
  return text === '' ? '' : wordOf(text)
}

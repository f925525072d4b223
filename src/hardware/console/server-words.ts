import { stripAnsi } from '../../reading/ansi.ts'

const LONGEST = 200

/** What a server said, as a piece of a sentence: one line of plain text, not too long. */
export function serverWords(said: string): string {
  return stripAnsi(said.slice(0, LONGEST))
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
}

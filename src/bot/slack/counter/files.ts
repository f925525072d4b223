/** Words for files in chat: names of what came with the message. No word ever opens a file of the bot's machine. */

import { listed } from '../../../cards/text.ts'
import { size as sizeWords } from '../../../cards/words.ts'
import { InputError } from '../../../errors.ts'
import type { IncomingFile } from '../../../lab/lab.ts'
import type { SlackApi, SlackFile } from '../types.ts'

/** The largest that Slack takes, and that a test is given. */
const MOST_BYTES = 1024 ** 3
const MOST_NAMES = 8

/** Null where nothing came with the message. Throws InputError before a byte is fetched: no such file, empty, too large. */
export function openAttached(
  word: string,
  files: readonly SlackFile[],
  api: Pick<SlackApi, 'download'>,
): IncomingFile | null {
  if (files.length === 0) return null
  const file = named(word, files)
  if (file === null) throw noSuchFile(word, files)
  const { name, size } = file
  if (size === 0) throw wrong(`${name} is empty (0 bytes).`, 'Build it again, and attach that.')
  if (size !== null && size > MOST_BYTES)
    throw wrong(
      `${name} is too large: ${sizeWords(size)}, at most ${sizeWords(MOST_BYTES)}.`,
      'Strip it, or send an archive of what is needed.',
    )
  return { name, size, open: () => api.download(file) }
}

/** `./hello` is how it is typed at a terminal. */
function named(word: string, files: readonly SlackFile[]): SlackFile | null {
  const name = word.split('/').at(-1) ?? word
  const same = (each: SlackFile): boolean => each.name.toLowerCase() === name.toLowerCase()
  return files.find(each => each.name === word || each.name === name) ?? files.find(same) ?? null
}

function noSuchFile(word: string, files: readonly SlackFile[]): InputError {
  const names = listed(
    files.map(file => file.name),
    MOST_NAMES,
  )
  return wrong(`No attached file is called "${word}". Attached: ${names}.`, 'Name the one that is meant.')
}

function wrong(message: string, hint: string): InputError {
  return new InputError(message, { hint, code: 'file' })
}

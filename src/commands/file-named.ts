/** What the word for a file stands for: what came with the request, an address, or a file that is kept. */

import { InputError } from '../errors.ts'
import type { IncomingFile } from '../lab/lab.ts'
import type { CommandContext } from './types.ts'

/**
 * A file at hand goes before a kept one of the same word; an address never names a file of a machine. Null where words
 * open no files and it is neither. Throws InputError.
 */
export async function fileNamed(
  word: string,
  { file, lab }: Pick<CommandContext, 'file' | 'lab'>,
): Promise<IncomingFile | null> {
  if (/^https?:\/\//i.test(word)) return await lab.fileAt(word)
  const [, owner, name] = /^([TL][1-9]\d{0,8})\/([^/]+)$/i.exec(word) ?? []
  if (owner === undefined || name === undefined) return await file(word)
  const atHand = await file(word).catch((error: unknown) => {
    // There is none of that name here.
    if (error instanceof InputError) return null
    throw error
  })
  return atHand ?? (await lab.storedFile(owner.toUpperCase(), name))
}

/** Words for files at the terminal: paths of this machine, from the folder the bot was started in. */

import { constants, createReadStream } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { InputError } from '../../errors.ts'
import type { IncomingFile } from '../../lab/lab.ts'

/**
 * Throws InputError with the path and what to do: missing, a directory, unreadable, empty. `called` is what `folder`
 * is to whoever typed the word.
 */
export async function openLocalFile(
  word: string,
  folder: string,
  called = 'the folder the bot was started in',
): Promise<IncomingFile & { size: number }> {
  const path = resolve(folder, word.startsWith('~/') ? join(homedir(), word.slice(2)) : word)
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw unreachable(word, path, called, error.code ?? 'unknown')
  })
  if (found.isDirectory()) throw wrong(`${path} is a directory.`, 'Name the program in it.')
  if (!found.isFile()) throw wrong(`${path} is no regular file.`, 'Name a program file.')
  if (found.size === 0) throw wrong(`${path} is empty (0 bytes).`, 'Build it again; nothing was submitted.')
  await access(path, constants.R_OK).catch(() => {
    throw wrong(`${path} cannot be read by this user.`, `Allow it (chmod +r ${word}) and try again.`)
  })
  return { name: basename(path), size: found.size, open: () => createReadStream(path) }
}

function unreachable(word: string, path: string, called: string, code: string): InputError {
  if (code === 'EACCES')
    return wrong(`${path} cannot be reached by this user (${code}).`, 'Look at the rights of its folders.')
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return wrong(`There is no file ${path}.`, `Check the path "${word}"; it is looked up from ${called}.`)
  return wrong(`${path} cannot be opened (${code}).`, 'Name another file.')
}

function wrong(message: string, hint: string): InputError {
  return new InputError(message, { field: 'binary', hint })
}

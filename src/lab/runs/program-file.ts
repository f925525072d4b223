import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { InputError } from '../../errors.ts'
import type { Staged } from '../../storage/types.ts'
import { checkEntry, passing } from '../files/archive.ts'
import { type FileStore, takenFile } from '../files/incoming.ts'
import type { IncomingFile, SubmitRequest } from '../lab.ts'
import type { Program } from '../types.ts'
import { isLogName } from './log-names.ts'

/** Takes what is to be run into the store. Throws InputError (empty, too large, no archive, no such entry). */
export async function stageProgram(
  artifacts: FileStore,
  program: SubmitRequest['program'],
): Promise<{ program: Program; staged: Staged | null }> {
  if (program.kind === 'shell') return { program, staged: null }
  const { name } = program.file
  checkName(name)
  const entry = checkEntry(name, program.entry)
  const staged =
    entry === null
      ? await takenFile(artifacts, name, program.file)
      : await stageArchive(artifacts, name, entry, program.file)
  const { size, sha256 } = staged
  if (size === 0) throw empty(name)
  return { staged, program: { kind: 'binary', name, size, sha256, ...(entry === null ? {} : { entry }) } }
}

/** Looked through on its way: it is read once only, wherever it comes from. */
async function stageArchive(
  artifacts: FileStore,
  name: string,
  entry: string,
  file: IncomingFile,
): Promise<Staged> {
  const content = file.open()
  const archive = passing(name, entry, content)
  try {
    const bytes = Readable.from(archive.bytes)
    const staged = await takenFile(artifacts, name, { ...file, open: () => bytes })
    // One that was written before has not passed by yet.
    if (file.staged !== undefined && staged.size > 0) await finished(bytes.resume())
    if (staged.size > 0) archive.check()
    return staged
  } finally {
    // Where the store did not want it, nobody has read it.
    content.destroy()
  }
}

function checkName(name: string): void {
  if (!isLogName(name)) return
  throw new InputError(`${name} is the name of a test's own log.`, {
    field: 'binary',
    hint: 'Give the program another name, and submit that.',
  })
}

function empty(name: string): InputError {
  return new InputError(`${name} is empty (0 bytes).`, {
    field: 'binary',
    hint: 'Build it again, and look at its size: ls -l',
  })
}

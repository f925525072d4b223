import { Readable } from 'node:stream'
import { InputError } from '../../errors.ts'
import type { Artifacts, Staged } from '../../storage/types.ts'
import { checkEntry, passing } from '../files/archive.ts'
import type { SubmitRequest } from '../lab.ts'
import type { Program } from '../types.ts'
import { isLogName } from './log-names.ts'

/** Largest binary taken at all; a board's own room is checked before copying. */
const LARGEST_BINARY = 1024 ** 3

/** Takes what is to be run into the store. Throws InputError (empty, too large, no archive, no such entry). */
export async function stageProgram(
  artifacts: Pick<Artifacts, 'stage'>,
  program: SubmitRequest['program'],
): Promise<{ program: Program; staged: Staged | null }> {
  if (program.kind === 'shell') return { program, staged: null }
  const { name } = program.file
  checkName(name)
  const entry = checkEntry(name, program.entry)
  const staged =
    entry === null
      ? await artifacts.stage(name, program.file.open(), LARGEST_BINARY)
      : await stageArchive(artifacts, name, entry, program.file.open())
  const { size, sha256 } = staged
  if (size === 0) throw empty(name)
  return { staged, program: { kind: 'binary', name, size, sha256, ...(entry === null ? {} : { entry }) } }
}

/** Looked through on its way: it is read once only, wherever it comes from. */
async function stageArchive(
  artifacts: Pick<Artifacts, 'stage'>,
  name: string,
  entry: string,
  content: Readable,
): Promise<Staged> {
  const archive = passing(name, entry, content)
  const staged = await artifacts.stage(name, Readable.from(archive.bytes), LARGEST_BINARY)
  if (staged.size > 0) archive.check()
  return staged
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

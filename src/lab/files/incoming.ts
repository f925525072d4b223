import { InputError } from '../../errors.ts'
import type { Artifacts, Staged } from '../../storage/types.ts'
import type { IncomingFile } from '../lab.ts'

export type FileStore = Pick<Artifacts, 'stage'>

/** Largest file taken at all; a board's own room is checked before copying. */
const LARGEST_FILE = 1024 ** 3

/** The file in the store's staging folder under `name`: written there now, or before. Throws InputError when it is too large. */
export async function takenFile(artifacts: FileStore, name: string, file: IncomingFile): Promise<Staged> {
  const { staged } = file
  if (staged === undefined) return await artifacts.stage(name, file.open(), LARGEST_FILE)
  if (staged.size <= LARGEST_FILE) return { ...staged, name }
  throw new InputError(`${name} is larger than ${LARGEST_FILE} bytes`, {
    hint: 'Give a smaller file, for example a stripped binary.',
    field: 'name',
  })
}

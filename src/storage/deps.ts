import type { Clock } from '../clock.ts'
import type { StorageError } from '../errors.ts'
import type { Log } from '../log.ts'
import { cannotOpen, type Disk } from './disk.ts'
import { openSpace, type Space } from './space.ts'

/** What every store needs of the process around it. */
export type StorageDeps = {
  log: Log
  clock: Clock
  /** A sync or a write failed: the disk's state is not known any more, the process must end. */
  exit(error: StorageError): void
  /** Room of the data directory, shared by all that is kept there; without, each store looks after its own. */
  space?: Space
  disk?: Disk
}

/** The space given, or one of its own, closed by the second value. */
export async function spaceFor(
  dir: string,
  deps: StorageDeps,
  ballastBytes?: number,
): Promise<[Space, () => void]> {
  if (deps.space !== undefined) return [deps.space, () => {}]
  const { clock, log } = deps
  const ballast = ballastBytes === undefined ? {} : { ballastBytes }
  const space = await openSpace({ dir, clock, log, ...ballast }).catch((error: unknown) => {
    throw cannotOpen(dir, error)
  })
  return [space, () => space.close()]
}

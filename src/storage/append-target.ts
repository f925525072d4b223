import { type DiskFile, isFull, writeFailed } from './disk.ts'

/** A file that only grows at its end. `size` counts the bytes of whole lines on disk; nothing after it counts. */
export type AppendTarget = {
  readonly path: string
  readonly size: number
  /** Writes at `size` and syncs. What a full disk let it write of it is cut off again. */
  add(bytes: Buffer): Promise<void>
}

/** `use` lends the file open: one that stays open, or one opened for each batch. */
export function appendTarget(
  path: string,
  size: number,
  use: (work: (file: DiskFile) => Promise<void>) => Promise<void>,
): AppendTarget {
  let good = size
  return {
    path,
    get size() {
      return good
    },
    async add(bytes) {
      await use(file => writeAndSync(path, file, bytes, good))
      good += bytes.length
    },
  }
}

async function writeAndSync(path: string, file: DiskFile, bytes: Buffer, position: number): Promise<void> {
  try {
    await file.write(bytes, position)
  } catch (error) {
    if (isFull(error)) await file.truncate(position)
    throw error
  }
  // Even "no room" is final here: after a failed sync nobody knows which pages are on disk, and the next sync lies.
  await file.sync().catch((error: unknown) => {
    throw writeFailed(path, error)
  })
}

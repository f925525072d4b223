import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf, StorageError } from '../errors.ts'

/** The few steps by which stored bytes change: a port, so that a power cut can be put between any two of them. */
export type Disk = {
  /** Opens for writing; makes the file when it is not there. */
  open(path: string): Promise<DiskFile>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  /** Makes names in the folder (new, renamed, gone) survive a power cut. */
  syncFolder(path: string): Promise<void>
}
export type DiskFile = {
  /** All of it; when it throws, a part may have been written. */
  write(bytes: Uint8Array, position: number): Promise<void>
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

export const realDisk: Disk = {
  // No O_APPEND: Linux then ignores the position of a write (pwrite(2), BUGS).
  open: async path => asDiskFile(await open(path, constants.O_RDWR | constants.O_CREAT, 0o644)),
  rename,
  unlink,
  async syncFolder(path) {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  },
}

function asDiskFile(handle: FileHandle): DiskFile {
  return {
    write: (bytes, position) => writeAll(handle, bytes, position, () => {}),
    sync: () => handle.datasync(),
    truncate: size => handle.truncate(size),
    close: () => handle.close(),
  }
}

/** Makes the folder and those above it, and makes them survive a power cut. One that is there already is fine. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return
    // Not `recursive`: that calls a read-only file system ENOENT.
    if (!isMissing(error)) throw error
    await makeFolder(dirname(path))
    return await makeFolder(path)
  }
  await realDisk.syncFolder(dirname(path)).catch((error: unknown) => {
    // One may make names in a folder that one may not read.
    if (codeOf(error) !== 'EACCES') throw error
  })
}

/** Writes everything; `wrote` is told of each part, so that a caller knows how far a full disk let it come. */
export async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number,
  wrote: (count: number) => void,
): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
    wrote(bytesWritten)
  }
}

/** Puts `text` where `path` is in one step: whoever reads sees the old file or the new one, whole, even after a power cut. */
export async function replaceFile(disk: Disk, path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`
  try {
    await writeWhole(disk, temporary, text)
    await disk.rename(temporary, path)
  } catch (error) {
    // On a full disk half a file would be in the way of what could still be written.
    if (isFull(error)) await disk.unlink(temporary).catch(ignoreMissing)
    throw error
  }
  await disk.syncFolder(dirname(path))
}

async function writeWhole(disk: Disk, path: string, text: string): Promise<void> {
  const file = await disk.open(path)
  try {
    await file.truncate(0)
    await file.write(Buffer.from(text), 0)
    await file.sync()
  } finally {
    await file.close()
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

/** No room, or none left for this user: it may come back, so the write is worth trying again. */
export function isFull(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT'
}

export function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error
}

/** A failure to open something, as a sentence that says what to do. */
export function cannotOpen(path: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error
  const details = { path }
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return new StorageError('permission', `no permission to write ${path}`, {
        hint: `Let user ${process.getuid?.() ?? 'running this'} read and write it, or set DATA_DIR to a folder it owns.`,
        details,
        cause: error,
      })
    case 'EROFS':
      return new StorageError('read-only', `${path} is on a read-only file system`, {
        hint: 'Mount it writable, or set DATA_DIR to a folder on a disk that is.',
        details,
        cause: error,
      })
    case 'ENOSPC':
    case 'EDQUOT':
      return new StorageError('full', `no room on the disk of ${path}`, {
        hint: 'Free some space there (old artifacts are the largest), then start again.',
        details,
        cause: error,
      })
    case 'ENOTDIR':
    case 'EEXIST':
      return new StorageError('not-a-folder', `${path} is not a folder`, {
        hint: 'Move the file of that name away, or set DATA_DIR to a folder.',
        details,
        cause: error,
      })
    default:
      return new StorageError('unusable', `cannot use ${path}: ${messageOf(error)}`, {
        hint: 'See what the disk and its mount say (dmesg, mount), then start again.',
        details,
        cause: error,
      })
  }
}

/** The failure after which nothing more is written: what is on disk is no longer known (never sync again, stack.md 3). */
export function writeFailed(path: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error
  return new StorageError('write-failed', `writing ${path} failed: ${messageOf(error)}`, {
    hint: 'The process ends; nothing acknowledged is lost. See what the disk says (dmesg), then start again.',
    details: { path },
    cause: error,
  })
}

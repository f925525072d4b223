import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Millis } from '../clock.ts'
import { InputError, RefusedError } from '../errors.ts'
import { nonce } from '../ids.ts'
import { isFull, makeFolder, writeAll } from './disk.ts'
import { checkFileName } from './names.ts'
import type { Space } from './space.ts'
import type { Staged } from './types.ts'

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Files on their way in: whole and synced, but nobody's yet. */
export type Staging = {
  stage(name: string, content: Bytes, limit: number): Promise<Staged>
  path(staged: Staged): string
  /** It has moved on. */
  forget(staged: Staged): void
  /** Nobody wants it. */
  drop(staged: Staged): Promise<void>
}

/** A form that was never sent, a submit that was refused: nobody comes for these any more. */
const FORGOTTEN_MS = 60 * 60 * 1000

/** Sweeps away what an earlier process left. */
export async function openStaging(dir: string, clock: Clock, space: Space): Promise<Staging> {
  const waiting = new Map<string, Millis>()
  await rm(dir, { recursive: true, force: true })
  await makeFolder(dir)

  async function sweep(): Promise<void> {
    const old = clock.mono() - FORGOTTEN_MS
    for (const [key, since] of waiting) {
      if (since > old) continue
      waiting.delete(key)
      await rm(join(dir, key), { force: true })
    }
  }

  return {
    path: ({ key }) => join(dir, key),
    forget: ({ key }) => void waiting.delete(key),
    async drop({ key }) {
      // A key that is not waiting was never ours, or is somebody's file by now.
      if (waiting.delete(key)) await rm(join(dir, key), { force: true })
    },
    async stage(name, content, limit) {
      checkFileName(name)
      if (space.full) throw noRoom(name)
      await sweep()
      const key = nonce()
      const path = join(dir, key)
      try {
        const { size, sha256 } = await receive(path, name, content, limit)
        waiting.set(key, clock.mono())
        return { key, name, size, sha256 }
      } catch (error) {
        await rm(path, { force: true })
        if (!isFull(error)) throw error
        space.noticeFull()
        throw noRoom(name)
      }
    },
  }
}

async function receive(
  path: string,
  name: string,
  content: Bytes,
  limit: number,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  const file = await open(path, 'wx')
  let size = 0
  try {
    for await (const part of content) {
      if (size + part.length > limit) throw tooLarge(name, limit)
      hash.update(part)
      await writeAll(file, part, size, () => {})
      size += part.length
    }
    await file.datasync()
  } finally {
    await file.close()
  }
  return { size, sha256: hash.digest('hex') }
}

function tooLarge(name: string, limit: number): InputError {
  return new InputError(`${name} is larger than ${limit} bytes`, {
    hint: 'Give a smaller file, for example a stripped binary, or have an admin raise the limit.',
    field: 'name',
    details: { name, limit },
  })
}

export function noRoom(what: string): RefusedError {
  return new RefusedError('storage-full', `there is no room on the lab's disk to store ${what}`, {
    hint: 'An admin has been told; try again when there is room.',
  })
}

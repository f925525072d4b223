import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { Artifacts, Staged, StoredFile } from '../../storage/types.ts'
import type { Collected, FilePiece } from '../../work/types.ts'
import type { CollectedFiles } from '../types.ts'
import { nameFor } from './names.ts'

/** Files of a board on their way into the store, a piece at a time. */
export type Taking = {
  /** Resolves when there is room for more. Throws when it cannot be stored: a full disk. */
  take(piece: FilePiece): Promise<void>
  /** What was stored, by name, once no more comes; one that was cut off is gone. */
  ended(collected: Collected): CollectedFiles
  stored(): readonly StoredFile[]
  close(): void
}

type Open = { path: string; name: string; into: PassThrough; staged: Promise<Staged> }

const UNKNOWN_TYPE = 'application/octet-stream'

/** `isTaken`: names of the owner that are somebody else's, among them those of the lab's own files. */
export function createTaking(
  artifacts: Artifacts,
  owner: string,
  isTaken: (name: string) => boolean,
): Taking {
  const names = new Set<string>()
  const done = new Map<string, StoredFile>()
  let open: Open | null = null

  const close = (): void => {
    open?.into.destroy(new Error('it was cut off'))
    open = null
  }
  const begin = (path: string, size: number): void => {
    close()
    const name = nameFor(path, each => isTaken(each) || names.has(each.toLowerCase()))
    names.add(name.toLowerCase())
    const into = new PassThrough()
    const staged = artifacts.stage(name, into, size)
    // Whoever writes next, or ends it, is told.
    staged.catch(() => {})
    open = { path, name, into, staged }
  }
  const write = async ({ into, staged }: Open, bytes: Uint8Array): Promise<void> => {
    // Whoever stages closes what it could not take: why, is its own answer.
    if (into.destroyed) await staged
    if (!into.write(bytes)) await Promise.race([once(into, 'drain'), staged])
  }

  return {
    async take(piece) {
      if (piece.kind === 'begin') return begin(piece.path, piece.size)
      if (open === null) return
      if (piece.kind === 'bytes') return await write(open, piece.bytes)
      const { path, into, staged } = open
      into.end()
      const file = await artifacts.add(owner, await staged, UNKNOWN_TYPE)
      done.set(path, file)
      open = null
    },
    ended({ files, left, ...rest }) {
      close()
      const whole = files.filter(({ path, sha256 }) => done.get(path)?.sha256 === sha256)
      const lost = files.filter(each => !whole.includes(each))
      return {
        files: whole.map(({ path }) => ({ path, name: done.get(path)?.name ?? path })),
        left: [...left, ...lost.map(({ path }) => ({ path, why: 'it did not arrive as it was sent' }))],
        ...rest,
      }
    },
    stored: () => [...done.values()],
    close,
  }
}

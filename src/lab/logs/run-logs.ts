import type { Clock, Millis } from '../../clock.ts'
import type { Artifacts } from '../../storage/types.ts'
import { isLineLog } from '../runs/log-names.ts'
import { findLines } from './find-lines.ts'
import { createLineIndex, type IndexView, type LineIndex } from './line-index.ts'
import { type ReadBytes, readWindow } from './line-window.ts'
import type { LogSize, RunLogs } from './types.ts'

export const MOST_LINES = 2_000
/** One of a gigabyte has 16,000 points. */
const MOST_INDEXES = 32
/** How long one search reads before it says where to go on. */
const FIND_MS: Millis = 1_500

type Known = { index: LineIndex; sha256: string; ready: Promise<void> }
type Opened = { view: IndexView; size: LogSize; read: ReadBytes }

/** Indexes are made in one pass when a file is first asked for, go on as it grows, and the latest used are kept. */
export function createRunLogs(deps: { artifacts: Pick<Artifacts, 'list' | 'read'>; clock: Clock }): RunLogs {
  const { artifacts, clock } = deps
  /** In the order of use, the latest last. */
  const indexes = new Map<string, Known>()

  async function open(run: string, file: string): Promise<Opened | null> {
    if (!isLineLog(file)) return null
    const stored = (await artifacts.list(run)).find(each => each.name === file)
    if (stored === undefined) return null
    const read: ReadBytes = (from, to) => artifacts.read(run, file, from, to)
    const known = indexOf(`${run}/${file}`, stored.size, stored.sha256)
    // One after the other: everybody who asks meanwhile waits for the same pass.
    known.ready = known.ready.then(() => extend(known.index, read, stored.size))
    await known.ready.catch((error: unknown) => {
      indexes.delete(`${run}/${file}`)
      throw error
    })
    const view = known.index.view()
    // It went while it was read.
    if (view.bytes < stored.size) {
      indexes.delete(`${run}/${file}`)
      return null
    }
    const { lines, whole, bytes } = view
    return { view, read, size: { lines, whole, bytes, grows: stored.sha256 === '' } }
  }

  function indexOf(key: string, size: number, sha256: string): Known {
    const old = indexes.get(key)
    indexes.delete(key)
    // A file of that name that is another one.
    const isOther =
      old !== undefined && (old.index.view().bytes > size || (old.sha256 !== '' && old.sha256 !== sha256))
    const known =
      old === undefined || isOther ? { index: createLineIndex(), sha256, ready: Promise.resolve() } : old
    known.sha256 = sha256
    indexes.set(key, known)
    const [oldest] = indexes.keys()
    if (indexes.size > MOST_INDEXES && oldest !== undefined) indexes.delete(oldest)
    return known
  }

  return {
    size: async (run, file) => (await open(run, file))?.size ?? null,
    async lines(run, file, from, count) {
      const opened = await open(run, file)
      if (opened === null) return null
      const { view, read, size } = opened
      const first = Math.max(1, Math.floor(from))
      const shown = await readWindow(view, read, first, Math.min(MOST_LINES, Math.max(0, Math.floor(count))))
      return { ...size, from: first, shown }
    },
    async find(run, file, words, { from = 1, limit, signal }) {
      const opened = await open(run, file)
      if (opened === null) return null
      const until = clock.mono() + FIND_MS
      const isLate = (): boolean => {
        signal?.throwIfAborted()
        return clock.mono() >= until
      }
      return await findLines(opened.view, opened.read, words, { from: Math.max(1, from), limit, isLate })
    },
  }
}

async function extend(index: LineIndex, read: ReadBytes, size: number): Promise<void> {
  const { bytes } = index.view()
  if (size <= bytes) return
  for await (const piece of read(bytes, size)) index.push(piece.bytes)
}

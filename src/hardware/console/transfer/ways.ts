import { posix } from 'node:path'
import { HardwareError } from '../../../errors.ts'
import type { FileWay, Outgoing, Shell } from '../../types.ts'
import type { Session } from '../shell/session.ts'
import { type Beside, fetchFiles } from './fetch.ts'
import { sendFile } from './transfer.ts'
import { WayError } from './way-error.ts'
import { fetchByWay, type Proven } from './way-fetch.ts'
import { sendByWay } from './way-send.ts'

/** Files to and from a board: by the ways beside its console, in their order, and else over the console. */
export type FileWays = {
  send(session: Session, ...asked: Parameters<Shell['send']>): ReturnType<Shell['send']>
  fetch(session: Session, ...asked: Parameters<Shell['fetch']>): ReturnType<Shell['fetch']>
  /** What did not work may work again. */
  forget(): void
  close(): void
}

/** Over a console it takes a third of a second at 115200 baud, and no longer than connecting does. */
const WORTH_CONNECTING = 4096

export function createFileWays(ways: readonly FileWay[]): FileWays {
  /** Why a way is not tried any more. */
  const broken = new Map<FileWay, string>()
  const proven: Proven = new WeakSet()

  const usable = (bytes: number): readonly FileWay[] =>
    ways.filter(way => !broken.has(way) && bytes > 0 && (bytes >= WORTH_CONNECTING || way.isOpen()))
  /** What is not the way's own trouble is nobody's here. */
  const heed = ({ talk }: Session, way: FileWay, error: unknown): string => {
    if (!(error instanceof WayError)) throw error
    const { trouble, reason } = error
    talk.log.warn({ board: talk.board, way: way.where, trouble, reason }, 'files go another way')
    if (trouble === 'broken') broken.set(way, reason)
    return reason
  }
  const noteOf = (reasons: ReadonlyMap<FileWay, string>): { note?: string } => {
    const all = [...new Map([...broken, ...reasons])].map(([way, reason]) => `not by ${way.where}: ${reason}`)
    return all.length === 0 ? {} : { note: all.join('; ') }
  }

  return {
    async send(session, file, path, signal, onProgress) {
      const source = openOnce(file)
      const reasons = new Map<FileWay, string>()
      // Each way begins a path that is not whole at a place of its own.
      for (const way of posix.isAbsolute(path) ? usable(file.size) : []) {
        try {
          return {
            ...(await sendByWay(session, way, source.next(), path, signal, onProgress)),
            ...noteOf(reasons),
          }
        } catch (error) {
          const reason = heed(session, way, error)
          signal.throwIfAborted()
          reasons.set(way, reason)
          if (source.isWhole()) continue
          broken.set(way, reason)
          throw notAgain(session, path, error)
        }
      }
      const report = await sendFile(session, source.next(), path, signal, onProgress)
      return { ...report, ...noteOf(reasons) }
    },
    async fetch(session, wanted, signal, take) {
      const reasons = new Map<FileWay, string>()
      const beside: Beside = {
        mayHelp: () => ways.some(way => !broken.has(way)),
        async *blocks(file, total) {
          let at = 0
          for (const way of usable(total)) {
            try {
              for await (const block of fetchByWay(session, way, file, at, proven, signal)) {
                at += block.length
                yield block
              }
              return
            } catch (error) {
              reasons.set(way, heed(session, way, error))
              signal.throwIfAborted()
            }
          }
        },
      }
      return { ...(await fetchFiles(session, wanted, signal, take, beside)), ...noteOf(reasons) }
    },
    forget() {
      broken.clear()
      for (const way of ways) {
        proven.delete(way)
        way.close()
      }
    },
    close() {
      for (const way of ways) way.close()
    },
  }
}

/** A file that several ways may have to read, each from its beginning. */
function openOnce(file: Outgoing): { next(): Outgoing; isWhole(): boolean } {
  let isRead = false
  async function* noted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    isRead = true
    yield* bytes
  }
  return {
    next() {
      const bytes = isRead && file.again !== undefined ? file.again() : file.bytes
      return { ...file, bytes: noted(bytes) }
    },
    isWhole: () => !isRead || file.again !== undefined,
  }
}

function notAgain({ talk }: Session, path: string, from: unknown): HardwareError {
  const why = from instanceof WayError ? from.message : 'it broke in the middle'
  return new HardwareError(`${path} was not sent to ${talk.board} whole: ${why}`, {
    hint: 'Send it again: it goes over the console then.',
    cause: 'transfer',
    blame: 'site',
    from,
  })
}

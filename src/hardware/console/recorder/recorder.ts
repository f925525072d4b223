/**
 * One console, recorded from the first byte to the last (console.md 1, 9, 12): the link is kept up, every byte goes
 * to disk and to all listeners, every line past the scanner, whether anybody has the board or not.
 *
 * - Offsets count bytes of the line only. A lost or regained connection is a mark in the index and a `state` to the
 *   listeners; no text is invented in the log, so a view draws its own line where `marks` says so. A line of text
 *   that a lost connection cuts is read as it stands, and nothing after is joined to it.
 * - Listeners get every byte, at once and in order; nothing waits for them and nothing is kept for them. A listener
 *   that cannot keep up drops what it likes and reads it again with `read`.
 * - What the disk cannot take in time, or at all, is dropped from the log alone: counted, marked, and a gap in
 *   `read`, where a chunk's offset then does not follow on.
 */
import { type Clock, type Millis, within } from '../../../clock.ts'
import { HardwareError, messageOf } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { createLineSplitter } from '../../../reading/lines.ts'
import type { ConsoleOpener, Recorder, RecorderNews, RecorderState } from '../../types.ts'
import { createLastingLink, type LastingLink } from './link.ts'
import { openRecorderLog } from './log.ts'
import { createScanning } from './scanning.ts'
import type { RecorderLimits } from './writer.ts'

export type BoardRecorder = Recorder & {
  /** While true a boot is no finding: somebody switches the board, flashes it, or runs its reboot. */
  expectReset(expected: boolean): void
  /** Bytes that did not come to disk since this recorder was opened. */
  dropped(): number
}

export type RecorderOptions = {
  board: string
  opener: ConsoleOpener
  /** A folder of this console's own. */
  dir: string
  clock: Clock
  log: Log
  limits?: Partial<RecorderLimits>
}

const MIB = 1024 * 1024
const DAY_MS = 86_400_000

/** A run's log is a copy of its own (design 3): this is for reading again after a gap, and for idle boards. */
const LIMITS: RecorderLimits = {
  segmentBytes: 4 * MIB,
  segmentMs: DAY_MS,
  keepBytes: 64 * MIB,
  keepMs: 7 * DAY_MS,
  bufferBytes: 8 * MIB,
}
/** Longer than any line a kernel prints (1 KiB, kernel/printk/internal.h) with what it was cut into. */
const LONGEST_LINE = 8 * 1024

/** Opens the log, then the console for ever. Throws StorageError when the log's folder cannot be used. */
export async function createRecorder(options: RecorderOptions): Promise<BoardRecorder> {
  const { board, opener, clock, log, dir } = options
  const about = { board, console: opener.where }
  const store = await openRecorderLog({ dir, clock, log, about, limits: { ...LIMITS, ...options.limits } })
  const lines = createLineSplitter({ maxLine: LONGEST_LINE })
  const listeners = createListeners(log, about)
  const scanning = createScanning(clock, listeners.tell)
  let since = clock.now()
  let lastByteAt = store.lastAt()
  let wasUp = false
  let told: string | null = null

  const state = (): RecorderState => ({
    connected: link.isUp(),
    since,
    lastByteAt,
    problem: link.problem(),
    head: store.head(),
  })

  const onBytes = (bytes: Uint8Array): void => {
    const t = clock.now()
    const offset = store.append(bytes, t)
    lastByteAt = t
    listeners.tell({ kind: 'chunk', chunk: { offset, t, bytes } })
    scanning.scan(lines.push(bytes, offset), t)
  }

  const onUp = (): void => {
    since = clock.now()
    wasUp = true
    told = null
    store.mark('connected', since)
    log.info(about, 'console connected')
    listeners.tell({ kind: 'state', state: state() })
  }

  const onDown = (reason: string): void => {
    if (wasUp) {
      wasUp = false
      since = clock.now()
      store.mark('lost', since)
      scanning.scan(lines.flush(), since)
    }
    // A board that stays away would otherwise say so at every try.
    if (reason === told) return
    told = reason
    log.warn({ ...about, reason }, 'console not connected')
    listeners.tell({ kind: 'state', state: state() })
  }

  const link = createLastingLink(opener, clock, { onUp, onBytes, onDown })

  return {
    where: opener.where,
    state,
    listen: listeners.add,
    read: store.read,
    seek: store.seek,
    marks: store.marks,
    dropped: store.dropped,
    write: link.write,
    sendBreak: link.sendBreak,
    expectReset: scanning.expectReset,
    async connected(withinMs, signal) {
      const ending = new AbortController()
      const late = (): Error => noConsole(opener.where, withinMs, link)
      try {
        await within(clock, withinMs, link.up(ending.signal), late, signal)
      } finally {
        ending.abort()
      }
    },
    async close() {
      scanning.close()
      await link.close().catch((error: unknown) => log.warn({ ...about, error }, 'console not closed'))
      await store.close()
    },
  }
}

function createListeners(log: Log, about: Record<string, unknown>) {
  const all = new Set<(news: RecorderNews) => void>()
  return {
    add(listener: (news: RecorderNews) => void): () => void {
      // Its own function, so that the same listener added twice is stopped once.
      const own = (news: RecorderNews): void => listener(news)
      all.add(own)
      return () => void all.delete(own)
    },
    tell(news: RecorderNews): void {
      for (const listener of all) {
        try {
          listener(news)
        } catch (error) {
          all.delete(listener)
          log.error({ ...about, error: messageOf(error) }, 'a listener of the console failed and is dropped')
        }
      }
    },
  }
}

/** Whose fault it is and what to do the driver knows best: a wrong password is no fault of the board. */
function noConsole(
  where: string,
  withinMs: Millis,
  link: Pick<LastingLink, 'problem' | 'failure'>,
): HardwareError {
  const [problem, from] = [link.problem(), link.failure()]
  const { cause, blame } = from?.failure ?? { cause: 'no console' as const, blame: 'board' as const }
  return new HardwareError(`no console within ${withinMs} ms at ${where}: ${problem ?? 'still connecting'}`, {
    hint:
      from?.hint ??
      'Check the console server and the address in boards.yaml; the connection is tried again by itself.',
    cause,
    blame,
    details: { where, withinMs, problem },
    from,
  })
}

import { type Clock, type Millis, pause, within } from '../../../clock.ts'
import { HardwareError } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import type { Finding } from '../../../reading/types.ts'
import type { Chunk, Recorder } from '../../types.ts'
import { createJoiner, type JoinedLine } from './frame-lines.ts'
import { createPace, createPaceMemory, type PaceMemory } from './pace.ts'

/** What a watch is shown: each joined line, after each chunk the unfinished line, and what the scanner found. */
export type Heard =
  | { kind: 'line'; line: JoinedLine }
  /** `lines` counts the lines before it: the same number is the same line still. `head` is where the log ends. */
  | { kind: 'tail'; text: string; lines: number; head: number }
  | { kind: 'finding'; finding: Finding }

export type Watcher<T> = {
  see(heard: Heard): T | null
  /** Raw bytes, before the lines that they complete are shown. */
  bytes?(chunk: Chunk): void
}

export type Watch<T> = {
  /** The next sight, or null after `ms`. Rejects when the signal aborts or the console is lost. */
  next(ms: Millis, signal: AbortSignal): Promise<T | null>
  /** A sight that is there already. */
  take(): T | null
  /** Adds a sight from elsewhere, such as a wish to stop. */
  add(sight: T): void
  stop(): void
}

/** Both directions of one console, for one shell. */
export type Talk = {
  readonly board: string
  readonly where: string
  readonly clock: Clock
  readonly log: Log
  watch<T>(watcher: Watcher<T>): Watch<T>
  /** Types text: no control characters but newlines. Throws HardwareError (console lost, not answering). */
  type(text: string, signal: AbortSignal): Promise<void>
  /** Sends bytes as they are, to a receiver of ours that asked for them. Throws as `type` does. */
  carry(bytes: Buffer, signal: AbortSignal): Promise<void>
  press(key: Key, signal: AbortSignal): Promise<void>
  /** What was typed came damaged, or arrived: the board is typed at slower, or a little faster. */
  damaged(): void
  arrived(): void
  /** Something was lost before: what is long is typed in pieces. */
  isLossy(): boolean
  /** Bytes typed so far. */
  typed(): number
  /** Interrupts among them. */
  interrupts(): number
  /** Where the log ends. */
  head(): number
  /** The unfinished line. */
  tail(): string
  /** The end of what was heard, for a sentence: without the secret. */
  seen(): string
  /** Listens; again after `close`. */
  open(): void
  close(): void
}

/** Ctrl-C, Ctrl-U (a line that somebody left half typed must not be run). Never Ctrl-D: it ends a shell. */
export type Key = 'interrupt' | 'erase'
const KEYS: Record<Key, number> = { interrupt: 0x03, erase: 0x15 }

export type TalkDeps = {
  recorder: Pick<Recorder, 'listen' | 'state' | 'where'>
  write(bytes: Uint8Array): Promise<void>
  clock: Clock
  log: Log
  board: string
  pace?: PaceMemory | undefined
  /** A board may echo its password. */
  secret?: string | undefined
}

type Listener = { hear(heard: Heard): void; bytes(chunk: Chunk): void; lost(error: Error): void }

const CONTROL = /[\x00-\x09\x0b-\x1f\x7f]/

/** So that an abort is noticed soon on a slow line. */
const PIECE = 4096
/** The smallest queue of a UART (16550): so much may come at once. */
const BURST = 16
const WRITE_TIMEOUT_MS = 30_000
const SEEN = 200

export function createTalk(deps: TalkDeps): Talk {
  const { recorder, clock, board } = deps
  const pace = createPace(deps.pace ?? createPaceMemory())
  const listeners = new Set<Listener>()
  const joiner = createJoiner()
  const hidden = hiding(deps.secret)
  const lastLines: string[] = []
  let typed = 0
  let interrupts = 0
  let lines = 0
  let head = 0

  const lostError = (problem: string | null): HardwareError =>
    new HardwareError(`the console of ${board} (${recorder.where}) was lost: ${problem ?? 'closed'}`, {
      hint: `Look at the board and its console server, then: boards health ${board}`,
      cause: 'console lost',
      blame: 'board',
    })

  const say = (heard: Heard): void => {
    for (const listener of listeners) listener.hear(heard)
  }

  const onLine = (line: JoinedLine): void => {
    lines += 1
    lastLines.push(hidden(line.text).slice(-SEEN))
    if (lastLines.length > 3) lastLines.shift()
    say({ kind: 'line', line })
  }

  let stopListening: (() => void) | null = null
  const listen = (): (() => void) =>
    recorder.listen(news => {
      if (news.kind === 'state' && !news.state.connected) {
        const error = lostError(news.state.problem)
        for (const listener of listeners) listener.lost(error)
      }
      if (news.kind === 'chunk') {
        for (const listener of listeners) listener.bytes(news.chunk)
        joiner.push(news.chunk.bytes, news.chunk.offset, onLine)
        head = news.chunk.offset + news.chunk.bytes.length
        if (listeners.size > 0) say({ kind: 'tail', text: joiner.tail(), lines, head })
      }
      if (news.kind === 'finding') say({ kind: 'finding', finding: news.finding })
    })

  const send = async (bytes: Buffer, signal: AbortSignal): Promise<void> => {
    const size = pace.ms() === 0 ? PIECE : BURST
    for (let at = 0; at < bytes.length; at += size) {
      signal.throwIfAborted()
      if (at > 0 && size === BURST) await pause(clock, BURST * pace.ms(), signal)
      const late = (): Error =>
        new HardwareError(`the console of ${board} (${recorder.where}) took no byte for 30 s`, {
          hint: `Look at the console server, then: boards health ${board}`,
          cause: 'console lost',
          blame: 'board',
        })
      const piece = bytes.subarray(at, at + size)
      await within(clock, WRITE_TIMEOUT_MS, deps.write(piece), late, signal)
      typed += piece.length
    }
  }

  return {
    board,
    where: recorder.where,
    clock,
    log: deps.log,
    watch: watcher => createWatch(watcher, clock, listeners, () => lostNow(recorder, lostError)),
    type(text, signal) {
      if (CONTROL.test(text)) throw new TypeError('a control character is never typed as text')
      return send(Buffer.from(text), signal)
    },
    carry: send,
    press(key, signal) {
      if (key === 'interrupt') interrupts += 1
      return send(Buffer.of(KEYS[key]), signal)
    },
    damaged: pace.damaged,
    arrived: pace.arrived,
    isLossy: () => pace.ms() > 0,
    typed: () => typed,
    interrupts: () => interrupts,
    head: () => head,
    tail: joiner.tail,
    seen: () => [...lastLines, hidden(joiner.tail())].join('\n').slice(-SEEN),
    open() {
      stopListening ??= listen()
    },
    close() {
      stopListening?.()
      stopListening = null
    },
  }
}

/** Before anything is cut off: of a secret that was cut, the rest would be shown. */
function hiding(secret: string | undefined): (text: string) => string {
  if (secret === undefined || secret === '') return text => text
  // As the console says it: a character a byte.
  const said = Buffer.from(secret).toString('latin1')
  return text => text.replaceAll(said, '[secret]')
}

function lostNow(
  recorder: Pick<Recorder, 'state'>,
  lostError: (problem: string | null) => HardwareError,
): HardwareError | null {
  const state = recorder.state()
  return state.connected ? null : lostError(state.problem)
}

/** A flood of look-alikes must not fill memory while nobody takes them. */
const MOST_SIGHTS = 64

function createWatch<T>(
  watcher: Watcher<T>,
  clock: Clock,
  listeners: Set<Listener>,
  lostNowError: () => Error | null,
): Watch<T> {
  const sights: T[] = []
  let lost: Error | null = lostNowError()
  let wake: (() => void) | null = null

  const add = (sight: T): void => {
    if (sights.length >= MOST_SIGHTS) sights.shift()
    sights.push(sight)
    wake?.()
  }
  const listener: Listener = {
    hear(heard) {
      const sight = watcher.see(heard)
      if (sight !== null) add(sight)
    },
    bytes: chunk => watcher.bytes?.(chunk),
    lost(error) {
      lost = error
      wake?.()
    },
  }
  listeners.add(listener)

  const next = async (ms: Millis, signal: AbortSignal): Promise<T | null> => {
    signal.throwIfAborted()
    if (sights.length === 0 && lost === null) await waitFor(clock, ms, signal, resume => (wake = resume))
    wake = null
    signal.throwIfAborted()
    const sight = sights.shift()
    if (sight !== undefined) return sight
    if (lost !== null) throw lost
    return null
  }

  return { next, take: () => sights.shift() ?? null, add, stop: () => void listeners.delete(listener) }
}

/** Resolves when `resume` is called, the time is over, or the signal aborts. */
function waitFor(
  clock: Clock,
  ms: Millis,
  signal: AbortSignal,
  arm: (resume: () => void) => void,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = clock.after(ms, resolve)
  const onAbort = (): void => resolve()
  signal.addEventListener('abort', onAbort, { once: true })
  arm(resolve)
  return promise.finally(() => {
    timer.cancel()
    signal.removeEventListener('abort', onAbort)
  })
}

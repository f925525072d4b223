import type { Clock, Millis } from '../clock.ts'
import type { Chunk, Recorder } from '../hardware/types.ts'
import { createLineSplitter } from '../reading/lines.ts'
import { WENT_DOWN } from '../reading/patterns.ts'
import { createScanner } from '../reading/scanner.ts'
import { SYSRQ_WORDS, sysrqWord } from '../reading/sysrq.ts'

/** Boot loaders count down once a second and take a key as a wish to stop: no typing before a longer silence. */
export const QUIET_MS = 1500
/** A line that never falls silent is typed at all the same, when boot loaders are over. */
export const CHATTY_MS = 20_000
/** A kernel that panicked restarts the board some seconds later, or never (kernel.panic, admin-guide/sysctl/kernel.rst). */
const RESTART_MS = 5_000
/** It says so (kernel/panic.c); what takes longer is not waited for. */
const RESTARTS = /(?:^|\] )Rebooting in (\d{1,4}) seconds\.\./
const LONGEST_RESTART_MS = 60_000
/** After a reset firmware may train memory for a while before it says anything. */
const FIRMWARE_MS = 10_000
/** Longer than a boot loader says before its first silence, and read from disk in a millisecond. */
const RECENT_BYTES = 64 * 1024
const LONGEST_LINE = 8 * 1024

/** The boots of one board, those included that began before anybody looked. */
export type Boots = {
  /** Why nothing may be typed now: it could stop the loader of a boot, or of the one that follows a panic. */
  hindrance(): 'boot' | 'panic' | null
  /** Aborts when one begins. */
  next(): AbortSignal
  /** Whether there was any since shortly before the watch began. */
  any(): boolean
  close(): void
}

type Watched = Pick<Recorder, 'state' | 'listen' | 'read'>

export async function watchBoots(recorder: Watched, clock: Clock): Promise<Boots> {
  const boots = createBoots(clock)
  const { lastByteAt, head, connected, since } = recorder.state()
  const now = clock.now()
  const early: Chunk[] = []
  let hear = (chunk: Chunk): void => void early.push(chunk)
  const close = recorder.listen(news => {
    if (news.kind === 'chunk') hear(news.chunk)
  })
  // A console that was opened a moment ago and talks may be in the middle of a boot whose banner nobody heard.
  if (connected && lastByteAt !== null && lastByteAt >= since && now - since < CHATTY_MS)
    boots.suspect(ago(clock, now - since))
  if (lastByteAt !== null && now - lastByteAt < FIRMWARE_MS) {
    for await (const chunk of recorder.read(Math.max(0, head - RECENT_BYTES), head))
      boots.hear(chunk, ago(clock, now - chunk.t))
  }
  hear = chunk => boots.hear(chunk, clock.mono())
  for (const chunk of early.splice(0)) hear(chunk)
  return { ...boots, close }
}

/** Wall time may have stepped meanwhile: nothing is later than now. */
function ago(clock: Clock, ms: Millis): Millis {
  return clock.mono() - Math.max(0, ms)
}

function restartIn(line: string, at: Millis): Millis | null {
  const seconds = RESTARTS.exec(line)?.[1]
  return seconds === undefined || Number(seconds) * 1000 > LONGEST_RESTART_MS
    ? null
    : at + Number(seconds) * 1000
}

function createBoots(clock: Clock) {
  const lines = createLineSplitter({ maxLine: LONGEST_LINE })
  const scanner = createScanner()
  let boot: { since: Millis } | null = null
  let panickedAt: Millis | null = null
  /** When the kernel resets the board, which may be to come. */
  let resetAt: Millis | null = null
  let heardAt: Millis | null = null
  let any = false
  let next = new AbortController()

  const begin = (at: Millis): void => {
    boot = { since: at }
    panickedAt = null
    resetAt = null
    any = true
    const begun = next
    next = new AbortController()
    begun.abort(new Error('the board starts again'))
  }
  const over = (): void => {
    boot = null
    any = false
  }
  const isQuiet = (now: Millis): boolean => heardAt === null || now - heardAt >= QUIET_MS

  return {
    suspect(at: Millis): void {
      boot = { since: at }
    },
    hear({ bytes, offset, t }: Chunk, at: Millis): void {
      if (heardAt !== null && isQuiet(at)) boot = null
      heardAt = at
      for (const line of lines.push(bytes, offset)) {
        for (const { cause, whole, line: said } of scanner.push(line, t)) {
          if (whole) continue
          if (cause === 'reset') begin(at)
          // Whatever boot there was is over, and the board is off: nothing comes to a prompt.
          if (WENT_DOWN.test(said)) over()
          if (cause === 'panic') panickedAt = at
        }
        if (sysrqWord(line.text) === SYSRQ_WORDS.b) resetAt = at
        if (panickedAt !== null) resetAt = restartIn(line.text, at) ?? resetAt
      }
    },
    hindrance() {
      const now = clock.mono()
      if (panickedAt !== null && now - panickedAt < RESTART_MS) return 'panic' as const
      if (resetAt !== null && now - resetAt < FIRMWARE_MS) return 'boot' as const
      if (boot === null || isQuiet(now) || now - boot.since >= CHATTY_MS) return null
      return 'boot' as const
    },
    next: () => next.signal,
    any: () => any,
  }
}

import type { Clock, Millis } from '../clock.ts'
import type { Log } from '../log.ts'
import type { InboxEntry, InboxStore } from './types.ts'

/** How long a delivery is remembered: platforms repeat one for hours when they saw no answer (chat-platforms.md). */
export const REMEMBERED_MS: Millis = 24 * 60 * 60_000

/** What is old is looked for this often, when something comes in: the look is as long as the inbox. */
const LOOK_MS: Millis = 60 * 60_000

export type InboxDeps = InboxStore & {
  clock: Pick<Clock, 'now' | 'mono'>
  log: Log
}

export type Delivery = {
  source: string
  /** The same delivery has the same one. */
  id: string
  /** JSON data. */
  heard: unknown
}

export type Inbox = {
  /** Resolves when the delivery is on disk, whether it is new or was seen before (M8.5): it may be acknowledged then. */
  take(delivery: Delivery): Promise<'new' | 'again'>
  /** To be called before the first effect: what is only heard may be carried out by the next process. */
  begin(key: string): Promise<void>
  /** `kept`: JSON data that its source needs to answer the same delivery again; small, it is in the live state for a day. */
  finish(key: string, kept?: unknown): Promise<void>
  /** Nothing came of it: the same delivery is new when it comes again. */
  forget(key: string): Promise<void>
  /** What a restart finds of what was acknowledged and not finished, in the order in which it came (P27). */
  left(): readonly { entry: InboxEntry; begun: boolean }[]
}

/** The same delivery has the same key; two sources may use the same ids. */
export function inboxKey(source: string, id: string): string {
  return `${source}:${id}`
}

export function createInbox(deps: InboxDeps): Inbox {
  const { clock, log } = deps
  /** On their way to the disk: a repeat must not be acknowledged before the first is there. */
  const writing = new Map<string, Promise<void>>()
  let lookedAt: Millis | null = null

  return {
    async take({ source, id, heard }) {
      const now = clock.now()
      forgetOld(now)
      const key = inboxKey(source, id)
      const seen = deps.find(key)
      if (seen !== null && !isForgotten(seen, now)) {
        await writing.get(key)
        return 'again'
      }
      await write(key, deps.heard({ key, source, receivedAt: now, heard, stage: 'heard' }))
      return 'new'
    },
    begin: key => deps.begun(key),
    finish: (key, kept = null) => deps.done(key, kept),
    forget: key => deps.forgotten([key]),
    left: () =>
      unfinished(deps.entries()).map(entry => ({
        entry,
        begun: entry.stage === 'begun',
      })),
  }

  async function write(key: string, written: Promise<void>): Promise<void> {
    writing.set(key, written)
    try {
      await written
    } finally {
      writing.delete(key)
    }
  }

  function forgetOld(now: Millis): void {
    const mono = clock.mono()
    if (lookedAt !== null && mono - lookedAt < LOOK_MS) return
    lookedAt = mono
    const keys = forgettable(deps.entries(), now)
    if (keys.length === 0) return
    deps.forgotten(keys).catch((error: unknown) => log.error({ error }, 'the inbox could not forget'))
  }
}

/** Keys that may leave the live state. What was acknowledged and not carried out stays, however old (P27). */
export function forgettable(entries: readonly InboxEntry[], now: Millis): readonly string[] {
  return entries.filter(entry => isForgotten(entry, now)).map(entry => entry.key)
}

/** What a restart still has to look at, in the order in which it came. */
export function unfinished(entries: readonly InboxEntry[]): readonly InboxEntry[] {
  return entries.filter(entry => entry.stage !== 'done').sort((a, b) => a.receivedAt - b.receivedAt)
}

function isForgotten(entry: InboxEntry, now: Millis): boolean {
  return entry.stage === 'done' && now - entry.receivedAt >= REMEMBERED_MS
}

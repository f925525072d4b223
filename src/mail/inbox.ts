import type { Millis } from '../clock.ts'
import type { InboxEntry } from './types.ts'

/** How long a delivery is remembered: platforms repeat one for hours when they saw no answer (chat-platforms.md). */
export const REMEMBERED_MS = 24 * 60 * 60_000

type Inbox = Readonly<Record<string, InboxEntry>>

/** What came in, to be stored before it is acknowledged; or what it was the first time. */
export type Received = { kind: 'new'; entry: InboxEntry } | { kind: 'again'; entry: InboxEntry }

/** The same delivery has the same key; two sources may use the same ids. */
export function inboxKey(source: string, id: string): string {
  return `${source}:${id}`
}

/** Decides whether a delivery was seen before (M8.5). Changes nothing: a new entry is the caller's to store. */
export function receive(
  inbox: Inbox,
  delivery: { source: string; id: string; line: string },
  now: Millis,
): Received {
  const key = inboxKey(delivery.source, delivery.id)
  const seen = Object.hasOwn(inbox, key) ? inbox[key] : undefined
  if (seen !== undefined && !isForgotten(seen, now)) return { kind: 'again', entry: seen }
  const { source, line } = delivery
  return { kind: 'new', entry: { key, source, receivedAt: now, line, done: false } }
}

/** Keys that may leave the live state. What was acknowledged and not carried out stays, however old (P27). */
export function forgettable(inbox: Inbox, now: Millis): readonly string[] {
  return Object.values(inbox)
    .filter(entry => isForgotten(entry, now))
    .map(entry => entry.key)
}

/** What a restart still has to carry out, in the order in which it came. */
export function unfinished(inbox: Inbox): readonly InboxEntry[] {
  return Object.values(inbox)
    .filter(entry => !entry.done)
    .sort((a, b) => a.receivedAt - b.receivedAt)
}

function isForgotten(entry: InboxEntry, now: Millis): boolean {
  return entry.done && now - entry.receivedAt >= REMEMBERED_MS
}

import type { Millis } from '../clock.ts'

/** Something that must reach someone outside, at least once: stored first, drawn by its channel when delivered. */
export type OutboxItem = {
  /** Same key, same thing: a receiver may see it twice and must be able to tell. */
  key: string
  channel: string
  /** What it is about: `run/T12`, `lease/L3`, `alert/wait`; the channel draws it from the state. */
  topic: string
  kind: string
  /** Person, thread or address, as the channel understands it. */
  to: string
  createdAt: Millis
  attempts: number
  nextAt: Millis
}

export type Channel = {
  id: string
  /** Throws when it could not be delivered; it is tried again with back-off. 'nobody': there is nobody to tell, ever. */
  deliver(item: OutboxItem, signal: AbortSignal): Promise<'delivered' | 'nobody'>
}

/** What came in from outside, on disk before it is acknowledged; its key is the deduplication. */
export type InboxEntry = { key: string; source: string; receivedAt: Millis; line: string; done: boolean }

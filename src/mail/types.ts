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
  deliver(item: OutboxItem, signal: AbortSignal): Promise<Delivery>
  /** How it tells several things in one message when much is to be told (M5.7). */
  together?: Together
}

export type Delivery = 'delivered' | 'nobody'

export type Together = {
  /** What is told in one place may be told in one message; null: by itself. */
  placeOf(item: OutboxItem): string | null
  /** How long the place is left in peace, and from how many on they are told in one message. */
  crowd(place: string): { restMs: Millis; from: number }
  /** At most so many in one. */
  most: number
  /** One answer for each, in their order. Throws when none of them could be delivered: all are tried again. */
  deliver(items: readonly OutboxItem[], signal: AbortSignal): Promise<readonly Delivery[]>
}

/**
 * What came in from outside, on disk before it is acknowledged; its key is the deduplication. `heard` had no effect
 * yet; `begun` may have had one; of what is `done` only the key is kept, so that the same delivery is known again, and
 * what little its source answers it with then.
 */
export type InboxEntry = {
  key: string
  source: string
  receivedAt: Millis
  /** JSON data that its source can carry out; once it is done, what it kept, mostly null. */
  heard: unknown
  stage: 'heard' | 'begun' | 'done'
}

/** Where the inbox is kept. A change is seen by `find` at once, is written in the order of the calls, and resolves when it is on disk. */
export type InboxStore = {
  entries(): readonly InboxEntry[]
  find(key: string): InboxEntry | null
  heard(entry: InboxEntry): Promise<void>
  /** Nothing happens to what is forgotten already. */
  begun(key: string): Promise<void>
  done(key: string, kept?: unknown): Promise<void>
  forgotten(keys: readonly string[]): Promise<void>
}

import type { Outcome } from '../../src/mail/outbox.ts'
import type { OutboxItem } from '../../src/mail/types.ts'

/**
 * A store as the outbox meets it: a change shows at once, its promise resolves when it is on disk. While it is
 * held nothing reaches the disk; a kill leaves what the disk had.
 */
export type Shelf = {
  items(): readonly OutboxItem[]
  add(item: OutboxItem): void
  tried(this: void, key: string, nextAt: number, attempts: number): Promise<void>
  settled(this: void, key: string, outcome: Outcome): Promise<void>
  hold(): void
  sync(): void
  kill(): void
  /** Ends as they were told, with the ones that a kill took back. */
  readonly ends: { key: string; outcome: Outcome }[]
}

export function createShelf(): Shelf {
  let memory: readonly OutboxItem[] = []
  let disk: readonly OutboxItem[] = []
  let held = false
  let waiting: (() => void)[] = []
  const ends: Shelf['ends'] = []

  const sync = (): void => {
    held = false
    disk = memory
    for (const resolve of waiting.splice(0)) resolve()
  }
  const change = (next: readonly OutboxItem[]): Promise<void> => {
    memory = next
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.push(resolve)
    if (!held) sync()
    return promise
  }

  return {
    ends,
    sync,
    items: () => memory,
    // Something is acknowledged only when it is on disk, so what the tests add is there.
    add(item) {
      memory = [...memory, item]
      disk = [...disk, item]
    },
    tried: (key, nextAt, attempts) =>
      change(memory.map(item => (item.key === key ? { ...item, nextAt, attempts } : item))),
    settled(key, outcome) {
      ends.push({ key, outcome })
      return change(memory.filter(item => item.key !== key))
    },
    hold: () => {
      held = true
    },
    kill() {
      memory = disk
      waiting = []
      held = false
    },
  }
}

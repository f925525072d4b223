import { labModel, type Operation } from '../../src/lab/index.ts'
import type { LabState } from '../../src/lab/types.ts'
import { silentLog } from '../../src/log.ts'
import { createInbox, type Inbox } from '../../src/mail/inbox.ts'
import type { InboxEntry } from '../../src/mail/types.ts'
import type { FakeClock } from '../fake-clock.ts'

/**
 * The inbox on a live state as the journal keeps it: a change shows at once and is acknowledged when it is on disk,
 * and a kill leaves a beginning of what was written, never a part from the middle.
 */
export type Journalled = {
  open(): Inbox
  entries(): readonly InboxEntry[]
  /** From here on the disk takes nothing by itself. */
  hold(): void
  /** The disk takes `count` more of what was written; all of it, and what comes, where none is given. */
  sync(count?: number): void
  /** The process dies, and another begins with what the disk has. */
  restart(): Inbox
}

export function createJournalled(clock: FakeClock): Journalled {
  let written: string[] = []
  let onDisk = 0
  let isHeld = false
  let waiting: { upTo: number; resolve(): void }[] = []
  let state: LabState = labModel.initial()
  const reach = (count: number): void => {
    onDisk = Math.min(written.length, onDisk + count)
    for (const { upTo, resolve } of waiting) if (upTo <= onDisk) resolve()
    waiting = waiting.filter(({ upTo }) => upTo > onDisk)
  }
  const commit = (operation: Operation): Promise<void> => {
    const text = JSON.stringify(operation)
    labModel.apply(state, JSON.parse(text) as Operation, written.length)
    written.push(text)
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.push({ upTo: written.length, resolve })
    if (!isHeld) reach(Number.POSITIVE_INFINITY)
    return promise
  }
  const find = (key: string): InboxEntry | null => state.inbox[key] ?? null
  const step = async (key: string, operation: Operation): Promise<void> => {
    if (find(key) !== null) await commit(operation)
  }
  const entries = (): readonly InboxEntry[] => Object.values(state.inbox)
  const open = (): Inbox =>
    createInbox({
      entries,
      find,
      heard: entry => commit({ o: 'inbox/heard', entry }),
      begun: key => step(key, { o: 'inbox/begun', key }),
      done: (key, kept) => step(key, { o: 'inbox/done', key, kept }),
      forgotten: keys => commit({ o: 'inbox/forgotten', keys }),
      clock,
      log: silentLog,
    })
  return {
    open,
    entries,
    hold() {
      isHeld = true
    },
    sync(count) {
      if (count === undefined) isHeld = false
      reach(count ?? Number.POSITIVE_INFINITY)
    },
    restart() {
      written = written.slice(0, onDisk)
      waiting = []
      state = labModel.initial()
      for (const [n, text] of written.entries()) labModel.apply(state, JSON.parse(text) as Operation, n)
      return open()
    },
  }
}

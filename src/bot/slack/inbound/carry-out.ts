import { type Clock, type Millis, pause, within } from '../../../clock.ts'
import type { Log } from '../../../log.ts'
import { backoffMs } from '../../../mail/delivery.ts'
import type { Inbox } from '../../../mail/inbox.ts'
import type { Heard } from '../types.ts'
import type { LostWhy } from './types.ts'

export type CarrierDeps = {
  inbox: Pick<Inbox, 'begin' | 'finish' | 'left'>
  handle(heard: Heard, key: string): Promise<void>
  /** Tells the asker; `began`: it may have had an effect. Throws while Slack cannot be reached. */
  interrupted(heard: Heard, key: string, began: boolean): Promise<void> | void
  lost(heard: Heard, why: LostWhy): Promise<void> | void
  clock: Clock
  log: Log
}

/** Does what was acknowledged. Nothing here throws, and nobody waits for it. */
export type Carrier = {
  carryOut(key: string, heard: Heard): void
  /** It is not carried out, now or later, and whoever asked is told. */
  lose(key: string, heard: Heard, why: LostWhy): void
  behind(what: string, work: () => Promise<void>): void
  /** What another process left behind, one after the other. */
  resume(source: string, staleMs: Millis): void
  /** Waits for what runs, for `deadlineMs` at most; what is left then is found by the next process. */
  stop(deadlineMs: Millis): Promise<void>
}

/** One that hangs must not hold up those behind it. */
const ONE_BY_ONE_MS: Millis = 10_000
/** How often somebody is tried to be told, over about ten minutes. */
const TELL_TRIES = 10

export function createCarrier(deps: CarrierDeps): Carrier {
  const { inbox, clock, log } = deps
  const stopper = new AbortController()
  const running = new Set<Promise<void>>()

  function behind(what: string, work: () => Promise<void>): Promise<void> {
    const done: Promise<void> = Promise.resolve()
      .then(work)
      .catch((error: unknown) => {
        if (!stopper.signal.aborted) log.error({ error }, `${what} failed`)
      })
      .finally(() => running.delete(done))
    running.add(done)
    return done
  }

  /** Begun is on disk before anything is done: a kill in between leaves what can be done again. */
  async function perform(key: string, heard: Heard): Promise<void> {
    await inbox.begin(key)
    await deps.handle(heard, key).catch((error: unknown) => {
      log.error({ error, key, kind: heard.kind }, 'what was asked in Slack failed')
    })
    await inbox.finish(key)
  }

  async function insist(tell: () => Promise<void> | void): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await tell()
      } catch (error) {
        if (tries === TELL_TRIES) throw error
        log.warn({ error, tries }, 'somebody could not be told that their word was not carried out')
      }
      await pause(clock, backoffMs(tries), stopper.signal)
    }
  }

  async function resumeOne(key: string, heard: Heard, began: boolean, isStale: boolean): Promise<void> {
    log.info({ key, kind: heard.kind, began, isStale }, 'found in the inbox after a restart')
    if (!began && !isStale) return await perform(key, heard)
    await insist(() => deps.interrupted(heard, key, began))
    await inbox.finish(key)
  }

  async function resumeAll(source: string, staleMs: Millis): Promise<void> {
    const left = inbox.left().filter(({ entry }) => entry.source === source)
    for (const { entry, begun } of left) {
      const isStale = clock.now() - entry.receivedAt > staleMs
      const one = behind('going on after a restart', () =>
        resumeOne(entry.key, entry.heard as Heard, begun, isStale),
      )
      await within(clock, ONE_BY_ONE_MS, one, () => new Error('late'), stopper.signal).catch(() => {})
      if (stopper.signal.aborted) return
    }
  }

  return {
    carryOut: (key, heard) => void behind('storing what was done', () => perform(key, heard)),
    lose(key, heard, why) {
      // At once: it stands in the journal behind the entry, whenever the disk takes both.
      void behind('storing what was lost', () => inbox.finish(key))
      void behind('telling what was lost', () => insist(() => deps.lost(heard, why)))
    },
    behind: (what, work) => void behind(what, work),
    resume: (source, staleMs) => void behind('going on after a restart', () => resumeAll(source, staleMs)),
    async stop(deadlineMs) {
      stopper.abort(new Error('stopping'))
      const late = (): Error => new Error('late')
      await within(clock, deadlineMs, Promise.all(running), late).catch(() => {
        log.warn(
          { left: running.size },
          'what was asked in Slack did not end in time; it is looked at after the restart',
        )
      })
    },
  }
}

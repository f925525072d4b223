import { type Clock, type Millis, pause, within } from '../../../clock.ts'
import { LabError } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { backoffMs } from '../../../mail/delivery.ts'
import type { Inbox } from '../../../mail/inbox.ts'
import type { Heard } from '../types.ts'
import { createTurns } from './turns.ts'
import type { LostWhy } from './types.ts'

export type CarrierDeps = {
  inbox: Pick<Inbox, 'begin' | 'finish' | 'left'>
  handle(heard: Heard, key: string): Promise<void>
  /** Tells the asker; `began`: it may have had an effect. Throws while Slack cannot be reached. */
  interrupted(heard: Heard, key: string, began: boolean): Promise<void> | void
  lost(heard: Heard, why: LostWhy, key: string): Promise<void> | void
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

/** A disk that takes longer to note that something is begun is ill, and the asker is waiting. */
const BEGIN_WITHIN_MS: Millis = 2_000
/** One that hangs must not hold up those behind it. */
const ONE_BY_ONE_MS: Millis = 10_000
/** How often it is tried to tell somebody, over about ten minutes. */
const MOST_TRIES = 10

export function createCarrier(deps: CarrierDeps): Carrier {
  const { inbox, clock, log } = deps
  const stopper = new AbortController()
  const myTurn = createTurns()
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
    // It is in the inbox: the next process carries it out, in a lab that takes work.
    if (stopper.signal.aborted) return
    try {
      await within(clock, BEGIN_WITHIN_MS, inbox.begin(key), notBegun)
    } catch (error) {
      log.error({ error, key, kind: heard.kind }, 'what was heard could not be begun; it is not carried out')
      return lose(key, heard, 'not stored')
    }
    await myTurn()
    await deps.handle(heard, key).catch((error: unknown) => {
      log.error({ error, key, kind: heard.kind }, 'what was asked in Slack failed')
    })
    await inbox.finish(key)
  }

  async function insist(what: string, work: () => Promise<void> | void): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await work()
      } catch (error) {
        if (tries === MOST_TRIES) throw error
        log.warn({ error, tries }, `${what} failed; it is tried again`)
      }
      await pause(clock, backoffMs(tries), stopper.signal)
    }
  }

  /** Over at once: that stands in the journal behind the entry, whenever the disk takes both. */
  function lose(key: string, heard: Heard, why: LostWhy): void {
    // Whoever was told that nothing was done must not find it done after a restart.
    const [storing, telling] = ['storing what was lost', 'telling what was lost']
    void behind(storing, () => insist(storing, () => inbox.finish(key)))
    void behind(telling, () => insist(telling, () => deps.lost(heard, why, key)))
  }

  async function resumeOne(key: string, heard: Heard, began: boolean, isStale: boolean): Promise<void> {
    log.info({ key, kind: heard.kind, began, isStale }, 'found in the inbox after a restart')
    if (!began && !isStale) return await perform(key, heard)
    await insist('telling what was interrupted', () => deps.interrupted(heard, key, began))
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
    lose,
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

function notBegun(): LabError {
  return new LabError('late', `not on disk within ${BEGIN_WITHIN_MS} ms that it was begun`, {
    hint: 'Look at the disk of the data directory: it is full, or far too slow.',
    failure: 'infrastructure',
  })
}

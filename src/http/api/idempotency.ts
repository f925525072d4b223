/**
 * The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header): the same request any number of times has
 * one effect, over a restart too. Kept in the inbox, where the key of what is done stays for a day.
 */

import { createHash } from 'node:crypto'
import { type Clock, type Millis, within } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Log } from '../../log.ts'
import { type Inbox, inboxKey } from '../../mail/inbox.ts'
import type { Problem } from '../problem.ts'
import { type Kept, startedBy } from './started-by.ts'

export type Keyed = {
  /** Of the caller, and what it wrote in the header. */
  person: string
  key: string
  /** Sum of what is asked for: another request under the same key is refused. */
  fingerprint: string
}

export type Came =
  /** It had no effect: the key is free again. */
  { kind: 'nothing' } | { kind: 'done'; kept: Kept } | { kind: 'failed'; problem: Problem }

export type Once<T> =
  | { kind: 'first'; value: T }
  | { kind: 'again'; kept: Kept }
  | { kind: 'problem'; problem: Problem; replayed: boolean }

export type Idempotency = {
  /** `work` is given the entry of the inbox, for the origin of what it starts. Throws what `work` throws. */
  once<T>(keyed: Keyed, work: (request: string) => Promise<{ value: T; came: Came }>): Promise<Once<T>>
}

export type IdempotencyDeps = { inbox: Inbox; lab: Lab; clock: Clock; log: Log }

const SOURCE = 'api'
/** A disk that takes longer is full or ill; then nothing is begun. */
const STORE_WITHIN_MS: Millis = 5_000

/** What an entry holds: from when it was heard on, and once it is done. */
type Stored = { fingerprint: string; person: string; kept?: Kept; problem?: Problem; unknown?: true }

export function createIdempotency(deps: IdempotencyDeps): Idempotency {
  const { inbox, lab, clock, log } = deps
  const running = new Map<string, string>()
  let settled: Promise<void> | null = null

  async function once<T>(
    keyed: Keyed,
    work: (request: string) => Promise<{ value: T; came: Came }>,
  ): Promise<Once<T>> {
    const id = `${encodeURIComponent(keyed.person)}:${keyed.key}`
    const request = inboxKey(SOURCE, id)
    const { fingerprint, person } = keyed
    const other = running.get(request)
    if (other !== undefined) return refused(other === fingerprint ? STILL_RUNNING : ANOTHER)
    running.set(request, fingerprint)
    try {
      const seen = await take(id, request, { fingerprint, person })
      if (seen !== null) return seen
      const { value, came } = await work(request)
      await end(request, { fingerprint, person }, came)
      return { kind: 'first', value }
    } finally {
      running.delete(request)
    }
  }

  /** Null: nothing was done under this key, and now it is begun. */
  async function take(id: string, request: string, stored: Stored): Promise<Once<never> | null> {
    const late = (): Error => new Error(`not on disk within ${STORE_WITHIN_MS} ms`)
    try {
      settled ??= settleLeft()
      await settled.catch((error: unknown) => {
        settled = null
        throw error
      })
      const heard = inbox.take({ source: SOURCE, id, heard: stored })
      if ((await within(clock, STORE_WITHIN_MS, heard, late)) === 'again') {
        const seen = await answerSeen(request, stored)
        if (seen !== null) return seen
      }
      await within(clock, STORE_WITHIN_MS, inbox.begin(request), late).catch((error: unknown) => {
        // Nothing comes of it, whenever the disk takes this: the key is free again.
        inbox.forget(request).catch(() => {})
        throw error
      })
      return null
    } catch (error) {
      log.error({ error, request }, 'a request with an idempotency key could not be noted')
      return refused(NOT_NOTED)
    }
  }

  async function answerSeen(request: string, { fingerprint }: Stored): Promise<Once<never> | null> {
    const entry = lab.inbox.find(request)
    const stored = entry === null ? null : storedOf(entry.heard)
    if (entry === null) return null
    if (stored === null) return refused(NOBODY_KNOWS)
    if (stored.fingerprint !== fingerprint) return refused(ANOTHER)
    // Heard and nothing more: whoever heard it was stopped before the first effect.
    if (entry.stage === 'heard') return null
    if (stored.problem !== undefined) return { kind: 'problem', problem: stored.problem, replayed: true }
    const kept = stored.kept ?? (await startedBy(request, entry.receivedAt, stored.person, lab))
    return kept === null ? refused(NOBODY_KNOWS) : { kind: 'again', kept }
  }

  async function end(request: string, stored: Stored, came: Came): Promise<void> {
    try {
      if (came.kind === 'nothing') return await inbox.forget(request)
      if (came.kind === 'done') return await inbox.finish(request, { ...stored, kept: came.kept })
      // It may have begun something before it failed: then that is what the key stands for.
      const since = lab.inbox.find(request)?.receivedAt ?? clock.now()
      const kept = await startedBy(request, since, stored.person, lab)
      await inbox.finish(request, { ...stored, ...(kept === null ? { problem: came.problem } : { kept }) })
    } catch (error) {
      log.error(
        { error: messageOf(error), request },
        'what came of a request could not be noted with its key',
      )
    }
  }

  /** What another process left behind, before the first of this one: each comes to what can be known of it, and is forgotten with the others. */
  async function settleLeft(): Promise<void> {
    for (const { entry, begun } of inbox.left()) {
      const stored = storedOf(entry.heard)
      if (entry.source !== SOURCE || stored === null) continue
      if (!begun) await inbox.forget(entry.key)
      else {
        const kept = await startedBy(entry.key, entry.receivedAt, stored.person, lab)
        await inbox.finish(entry.key, { ...stored, ...(kept === null ? { unknown: true } : { kept }) })
      }
    }
  }

  return { once }
}

/** The header's value, a string of structured fields (RFC 9651, 3.3.3) or the bare word; null where it is none. */
export function parseKey(header: string): string | null {
  const text = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header.trim())?.[1]?.replace(/\\(.)/g, '$1') ?? header.trim()
  return /^[\x21\x23-\x7e]{1,200}$/.test(text) ? text : null
}

/** Of anything that is JSON; the order of members makes no difference. */
export function fingerprintOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts, sorted)).digest('hex')
}

function sorted(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
}

function storedOf(heard: unknown): Stored | null {
  const isOurs = typeof heard === 'object' && heard !== null && 'fingerprint' in heard && 'person' in heard
  return isOurs ? (heard as Stored) : null
}

function refused(problem: Problem): Once<never> {
  return { kind: 'problem', problem, replayed: false }
}

const STILL_RUNNING: Problem = {
  status: 409,
  code: 'still-running',
  detail: 'The request with this Idempotency-Key is still being carried out.',
  hint: 'Send it again in a moment: it is answered with what the first one came to.',
  headers: { 'Retry-After': '1' },
}

const ANOTHER: Problem = {
  status: 422,
  code: 'key-used',
  detail: 'This Idempotency-Key was used for another request.',
  hint: 'Take a new key for each thing that is asked for, and the same one only to send the same request again.',
}

const NOBODY_KNOWS: Problem = {
  status: 409,
  code: 'outcome-unknown',
  detail:
    'The bot was stopped while it carried out the request with this Idempotency-Key: it may have had an effect.',
  hint: 'Look at how things are (GET /api/v1/queue, /api/v1/leases), and send it with a new key if it is still wanted.',
}

const NOT_NOTED: Problem = {
  status: 503,
  code: 'storage-full',
  detail: 'The key could not be stored, so nothing was done.',
  hint: 'Send it again later, with the same key; an admin looks at the disk of the data directory.',
  headers: { 'Retry-After': '30' },
}

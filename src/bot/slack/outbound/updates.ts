/** Edits of posted messages within the budget: the latest of each card wins, and its last is always delivered. */

import { type Clock, type Millis, type Timer, within } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { isForeign, isPassing, SlackError } from '../slack-error.ts'
import type { Message, Posted, SlackApi } from '../types.ts'
import { counted, nextEdit, type Rank, type Sent, SPACING_MS, type Waiting } from './budget.ts'
import { createRemembered } from './remembered.ts'

export type Edit = {
  posted: Posted
  /** Journal number of what it shows; a lower one never replaces a higher. */
  rev: number
  rank: Rank
  /** Nothing comes after it. */
  isFinal: boolean
  message: Message
}

export type EditEnd = 'shown' | 'passed over' | 'closed'

export type Updates = {
  /**
   * Resolves 'shown' when it is there, 'passed over' when a later one took its place or it came too late, 'closed'
   * when nothing is sent any more. Throws the SlackError of a message that cannot be edited any more. While Slack is
   * down or full it waits.
   */
  show(edit: Edit): Promise<EditEnd>
  /** `edit` of the API within the same budget, before all others. Throws SlackError when it does not get through soon. */
  reply: SlackApi['edit']
  /** How many cards wait to be edited. */
  waiting(): number
  close(): void
}

export type UpdatesDeps = { api: Pick<SlackApi, 'edit'>; clock: Clock; log: Log }

const FIRST_BACKOFF_MS: Millis = 1_000
const LONGEST_BACKOFF_MS: Millis = 30_000
/** About an hour of a proxy's refusals: it may be what the message says that it does not let through. */
const MOST_FOREIGN = 120
/** Under way at once: with 20 ends in one moment and half a second each, all are told within seconds. */
const MOST_AT_ONCE = 4
/** Somebody waits for it. */
const REPLY_WITHIN_MS: Millis = 10_000
const ENDS_REMEMBERED = 2_000
const DAY_MS: Millis = 24 * 60 * 60_000

type Card = Waiting & {
  edit: Edit
  /** How often it failed, and until when others go first for that. */
  failed: { times: number; until: Millis }
  settle: (how: EditEnd) => void
  fail: (error: unknown) => void
}
/** What a message shows, or is about to. */
type Shown = { rev: number; isFinal: boolean; at: Millis }

export function createUpdates({ api, clock, log }: UpdatesDeps): Updates {
  const cards = new Map<string, Card>()
  const flying = new Map<string, Card>()
  const shown = createRemembered<Shown>(clock, ENDS_REMEMBERED, DAY_MS)
  let sent: readonly Sent[] = []
  /** Slack takes nothing until then. */
  let pausedUntil = 0
  let failures = 0
  let timer: Timer | null = null
  let isClosed = false

  function look(): void {
    timer?.cancel()
    timer = null
    // After a failure one goes ahead to see whether Slack is back.
    while (!isClosed && flying.size < (failures > 0 ? 1 : MOST_AT_ONCE)) {
      const now = clock.mono()
      sent = counted(sent, now)
      const free = [...cards].filter(([key]) => !flying.has(key)).map(([, card]) => spaced(card))
      const { next, wakeAt } =
        now < pausedUntil ? { next: null, wakeAt: pausedUntil } : nextEdit(free, sent, now)
      if (next === null) {
        if (free.length > 0 && Number.isFinite(wakeAt)) timer = clock.after(wakeAt - now, look)
        return
      }
      void send(next)
    }
  }

  function spaced(card: Card): Card {
    const last = shown.get(keyOf(card.edit.posted))
    const spacedAt = card.rank === 'outcome' || last === undefined ? 0 : last.at + SPACING_MS
    card.notBefore = Math.max(spacedAt, card.failed.until)
    return card
  }

  async function send(card: Card): Promise<void> {
    const { edit } = card
    const key = keyOf(edit.posted)
    cards.delete(key)
    flying.set(key, card)
    const mine: Sent = { rank: card.rank, endedAt: null }
    sent = [...sent, mine]
    try {
      await api.edit(edit.posted, edit.message)
      failures = 0
      shown.set(key, { rev: edit.rev, isFinal: edit.isFinal, at: clock.mono() })
      card.settle('shown')
    } catch (error) {
      failed(key, card, error)
    }
    mine.endedAt = clock.mono()
    flying.delete(key)
    look()
  }

  function failed(key: string, card: Card, error: unknown): void {
    const isTriedAgain = isPassing(error) || (isForeign(error) && card.failed.times < MOST_FOREIGN)
    if (!isTriedAgain) {
      cards.get(key)?.fail(error)
      cards.delete(key)
      card.fail(error)
      return
    }
    hold(error)
    // One that Slack can never edit must not go first each time that it is asked whether it is back.
    if (!isLimit(error)) {
      const times = card.failed.times + 1
      card.failed = { times, until: clock.mono() + backoffMs(times) + FIRST_BACKOFF_MS }
    }
    const later = cards.get(key)
    if (later === undefined) {
      cards.set(key, card)
      return
    }
    // Meanwhile something newer came, which stands in for it; how long it has waited is not forgotten.
    later.since = Math.min(later.since, card.since)
    later.failed = card.failed
    card.settle('passed over')
  }

  function hold(error: unknown): void {
    const limitedMs = error instanceof SlackError ? error.retryAfterMs : null
    if (limitedMs === null) failures++
    pausedUntil = Math.max(pausedUntil, clock.mono() + (limitedMs ?? backoffMs(failures)))
    log.debug({ error: messageOf(error), waitMs: pausedUntil - clock.mono() }, 'cards wait for Slack')
  }

  function isLate(edit: Edit, than: { rev: number; isFinal: boolean } | undefined): boolean {
    return than !== undefined && (than.isFinal || edit.rev < than.rev)
  }

  function show(edit: Edit): Promise<EditEnd> {
    const key = keyOf(edit.posted)
    const before = cards.get(key)
    const last = shown.get(key)
    if (isClosed) return Promise.resolve('closed')
    if ([last, flying.get(key)?.edit, before?.edit].some(than => isLate(edit, than)))
      return Promise.resolve('passed over')
    const { promise, resolve, reject } = Promise.withResolvers<EditEnd>()
    cards.set(key, {
      edit,
      // Neither its rank nor its place in the line gets worse by what came later.
      rank: before?.rank === 'reply' && !edit.isFinal ? 'reply' : edit.rank,
      since: before?.since ?? clock.mono(),
      failed: before?.failed ?? { times: 0, until: 0 },
      notBefore: 0,
      settle: resolve,
      fail: reject,
    })
    before?.settle('passed over')
    queueMicrotask(look)
    return promise
  }

  return {
    show,
    async reply(posted, message) {
      const key = keyOf(posted)
      const revs = [shown.get(key), flying.get(key)?.edit, cards.get(key)?.edit].map(each => each?.rev ?? 0)
      const edit: Edit = { posted, message, rev: Math.max(...revs), rank: 'reply', isFinal: false }
      const late = (): Error => new SlackError({ word: 'ratelimited', method: 'chat.update' })
      await within(clock, REPLY_WITHIN_MS, show(edit), late)
    },
    waiting: () => cards.size + flying.size,
    close() {
      isClosed = true
      timer?.cancel()
      for (const card of [...cards.values(), ...flying.values()]) card.settle('closed')
      cards.clear()
    },
  }
}

function backoffMs(failures: number): Millis {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, failures - 1))
}

function isLimit(error: unknown): boolean {
  return error instanceof SlackError && error.retryAfterMs !== null
}

function keyOf({ channel, ts }: Posted): string {
  return `${channel}/${ts}`
}

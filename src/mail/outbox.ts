import { type Clock, type Millis, type Timer, within } from '../clock.ts'
import { LabError } from '../errors.ts'
import type { Log } from '../log.ts'
import { backoffMs, crowdOf, nextOf, type Plan, planFor, restedAt } from './delivery.ts'
import type { Channel, Delivery, OutboxItem } from './types.ts'

/** `nobody`: there is nobody to tell, ever; `given-up`: it could not be delivered in time. */
export type Outcome = 'delivered' | 'nobody' | 'given-up'

export type OutboxDeps = {
  /** What waits now, in the order in which it was stored; the state is somebody else's. */
  items(): readonly OutboxItem[]
  /** Stores a failed attempt. */
  tried(key: string, nextAt: Millis, attempts: number): Promise<unknown>
  /** Stores that the item is done with: it is not among `items()` any more. */
  settled(key: string, outcome: Outcome): Promise<unknown>
  /** By id. May grow: call `wake` after adding one. Items of an unknown channel wait for it. */
  channels: ReadonlyMap<string, Channel>
  clock: Clock
  log: Log
  giveUpMs?: Millis
  /** How long one delivery may take. */
  deliveryMs?: Millis
}

export type Outbox = {
  /** Looks at `items()` soon; returns at once and never throws (M5.4). */
  wake(): void
  /** Delivers what is due, for `deadlineMs` at most, and then sends nothing more. Resolves with how many are left stored. */
  flush(deadlineMs: Millis): Promise<number>
}

const DAY_MS = 24 * 60 * 60_000
const DELIVERY_MS = 30_000
/** How long a delivery that was called off may take to let go of its channel. */
const UNWIND_MS = 1_000

/**
 * Delivers what is stored: each item at least once, in order for each receiver, one at a time in a channel, and much
 * for one place together where the channel can. What fails is tried again with back-off until it is `giveUpMs` old.
 * Starts with the first `wake`.
 */
export function createOutbox(deps: OutboxDeps): Outbox {
  const { channels, clock, log } = deps
  const giveUpMs = deps.giveUpMs ?? DAY_MS
  const deliveryMs = deps.deliveryMs ?? DELIVERY_MS
  const plans = new Map<string, Plan>()
  /** Keys of what is being delivered, by channel. */
  const flying = new Map<string, readonly string[]>()
  /** Done with, and not yet gone from `items()`. */
  const settling = new Set<string>()
  const writes = new Set<Promise<void>>()
  const stopper = new AbortController()
  let timer: Timer | null = null
  let woken = false
  let onIdle: (() => void) | null = null

  function look(): void {
    woken = false
    timer?.cancel()
    timer = null
    if (stopper.signal.aborted) return
    const mono = clock.mono()
    let wakeAt = Number.POSITIVE_INFINITY
    for (const [id, items] of lanes(mono)) wakeAt = Math.min(wakeAt, serve(id, items, mono))
    if (Number.isFinite(wakeAt)) timer = clock.after(Math.max(0, wakeAt - mono), look)
    tellIdle()
  }

  function tellIdle(): void {
    if (flying.size === 0 && writes.size === 0) onIdle?.()
  }

  /** What waits, by channel; makes plans for what is new and forgets those of what is gone. */
  function lanes(mono: Millis): Map<string, OutboxItem[]> {
    const items = deps.items()
    const here = new Set(items.map(item => item.key))
    for (const key of plans.keys()) if (!here.has(key)) plans.delete(key)
    const waiting = items.filter(item => !settling.has(item.key))
    for (const item of waiting)
      if (!plans.has(item.key)) plans.set(item.key, planFor(item, clock.now(), mono, giveUpMs))
    return Map.groupBy(waiting, item => item.channel)
  }

  /** Starts the channel's next delivery if there is one; returns when to look at it again. */
  function serve(id: string, items: readonly OutboxItem[], mono: Millis): Millis {
    const inFlight = flying.get(id)
    const left = items.filter(item => !inFlight?.includes(item.key) && !giveUpIfDead(item, mono))
    const deadAt = Math.min(...left.map(item => planOf(item).deadAt))
    const channel = channels.get(id)
    if (channel === undefined || inFlight !== undefined) return deadAt
    const dueAt = (item: OutboxItem): Millis =>
      Math.max(planOf(item).dueAt, restedAt(item, channel.together, mono))
    const next = nextOf(left, dueAt, mono)
    if (next.item === null) return Math.min(next.wakeAt, deadAt)
    const crowd = crowdOf(left, next.item, channel.together, item => dueAt(item) <= mono)
    flying.set(
      id,
      crowd.map(item => item.key),
    )
    void attempt(channel, crowd)
    return deadAt
  }

  function planOf(item: OutboxItem): Plan {
    return plans.get(item.key) ?? planFor(item, clock.now(), clock.mono(), giveUpMs)
  }

  function giveUpIfDead(item: OutboxItem, mono: Millis): boolean {
    const plan = planOf(item)
    if (plan.deadAt > mono) return false
    const { channel, topic, kind, to } = item
    const why = channels.has(channel) ? 'it could not be delivered' : 'there is no such channel'
    log.error({ channel, topic, kind, to, attempts: plan.attempts }, `telling given up: ${why}`)
    settle(item, 'given-up')
    return true
  }

  async function attempt(channel: Channel, items: readonly OutboxItem[]): Promise<void> {
    const cancel = new AbortController()
    const delivery = deliver(channel, items, cancel.signal)
    try {
      const answers = await within(clock, deliveryMs, delivery, late, stopper.signal)
      for (const [at, item] of items.entries()) settle(item, answers[at] ?? 'delivered')
    } catch (error) {
      cancel.abort(error)
      if (stopper.signal.aborted) return
      for (const item of items) failed(item, error)
      await within(clock, UNWIND_MS, delivery, late).catch(() => {})
    }
    flying.delete(channel.id)
    wake()
  }

  function late(): Error {
    return new LabError('late', `no answer within ${deliveryMs} ms`, { hint: 'It is tried again.' })
  }

  function failed(item: OutboxItem, error: unknown): void {
    const plan = planOf(item)
    const attempts = plan.attempts + 1
    const waitMs = backoffMs(attempts)
    plans.set(item.key, { ...plan, attempts, dueAt: clock.mono() + waitMs })
    const { channel, topic, kind, to } = item
    log.warn({ channel, topic, kind, to, attempts, waitMs, error }, 'not delivered; it is tried again')
    write(() => deps.tried(item.key, clock.now() + waitMs, attempts))
  }

  function settle(item: OutboxItem, outcome: Outcome): void {
    settling.add(item.key)
    // The key stays shut out until its end is on disk: a slow disk must not make a second delivery.
    write(async () => {
      await deps.settled(item.key, outcome)
      settling.delete(item.key)
      plans.delete(item.key)
    })
  }

  /** A write may take as long as the disk is full; nothing here waits for it. */
  function write(store: () => Promise<unknown>): void {
    const written: Promise<void> = Promise.resolve()
      .then(store)
      .catch((error: unknown) => log.error({ error }, 'the outbox could not be stored'))
      .then(() => {
        writes.delete(written)
        wake()
      })
    writes.add(written)
  }

  function wake(): void {
    if (woken) return
    woken = true
    queueMicrotask(look)
  }

  async function flush(deadlineMs: Millis): Promise<number> {
    const idle = new Promise<void>(resolve => {
      onIdle = resolve
    })
    wake()
    await within(clock, deadlineMs, idle, late).catch(() => {})
    stopper.abort(late())
    timer?.cancel()
    return deps.items().length
  }

  return { wake, flush }
}

/** A channel that throws before its first await is a failed delivery like any other. */
async function deliver(
  channel: Channel,
  items: readonly OutboxItem[],
  signal: AbortSignal,
): Promise<readonly Delivery[]> {
  const [first] = items
  if (channel.together !== undefined && items.length > 1) return await channel.together.deliver(items, signal)
  return first === undefined ? [] : [await channel.deliver(first, signal)]
}

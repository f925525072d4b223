import { expect, test } from 'vitest'
import type { LogFields } from '../../src/log.ts'
import { silentLog } from '../../src/log.ts'
import { createOutbox, type OutboxDeps } from '../../src/mail/outbox.ts'
import type { Channel, OutboxItem } from '../../src/mail/types.ts'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'
import { createShelf, type Shelf } from './shelf.ts'

const SECOND = 1_000
const HOUR = 3_600_000

type Rig = { clock: FakeClock; shelf: Shelf; channels: Map<string, Channel>; add(...keys: string[]): void }

function rig(): Rig {
  const clock = createFakeClock()
  const shelf = createShelf()
  return {
    clock,
    shelf,
    channels: new Map(),
    add(...keys) {
      for (const key of keys) shelf.add(item(key, clock.now()))
    },
  }
}

/** `mei/1` on `slack`: key, receiver before the stroke, channel after the at. */
function item(word: string, now: number): OutboxItem {
  const [key = word, channel = 'slack'] = word.split('@')
  return {
    key,
    channel,
    topic: 'run/T1',
    kind: 'outcome',
    to: key.split('/')[0] ?? key,
    createdAt: now,
    attempts: 0,
    nextAt: now,
  }
}

function outboxOf({ clock, shelf, channels }: Rig, more: Partial<OutboxDeps> = {}) {
  return createOutbox({ ...shelf, channels, clock, log: silentLog, ...more })
}

/** Delivers what `how` says: true delivered, false fails, 'hang' never answers. */
function channel(
  id: string,
  how: (item: OutboxItem) => boolean | 'hang' | 'nobody' = () => true,
): Channel & { seen: string[] } {
  const seen: string[] = []
  return {
    id,
    seen,
    async deliver(item) {
      seen.push(item.key)
      const answer = how(item)
      if (answer === 'hang') return await new Promise<never>(() => {})
      if (answer === false) throw new Error('the platform answered 503')
      return answer === 'nobody' ? 'nobody' : 'delivered'
    },
  }
}

test('what is stored is delivered in order and then gone', async () => {
  const here = rig()
  const slack = channel('slack')
  here.channels.set('slack', slack)
  here.add('mei/1', 'li/1', 'mei/2')
  outboxOf(here).wake()
  await here.clock.pass(0)
  expect(slack.seen).toEqual(['mei/1', 'li/1', 'mei/2'])
  expect(here.shelf.items()).toEqual([])
  expect(here.clock.timers).toBe(0)
})

test('M5.4 a failed delivery is tried again after 1 s, 2 s, 4 s, and each attempt is stored', async () => {
  const here = rig()
  let fails = 3
  const slack = channel('slack', () => fails-- <= 0)
  here.channels.set('slack', slack)
  here.add('mei/1')
  outboxOf(here).wake()
  await here.clock.pass(0)
  await here.clock.pass(999)
  expect(slack.seen).toHaveLength(1)
  expect(here.shelf.items()[0]).toMatchObject({ attempts: 1, nextAt: here.clock.now() + 1 })
  await here.clock.pass(1)
  expect(slack.seen).toHaveLength(2)
  await here.clock.pass(2 * SECOND)
  expect(slack.seen).toHaveLength(3)
  await here.clock.pass(3999)
  expect(slack.seen).toHaveLength(3)
  await here.clock.pass(1)
  expect(here.shelf.ends).toEqual([{ key: 'mei/1', outcome: 'delivered' }])
})

test('a receiver that cannot be reached holds up its own order and nobody else', async () => {
  const here = rig()
  const slack = channel('slack', one => one.to !== 'li')
  here.channels.set('slack', slack)
  here.add('li/1', 'li/2', 'mei/1')
  outboxOf(here).wake()
  await here.clock.pass(0)
  expect(slack.seen).toEqual(['li/1', 'mei/1'])
})

test('one delivery is under way in a channel, and a hanging channel does not hold up another', async () => {
  const here = rig()
  const slack = channel('slack', () => 'hang')
  const feishu = channel('feishu')
  here.channels.set('slack', slack).set('feishu', feishu)
  here.add('mei/1', 'li/1', 'mei/9@feishu')
  outboxOf(here).wake()
  await here.clock.pass(0)
  await here.clock.pass(29 * SECOND)
  expect(slack.seen).toEqual(['mei/1'])
  expect(feishu.seen).toEqual(['mei/9'])
  // Called off after 30 s, and given a second to let go.
  await here.clock.pass(2 * SECOND)
  expect(slack.seen).toEqual(['mei/1', 'li/1'])
})

test('the signal of a delivery that takes too long is aborted', async () => {
  const here = rig()
  const aborted: string[] = []
  here.channels.set('slack', {
    id: 'slack',
    deliver: (one, signal) =>
      new Promise(() => signal.addEventListener('abort', () => aborted.push(one.key))),
  })
  here.add('mei/1')
  outboxOf(here, { deliveryMs: 5 * SECOND }).wake()
  await here.clock.pass(0)
  await here.clock.pass(5 * SECOND)
  expect(aborted).toEqual(['mei/1'])
})

test('a channel that throws at once, not by its promise, is a failed delivery', async () => {
  const here = rig()
  here.channels.set('slack', {
    id: 'slack',
    deliver: () => {
      throw new Error('not connected')
    },
  })
  here.add('mei/1')
  outboxOf(here).wake()
  await here.clock.pass(0)
  expect(here.shelf.items()[0]?.attempts).toBe(1)
})

test('nobody to tell is an end', async () => {
  const here = rig()
  here.channels.set(
    'slack',
    channel('slack', () => 'nobody'),
  )
  here.add('mei/1')
  outboxOf(here).wake()
  await here.clock.pass(0)
  expect(here.shelf.ends).toEqual([{ key: 'mei/1', outcome: 'nobody' }])
})

test('what an unknown channel owes waits for it, and is given up after 24 h with a line in the log', async () => {
  const here = rig()
  const lines: string[] = []
  const log = { ...silentLog, error: (_: LogFields, text: string) => lines.push(text) }
  here.add('mei/1', 'ada/1@pager')
  const outbox = outboxOf(here, { log })
  outbox.wake()
  await here.clock.pass(0)
  await here.clock.pass(23 * HOUR)
  const slack = channel('slack')
  here.channels.set('slack', slack)
  outbox.wake()
  await here.clock.pass(0)
  await here.clock.pass(HOUR)
  expect(slack.seen).toEqual(['mei/1'])
  expect(here.shelf.ends).toContainEqual({ key: 'ada/1', outcome: 'given-up' })
  expect(lines).toEqual(['telling given up: there is no such channel'])
})

test('what fails for 24 h is given up and never tried again, and what comes after it goes on', async () => {
  const here = rig()
  const slack = channel('slack', one => one.key !== 'mei/1')
  here.channels.set('slack', slack)
  here.add('mei/1')
  const outbox = outboxOf(here)
  outbox.wake()
  await here.clock.pass(0)
  await here.clock.pass(23 * HOUR)
  here.add('mei/2')
  outbox.wake()
  await here.clock.pass(0)
  await here.clock.pass(HOUR)
  const tries = slack.seen.filter(key => key === 'mei/1').length
  expect(here.shelf.ends).toEqual([
    { key: 'mei/1', outcome: 'given-up' },
    { key: 'mei/2', outcome: 'delivered' },
  ])
  await here.clock.pass(24 * HOUR)
  expect(slack.seen.filter(key => key === 'mei/1')).toHaveLength(tries)
})

test('a wall clock that steps by a year makes nothing late and gives nothing up', async () => {
  for (const step of [-8760 * HOUR, 8760 * HOUR]) {
    const here = rig()
    let fails = 2
    const slack = channel('slack', () => fails-- <= 0)
    here.channels.set('slack', slack)
    here.add('mei/1')
    outboxOf(here).wake()
    await here.clock.pass(0)
    here.clock.step(step)
    await here.clock.pass(3 * SECOND)
    expect(here.shelf.ends).toEqual([{ key: 'mei/1', outcome: 'delivered' }])
  }
})

test('while the disk is full telling goes on and nothing is told twice', async () => {
  const here = rig()
  const slack = channel('slack')
  here.channels.set('slack', slack)
  // Stores that show a change only when it is on disk are allowed too.
  const stored: OutboxItem[] = [item('mei/1', here.clock.now()), item('mei/2', here.clock.now())]
  const outbox = outboxOf(here, { items: () => stored, settled: () => new Promise(() => {}) })
  outbox.wake()
  await here.clock.pass(0)
  await here.clock.pass(HOUR)
  expect(slack.seen).toEqual(['mei/1', 'mei/2'])
})

test('a store that fails neither throws into the lab nor makes a second delivery', async () => {
  const here = rig()
  const lines: string[] = []
  const log = { ...silentLog, error: (_: LogFields, text: string) => lines.push(text) }
  const slack = channel('slack')
  here.channels.set('slack', slack)
  here.add('mei/1')
  const settled = (): Promise<void> => Promise.reject(new Error('I/O error'))
  outboxOf(here, { settled, log }).wake()
  await here.clock.pass(0)
  await here.clock.pass(HOUR)
  expect(slack.seen).toEqual(['mei/1'])
  expect(lines).toEqual(['the outbox could not be stored'])
})

test('flush delivers what is due, leaves what is not, and sends nothing afterwards', async () => {
  const here = rig()
  const slack = channel('slack', one => one.to !== 'li')
  here.channels.set('slack', slack)
  here.add('mei/1', 'li/1', 'mei/2')
  const outbox = outboxOf(here)
  const left = outbox.flush(5 * SECOND)
  await here.clock.pass(0)
  expect(await left).toBe(1)
  here.add('mei/3')
  outbox.wake()
  await here.clock.pass(0)
  await here.clock.pass(HOUR)
  expect(slack.seen).toEqual(['mei/1', 'li/1', 'mei/2'])
  expect(here.clock.timers).toBe(0)
})

test('flush ends at its deadline, aborts what is under way and records nothing of it', async () => {
  const here = rig()
  const aborted: string[] = []
  here.channels.set('slack', {
    id: 'slack',
    deliver: (one, signal) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          aborted.push(one.key)
          reject(new Error('cut'))
        }),
      ),
  })
  here.add('mei/1', 'mei/2')
  const left = outboxOf(here).flush(5 * SECOND)
  await here.clock.pass(0)
  await here.clock.pass(5 * SECOND)
  expect(await left).toBe(2)
  await here.clock.pass(0)
  expect(aborted).toEqual(['mei/1'])
  expect(here.shelf.items()[0]?.attempts).toBe(0)
})

test('wake returns before anything is sent, and many wakes are one look', async () => {
  const here = rig()
  let looks = 0
  const slack = channel('slack')
  here.channels.set('slack', slack)
  here.add('mei/1')
  const items = (): readonly OutboxItem[] => {
    looks++
    return here.shelf.items()
  }
  const outbox = outboxOf(here, { items, settled: () => new Promise(() => {}) })
  for (let i = 0; i < 100; i++) outbox.wake()
  expect([looks, slack.seen.length]).toEqual([0, 0])
  await here.clock.pass(0)
  expect(slack.seen).toEqual(['mei/1'])
  expect(looks).toBeLessThanOrEqual(2)
})

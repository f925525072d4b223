import fc from 'fast-check'
import { expect, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { createOutbox } from '../../src/mail/outbox.ts'
import type { Channel, OutboxItem } from '../../src/mail/types.ts'
import { createFakeClock } from '../fake-clock.ts'
import { createShelf } from './shelf.ts'

/** `mei@lab/7`: receiver, place, number. */
function itemOf(key: string, now: number): OutboxItem {
  const [to = ''] = key.split('@')
  return { key, channel: 'slack', topic: 't', kind: 'k', to, createdAt: now, attempts: 0, nextAt: now }
}

const placeOf = ({ key }: OutboxItem): string | null => {
  const place = /@(.*)\//.exec(key)?.[1] ?? ''
  return place === 'alone' ? null : place
}

function rig(rest: { restMs: number; from: number } = { restMs: 0, from: 3 }) {
  const clock = createFakeClock()
  const shelf = createShelf()
  const messages: string[][] = []
  const fails: boolean[] = []
  const tell = async (items: readonly OutboxItem[]): Promise<void> => {
    if (fails.shift() === true) throw new Error('the platform answered 503')
    messages.push(items.map(item => item.key))
  }
  const crowd = { ...rest }
  const channel: Channel = {
    id: 'slack',
    async deliver(item) {
      await tell([item])
      return 'delivered'
    },
    together: {
      placeOf,
      crowd: () => crowd,
      most: 4,
      async deliver(items) {
        await tell(items)
        return items.map(item => (item.key.endsWith('9') ? 'nobody' : 'delivered'))
      },
    },
  }
  const outbox = createOutbox({ ...shelf, channels: new Map([['slack', channel]]), clock, log: silentLog })
  const add = (...keys: string[]): void => {
    for (const key of keys) shelf.add(itemOf(key, clock.now()))
  }
  return { clock, shelf, messages, fails, outbox, add, crowd }
}

const key = fc
  .tuple(fc.constantFrom('mei', 'li', 'kai'), fc.constantFrom('lab', 'thread', 'alone'))
  .map(([to, place]) => `${to}@${place}`)
const step = fc.record({
  keys: fc.array(key, { maxLength: 6 }),
  fails: fc.array(fc.boolean(), { maxLength: 3 }),
})

test('M5.7 M5.4 told together or not, each thing reaches its place once, in order for each receiver, and is settled once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), async steps => {
      const { clock, shelf, messages, fails, outbox, add } = rig()
      const added: string[] = []
      for (const each of steps) {
        const keys = each.keys.map((one, n) => `${one}/${added.length + n}`)
        added.push(...keys)
        add(...keys)
        fails.push(...each.fails)
        outbox.wake()
        await clock.pass(500)
      }
      await clock.pass(3_600_000)
      expect(shelf.items()).toEqual([])
      const told = messages.flat()
      expect(told.toSorted()).toEqual(added.toSorted())
      expect(shelf.ends.map(end => end.key).toSorted()).toEqual(added.toSorted())
      for (const lane of Map.groupBy(added, one => one.split('@')[0]).values())
        expect(told.filter(one => lane.includes(one))).toEqual(lane)
      for (const message of messages) {
        expect(message.length).toBeLessThanOrEqual(4)
        if (message.length > 1) expect(new Set(message.map(one => placeOf(itemOf(one, 0)))).size).toBe(1)
      }
    }),
    { numRuns: 150 },
  )
})

test('much for one place is one message, what is for another or for itself is not in it', async () => {
  const { clock, messages, outbox, add } = rig()
  add('mei@lab/1', 'li@lab/2', 'kai@thread/3', 'mei@lab/4', 'li@alone/5', 'mei@lab/6')
  outbox.wake()
  await clock.pass(0)
  expect(messages[0]).toEqual(['mei@lab/1', 'li@lab/2', 'mei@lab/4', 'mei@lab/6'])
  expect(messages).toHaveLength(3)
})

test('nothing overtakes an earlier thing for the same receiver to be told together', async () => {
  const { clock, messages, outbox, add } = rig()
  add('mei@lab/1', 'li@alone/2', 'li@lab/3', 'kai@lab/4', 'mei@lab/5')
  outbox.wake()
  await clock.pass(0)
  expect(messages).toEqual([['mei@lab/1', 'kai@lab/4', 'mei@lab/5'], ['li@alone/2'], ['li@lab/3']])
})

test('a place that rests is told afterwards, in one message, and holds up no other', async () => {
  const { clock, messages, outbox, add, crowd } = rig({ restMs: 0, from: 2 })
  crowd.restMs = 10_000
  add('mei@lab/1', 'li@alone/2', 'kai@lab/3')
  outbox.wake()
  await clock.pass(0)
  expect(messages).toEqual([['li@alone/2']])
  crowd.restMs = 0
  await clock.pass(10_000)
  expect(messages).toEqual([['li@alone/2'], ['mei@lab/1', 'kai@lab/3']])
})

test('each thing that was told together has an answer of its own', async () => {
  const { clock, shelf, outbox, add } = rig()
  add('mei@lab/7', 'mei@lab/8', 'mei@lab/9')
  outbox.wake()
  await clock.pass(0)
  expect(shelf.ends.map(end => end.outcome)).toEqual(['delivered', 'delivered', 'nobody'])
})

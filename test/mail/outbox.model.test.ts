import fc from 'fast-check'
import { expect, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { createOutbox } from '../../src/mail/outbox.ts'
import type { Channel, OutboxItem } from '../../src/mail/types.ts'
import { createFakeClock } from '../fake-clock.ts'
import { createShelf } from './shelf.ts'

const HOUR = 3_600_000
const GIVE_UP_MS = 24 * HOUR

/** What a delivery does: goes through, fails before, fails after it went through, never answers. */
const deed = fc.constantFrom('ok', 'ok', 'fail', 'late-fail', 'hang', 'nobody')

const channelId = fc.constantFrom('slack', 'mail')
const command = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      channel: channelId,
      to: fc.constantFrom('mei', 'li'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('deeds' as const),
      deeds: fc.array(deed, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(0, 500, 5_000, 60_000, HOUR, 9 * HOUR),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('plug' as const), channel: channelId }) },
  fc.record({ do: fc.constant('hold' as const) }),
  fc.record({ do: fc.constant('sync' as const) }),
  fc.record({ do: fc.constant('kill' as const) }),
  fc.record({ do: fc.constant('stop' as const) }),
  fc.record({ do: fc.constant('step' as const), ms: fc.integer({ min: -HOUR, max: HOUR }) }),
)

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

/** The outbox on a store that can be killed, beside a record of what every channel saw. */
function createWorld() {
  const clock = createFakeClock()
  const shelf = createShelf()
  const channels = new Map<string, Channel>()
  const added: OutboxItem[] = []
  const reached: string[] = []
  // What a channel throws is a failed delivery, so what it finds wrong is kept for the end.
  const faults: string[] = []
  let deeds: string[] = []
  /** A process that was killed does nothing more, even if its code here would go on. */
  let life = 0

  const channel = (id: string): Channel => {
    let busy = -1
    return {
      id,
      async deliver(item, signal) {
        const now = life
        if (busy === now) faults.push(`two deliveries at once in ${id}`)
        if (!shelf.items().some(one => one.key === item.key)) faults.push(`${item.key} was done with`)
        busy = now
        try {
          return await act(item, signal)
        } finally {
          if (busy === now) busy = -1
        }
      },
    }
  }

  async function act(item: OutboxItem, signal: AbortSignal): Promise<'delivered' | 'nobody'> {
    const deed = deeds.shift() ?? 'ok'
    if (deed === 'hang') await new Promise((_, reject) => signal.addEventListener('abort', reject))
    if (deed === 'fail') throw new Error('refused')
    reached.push(item.key)
    if (deed === 'late-fail') throw new Error('the answer was lost')
    return deed === 'nobody' ? 'nobody' : 'delivered'
  }

  function start() {
    const mine = ++life
    const alive =
      <A extends unknown[], R>(fn: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> =>
        mine === life ? fn(...args) : new Promise<R>(() => {})
    const outbox = createOutbox({
      items: () => (mine === life ? shelf.items() : []),
      tried: alive(shelf.tried),
      settled: alive(shelf.settled),
      channels,
      clock,
      log: silentLog,
      giveUpMs: GIVE_UP_MS,
    })
    outbox.wake()
    return outbox
  }
  let outbox = start()

  async function apply(one: Command): Promise<void> {
    switch (one.do) {
      case 'add': {
        const { channel, to } = one
        const now = clock.now()
        const key = `${channel}/${to}/${added.length}`
        const item = { key, channel, topic: 't', kind: 'k', to, createdAt: now, attempts: 0, nextAt: now }
        added.push(item)
        shelf.add(item)
        return outbox.wake()
      }
      case 'deeds':
        deeds = [...one.deeds]
        return
      case 'pass':
        await clock.pass(0)
        return await clock.pass(one.ms)
      case 'step':
        return clock.step(one.ms)
      case 'hold':
        return shelf.hold()
      case 'sync':
        return shelf.sync()
      case 'plug':
        channels.set(one.channel, channel(one.channel))
        return outbox.wake()
      case 'kill':
        shelf.kill()
        outbox = start()
        return
      case 'stop': {
        const left = outbox.flush(5_000)
        await clock.pass(0)
        await clock.pass(5_000)
        await left
        shelf.sync()
        outbox = start()
      }
    }
  }

  async function finish(): Promise<void> {
    deeds = []
    shelf.sync()
    for (const id of ['slack', 'mail']) if (!channels.has(id)) channels.set(id, channel(id))
    outbox.wake()
    await clock.pass(0)
    await clock.pass(HOUR)
    shelf.sync()
    await clock.pass(HOUR)
  }
  return { apply, finish, shelf, added, reached, faults }
}

test('P27 M5.4 whatever fails and whenever it is killed, each item reaches its channel or is given up after 24 h, in order for each receiver, and is not tried after it was given up', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40, size: 'max' }), async commands => {
      const world = createWorld()
      for (const one of commands) await world.apply(one)
      await world.finish()
      const { shelf, added, reached, faults } = world
      expect(faults).toEqual([])
      const ended = new Map(shelf.ends.map(end => [end.key, end.outcome]))
      expect(shelf.items()).toEqual([])
      for (const { key } of added) {
        expect(ended.has(key), `${key} is lost`).toBe(true)
        if (ended.get(key) !== 'given-up') expect(reached).toContain(key)
      }
      const passed = commands.reduce((sum, one) => sum + ('ms' in one ? Math.abs(one.ms) : 0), 0)
      if (passed < GIVE_UP_MS - 3 * HOUR) expect([...ended.values()]).not.toContain('given-up')
      expectOrder(added, [...new Set(reached)], ended)
    }),
    { numRuns: 150 },
  )
})

/** Repeats aside, each receiver was reached in the order in which things were stored. */
function expectOrder(
  added: readonly OutboxItem[],
  reached: readonly string[],
  ended: ReadonlyMap<string, string>,
): void {
  for (const lane of Map.groupBy(added, item => `${item.channel}/${item.to}`).values()) {
    const keys = lane.map(item => item.key).filter(key => ended.get(key) !== 'given-up')
    expect(reached.filter(key => keys.includes(key))).toEqual(keys)
  }
}

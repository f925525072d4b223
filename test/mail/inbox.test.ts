import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inboxKey, REMEMBERED_MS, unfinished } from '../../src/mail/inbox.ts'
import type { InboxEntry } from '../../src/mail/types.ts'
import { createFakeClock } from '../fake-clock.ts'
import { createJournalled } from './journalled.ts'

const HOUR_MS = 60 * 60_000

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), id: fc.nat(6) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('sync' as const), count: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(REMEMBERED_MS / 2) }) },
)

test('P27 M8.5 whatever is killed and whenever: nothing acknowledged is lost, and nothing is carried out twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 50 }), async steps => {
      const clock = createFakeClock()
      const journal = createJournalled(clock)
      journal.hold()
      let inbox = journal.open()
      let life = 0
      const acknowledged = new Map<string, { at: number }>()
      /** What was told to be unclear, or was carried out, by key and time of arrival. */
      const effects = new Map<string, number>()
      const told = new Set<string>()

      // What every user of an inbox does: begun first, then the effect, then the end.
      const carryOut = async (key: string, of: string, mine: number): Promise<void> => {
        await inbox.begin(key)
        if (mine !== life) return
        effects.set(of, (effects.get(of) ?? 0) + 1)
        await inbox.finish(key)
      }
      const deliver = async (id: number, mine: number): Promise<void> => {
        const key = inboxKey('slack', String(id))
        const kind = await inbox.take({ source: 'slack', id: String(id), heard: { id } })
        if (mine !== life) return
        const of = `${key}@${entryOf(key)?.receivedAt}`
        if (!acknowledged.has(of)) acknowledged.set(of, { at: clock.now() })
        if (kind === 'new') await carryOut(key, of, mine)
      }
      const entryOf = (key: string): InboxEntry | undefined => journal.entries().find(one => one.key === key)
      const recover = async (mine: number): Promise<void> => {
        for (const { entry, begun } of inbox.left()) {
          const of = `${entry.key}@${entry.receivedAt}`
          expect(entry.heard).not.toBeNull()
          if (begun) {
            told.add(of)
            await inbox.finish(entry.key)
          } else await carryOut(entry.key, of, mine)
          if (mine !== life) return
        }
      }

      for (const one of steps) {
        if (one.do === 'deliver') void deliver(one.id, life)
        else if (one.do === 'sync') journal.sync(one.count)
        else if (one.do === 'pass') await clock.pass(one.ms)
        else if (one.do === 'kill') {
          life++
          inbox = journal.restart()
          void recover(life)
        }
        await clock.pass(0)
        // Nothing begins to be carried out twice.
        for (const count of effects.values()) expect(count).toBe(1)
      }
      life++
      inbox = journal.restart()
      const last = recover(life)
      for (let n = 0; n < 200; n++) {
        journal.sync(10)
        await clock.pass(0)
      }
      await last
      for (const count of effects.values()) expect(count).toBe(1)
      for (const of of acknowledged.keys()) expect(effects.has(of) || told.has(of)).toBe(true)
      expect(inbox.left()).toEqual([])
      for (const entry of journal.entries()) expect(entry.heard).toBeNull()
    }),
    { numRuns: 200 },
  )
})

test('M8.5 a delivery that comes again is acknowledged when the first is on disk, not sooner', async () => {
  const clock = createFakeClock()
  const journal = createJournalled(clock)
  journal.hold()
  const inbox = journal.open()
  const answers: string[] = []
  const take = (): void =>
    void inbox.take({ source: 'slack', id: '7', heard: 'queue' }).then(kind => answers.push(kind))
  take()
  take()
  await clock.pass(0)
  expect(answers).toEqual([])
  journal.sync(1)
  await clock.pass(0)
  expect(answers.toSorted()).toEqual(['again', 'new'])
})

test('M8.5 the same id from another source is another delivery', async () => {
  const clock = createFakeClock()
  const journal = createJournalled(clock)
  journal.hold()
  const inbox = journal.open()
  const first = inbox.take({ source: 'slack', id: '7', heard: 'queue' })
  const second = inbox.take({ source: 'jenkins', id: '7', heard: 'queue' })
  journal.sync(2)
  expect(await Promise.all([first, second])).toEqual(['new', 'new'])
})

test('M8.5 what is done is known again for 24 h and forgotten after that; what is not done stays', async () => {
  const clock = createFakeClock()
  const journal = createJournalled(clock)
  journal.hold()
  const inbox = journal.open()
  const kept = async (work: Promise<unknown>): Promise<unknown> => {
    journal.sync(10)
    return await work
  }
  const take = async (id: string): Promise<unknown> =>
    await kept(inbox.take({ source: 'slack', id, heard: id }))
  for (const id of ['a', 'b']) await take(id)
  await kept(inbox.begin('slack:a'))
  await kept(inbox.finish('slack:a'))
  expect(journal.entries().map(({ key, heard, stage }) => [key, heard, stage])).toEqual([
    ['slack:a', null, 'done'],
    ['slack:b', 'b', 'heard'],
  ])
  await clock.pass(REMEMBERED_MS - 1)
  expect(await take('a')).toBe('again')
  await clock.pass(HOUR_MS)
  expect(await take('c')).toBe('new')
  expect(journal.entries().map(entry => entry.key)).toEqual(['slack:b', 'slack:c'])
  expect(await take('a')).toBe('new')
})

test('what a restart looks at comes in the order in which it was received', () => {
  const entry = (key: string, receivedAt: number, stage: InboxEntry['stage']): InboxEntry => ({
    key,
    source: 'slack',
    receivedAt,
    heard: 'queue',
    stage,
  })
  const entries = [entry('c', 3, 'begun'), entry('a', 1, 'heard'), entry('b', 2, 'done')]
  expect(unfinished(entries).map(one => one.key)).toEqual(['a', 'c'])
})

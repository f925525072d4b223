import fc from 'fast-check'
import { expect, test } from 'vitest'
import { forgettable, inboxKey, REMEMBERED_MS, receive, unfinished } from '../../src/mail/inbox.ts'
import type { InboxEntry } from '../../src/mail/types.ts'

const step = fc.oneof(
  fc.record({
    do: fc.constant('receive' as const),
    source: fc.constantFrom('slack', 'jenkins'),
    id: fc.constantFrom('1', '2', '__proto__', 'constructor'),
  }),
  fc.record({ do: fc.constant('finish' as const), pick: fc.nat() }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.nat(REMEMBERED_MS) }),
  fc.record({ do: fc.constant('forget' as const) }),
)

test('P27 M8.5 a delivery is carried out once in 24 h, and what was acknowledged stays until it is done', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      let inbox: Record<string, InboxEntry> = {}
      let now = 1_000_000
      const accepted = new Map<string, { at: number; done: boolean }>()
      for (const one of steps) {
        if (one.do === 'pass') now += one.ms
        else if (one.do === 'forget') {
          const gone = new Set(forgettable(inbox, now))
          inbox = Object.fromEntries(Object.entries(inbox).filter(([key]) => !gone.has(key)))
        } else if (one.do === 'finish') {
          const entry = Object.values(inbox)[one.pick % Math.max(1, Object.keys(inbox).length)]
          if (entry === undefined) continue
          inbox = { ...inbox, [entry.key]: { ...entry, done: true } }
          accepted.set(entry.key, { at: entry.receivedAt, done: true })
        } else {
          const received = receive(inbox, { ...one, line: 'help' }, now)
          const before = accepted.get(inboxKey(one.source, one.id))
          const known = before !== undefined && (!before.done || now - before.at < REMEMBERED_MS)
          expect(received.kind).toBe(known ? 'again' : 'new')
          if (received.kind === 'again') continue
          inbox = { ...inbox, [received.entry.key]: received.entry }
          accepted.set(received.entry.key, { at: now, done: false })
        }
        const open = [...accepted].filter(([, is]) => !is.done).map(([key]) => key)
        expect(
          unfinished(inbox)
            .map(entry => entry.key)
            .sort(),
        ).toEqual(open.sort())
      }
    }),
    { numRuns: 200 },
  )
})

test('what a restart carries out comes in the order in which it was received', () => {
  const entry = (key: string, receivedAt: number, done = false): InboxEntry => ({
    key,
    source: 'slack',
    receivedAt,
    line: 'queue',
    done,
  })
  const inbox = { c: entry('c', 3), a: entry('a', 1), b: entry('b', 2, true) }
  expect(unfinished(inbox).map(one => one.key)).toEqual(['a', 'c'])
})

test('the same id from another source is another delivery', () => {
  const first = receive({}, { source: 'slack', id: '7', line: 'queue' }, 5)
  const inbox = { [first.entry.key]: first.entry }
  expect(receive(inbox, { source: 'jenkins', id: '7', line: 'queue' }, 6).kind).toBe('new')
  expect(receive(inbox, { source: 'slack', id: '7', line: 'queue' }, 6)).toEqual({
    kind: 'again',
    entry: first.entry,
  })
})

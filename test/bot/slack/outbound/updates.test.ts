import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createUpdates, type Edit, type Updates } from '../../../../src/bot/slack/outbound/updates.ts'
import { SlackError, type SlackErrorFacts } from '../../../../src/bot/slack/slack-error.ts'
import type { Posted } from '../../../../src/bot/slack/types.ts'
import { pause } from '../../../../src/clock.ts'
import { silentLog } from '../../../../src/log.ts'
import { createFakeClock, type FakeClock } from '../../../fake-clock.ts'

type Seen = { card: string; text: string; sentAt: number; at: number }
type Stage = {
  clock: FakeClock
  pass(ms: number): Promise<void>
  updates: Updates
  seen: Seen[]
  fail: SlackErrorFacts[]
  /** Cards that Slack can never edit, and how it fails then. */
  poison: Map<string, SlackErrorFacts>
}

/** Slack as far as edits go: each takes a while, and goes as `fail` says for the next ones. */
function stage(tookMs: (text: string) => number = () => 300): Stage {
  const clock = createFakeClock()
  const seen: Seen[] = []
  const fail: SlackErrorFacts[] = []
  const poison = new Map<string, SlackErrorFacts>()
  const edit = async ({ ts }: Posted, { text }: { text: string }): Promise<void> => {
    const sentAt = clock.mono()
    await pause(clock, tookMs(text))
    const fault = fail.shift() ?? poison.get(ts)
    if (fault !== undefined) throw new SlackError(fault)
    seen.push({ card: ts, text, sentAt, at: clock.mono() })
  }
  // What was asked for in this turn is on its way before time goes on.
  const pass = async (ms: number): Promise<void> => {
    await clock.pass(0)
    await clock.pass(ms)
  }
  return { clock, pass, seen, fail, poison, updates: createUpdates({ api: { edit }, clock, log: silentLog }) }
}

function editOf(card: string, rev: number, more: Partial<Edit> = {}): Edit {
  const message = { text: `${rev}`, blocks: [], warnings: [] }
  return { posted: { channel: 'C1', ts: card }, rev, rank: 'progress', isFinal: false, message, ...more }
}

function endOf(card: string, rev: number): Edit {
  return { ...editOf(card, rev), rank: 'outcome', isFinal: true }
}

function expectBudget(seen: readonly Seen[]): void {
  const sent = seen.toSorted((a, b) => a.sentAt - b.sentAt)
  for (let n = 50; n < sent.length; n++)
    expect((sent[n]?.sentAt ?? 0) - (sent[n - 50]?.at ?? 0)).toBeGreaterThanOrEqual(60_000)
}

test('20 tests at once under 50 updates a minute: every end is edited in within 10 s of happening, nothing is dropped, the order is right', async () => {
  const gap = fc.array(fc.nat(4_000), { minLength: 20, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(gap, fc.integer({ min: 100, max: 1_500 }), async (gaps, latencyMs) => {
      const { clock, pass, updates, seen } = stage(() => latencyMs)
      const ends = new Map<string, number>()
      // Each moves every second for a minute and a half, then all end within seconds of each other.
      for (let second = 0; second < 90; second++) {
        for (let n = 0; n < 20; n++) void updates.show(editOf(`T${n}`, second))
        await pass(1_000)
      }
      for (const [n, gapMs] of gaps.entries()) {
        await pass(gapMs / 20)
        ends.set(`T${n}`, clock.mono())
        void updates.show(endOf(`T${n}`, 1_000))
      }
      await pass(120_000)
      expectBudget(seen)
      for (const [card, endedAt] of ends) {
        const last = seen.findLast(each => each.card === card)
        expect(last?.text, card).toBe('1000')
        expect((last?.at ?? 0) - endedAt, card).toBeLessThanOrEqual(10_000)
        const revs = seen.filter(each => each.card === card).map(each => Number(each.text))
        expect(revs).toEqual(revs.toSorted((a, b) => a - b))
        expect(revs.length).toBeGreaterThan(1)
      }
      expect(updates.waiting()).toBe(0)
    }),
    { numRuns: 100 },
  )
}, 60_000)

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('show' as const),
      card: fc.nat(3),
      rev: fc.nat(9),
      reply: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), card: fc.nat(3), rev: fc.nat(12) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(0, 100, 1_000, 10_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      facts: fc.constantFrom<SlackErrorFacts>(
        { word: 'ratelimited', method: 'chat.update', retryAfterMs: 20_000 },
        { word: 'cut', method: 'chat.update', effect: 'unclear' },
        { word: 'unreachable', method: 'chat.update' },
        { word: 'token_revoked', method: 'chat.update' },
      ),
    }),
  },
)

test('whatever comes and fails, a lower revision never replaces a higher, nothing comes after an end, edits of a card are 3 s apart but for its end, and the last state is delivered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async steps => {
      const { pass, updates, seen, fail } = stage()
      const wanted = new Map<string, { rev: number; isFinal: boolean }>()
      const results: Promise<unknown>[] = []
      const want = (edit: Edit): void => {
        results.push(updates.show(edit))
        const last = wanted.get(edit.posted.ts)
        if (last === undefined || (!last.isFinal && edit.rev >= last.rev)) wanted.set(edit.posted.ts, edit)
      }
      for (const each of steps) {
        if (each.do === 'show') want(editOf(`T${each.card}`, each.rev, each.reply ? { rank: 'reply' } : {}))
        else if (each.do === 'end') want(endOf(`T${each.card}`, each.rev))
        else if (each.do === 'fail') fail.push(each.facts)
        else await pass(each.ms)
      }
      await pass(20 * 60_000)
      expect(updates.waiting()).toBe(0)
      await Promise.all(results)
      for (const [card, last] of wanted) {
        const mine = seen.filter(each => each.card === card)
        const revs = mine.map(each => Number(each.text))
        expect(revs).toEqual(revs.toSorted((a, b) => a - b))
        expect(revs.at(-1)).toBe(last.rev)
        for (const [n, { sentAt }] of mine.entries()) {
          const isEnd = last.isFinal && n === mine.length - 1
          if (n > 0 && !isEnd) expect(sentAt - (mine[n - 1]?.at ?? 0)).toBeGreaterThanOrEqual(3_000)
        }
      }
      expectBudget(seen)
    }),
    { numRuns: 150 },
  )
})

test('a rate limit is waited for, and outcomes go first then', async () => {
  const { pass, updates, seen, fail } = stage()
  fail.push({ word: 'ratelimited', method: 'chat.update', retryAfterMs: 30_000 })
  void updates.show(editOf('T1', 1))
  await pass(1_000)
  for (let n = 2; n < 8; n++) void updates.show(editOf(`T${n}`, 1))
  void updates.show(endOf('T9', 5))
  void updates.show({ ...editOf('T10', 5), rank: 'reply' })
  await pass(29_000)
  expect(seen).toEqual([])
  await pass(3_000)
  expect(seen.map(each => each.card).slice(0, 2)).toEqual(['T10', 'T9'])
  expect(seen).toHaveLength(9)
})

test('Slack down for 10 minutes: asked now and then by one edit at a time, and the last state of each is there afterwards', async () => {
  const { pass, updates, seen, fail } = stage()
  fail.push(...Array.from({ length: 500 }, () => ({ word: 'unreachable', method: 'chat.update' })))
  for (let n = 0; n < 20; n++) void updates.show(endOf(`T${n}`, 7))
  await pass(10 * 60_000)
  const asked = 500 - fail.length
  expect(asked).toBeLessThan(40)
  fail.length = 0
  await pass(40_000)
  expect(seen.map(each => each.card).toSorted()).toEqual(
    Array.from({ length: 20 }, (_, n) => `T${n}`).toSorted(),
  )
})

test('a message that is gone is told to whoever edits it, and holds up nobody', async () => {
  const { pass, updates, seen, fail } = stage()
  fail.push({ word: 'message_not_found', method: 'chat.update' })
  const gone = expect(updates.show(editOf('T1', 1))).rejects.toMatchObject({ word: 'message_not_found' })
  void updates.show(editOf('T2', 1))
  await pass(1_000)
  await gone
  expect(seen.map(each => each.card)).toEqual(['T2'])
})

test('an edit in answer to somebody goes before all others, and says so when it does not get through soon', async () => {
  const { pass, updates, seen, fail } = stage()
  for (let n = 0; n < 60; n++) void updates.show(n < 30 ? endOf(`T${n}`, 3) : editOf(`T${n}`, 3))
  const message = { text: 'moved', blocks: [], warnings: [] }
  const moved = updates.reply({ channel: 'C1', ts: 'T59' }, message)
  await pass(1_000)
  await moved
  expect(seen[0]).toMatchObject({ card: 'T59', text: 'moved' })
  fail.push({ word: 'ratelimited', method: 'chat.update', retryAfterMs: 60_000 })
  const late = expect(updates.reply({ channel: 'C1', ts: 'M1' }, message)).rejects.toMatchObject({
    word: 'ratelimited',
  })
  await pass(20_000)
  await late
})

test('closing ends every wait and sends nothing more', async () => {
  const { clock, pass, updates, seen } = stage()
  const first = updates.show(editOf('T1', 1))
  await pass(0)
  const second = updates.show(editOf('T1', 2))
  updates.close()
  expect(await Promise.all([first, second, updates.show(editOf('T1', 3))])).toEqual([
    'closed',
    'closed',
    'closed',
  ])
  await pass(60_000)
  expect(seen.length).toBeLessThanOrEqual(1)
  expect(clock.timers).toBe(0)
})

test('an end that Slack cannot edit in, again and again, holds up nobody', async () => {
  const { pass, updates, seen, poison } = stage()
  poison.set('T1', { word: 'internal_error', method: 'chat.update', effect: 'unclear' })
  void updates.show(endOf('T1', 9))
  for (let n = 0; n < 20; n++) {
    void updates.show(editOf('T2', n))
    void updates.show(endOf(`E${n}`, n))
    await pass(10_000)
  }
  expect(seen.filter(each => each.card === 'T2').length).toBeGreaterThan(10)
  expect(seen.filter(each => each.card.startsWith('E'))).toHaveLength(20)
  poison.clear()
  await pass(40_000)
  expect(seen.at(-1)).toMatchObject({ card: 'T1', text: '9' })
})

test('a proxy that answers in the place of Slack for ten minutes freezes no card', async () => {
  const { pass, updates, seen, fail } = stage()
  fail.push(...Array.from({ length: 500 }, () => ({ word: 'http_403', method: 'chat.update' })))
  const shown = Array.from({ length: 5 }, (_, n) => updates.show(endOf(`T${n}`, 7)))
  await pass(10 * 60_000)
  fail.length = 0
  await pass(40_000)
  expect(await Promise.all(shown)).toEqual(Array.from({ length: 5 }, () => 'shown'))
  expect(seen).toHaveLength(5)
})

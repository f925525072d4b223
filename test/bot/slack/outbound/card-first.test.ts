import { expect, test } from 'vitest'
import { cardFirst } from '../../../../src/bot/slack/outbound/card-first.ts'
import type { LiveCard } from '../../../../src/lab/types.ts'
import type { InboxEntry, OutboxItem } from '../../../../src/mail/types.ts'
import { createLabPort, NOON } from '../../../commands/lab-port.ts'
import { createFakeClock } from '../../../fake-clock.ts'

const ORIGIN = { channel: 'slack', place: 'C1', request: 'slash:1' }
const ITEM: OutboxItem = {
  ...{ key: 'run/T1/run-ended', topic: 'run/T1', kind: 'run-ended', channel: 'slack', to: 'U0MEI' },
  ...{ createdAt: NOON, attempts: 0, nextAt: NOON },
}
const WANTED: LiveCard = { topic: 'run/T1', place: 'slack:C1', reference: '', shown: 3, told: false }
const POSTED: LiveCard = { ...WANTED, reference: '5.0' }

/** What is told of T1 waits as long as `until` has not been changed; returns how long it waited. */
function waiting(cards: LiveCard[], stage: InboxEntry['stage'] | null) {
  const clock = createFakeClock(NOON)
  const now = { cards, stage }
  const lab = createLabPort({
    state: () => ({ cards: Object.fromEntries(now.cards.map(card => [card.place, card])) }) as never,
    inbox: { find: () => (now.stage === null ? null : { stage: now.stage }) } as never,
  })
  const begun = clock.mono()
  const waited = cardFirst(ITEM, ORIGIN, { lab, clock }).then(() => clock.mono() - begun)
  return { clock, now, waited }
}

test.each([
  ['the card is there', [POSTED], 'begun'],
  ['no card is on its way', [], 'done'],
  ['nobody remembers the request', [], null],
  ['one of two cards is there', [{ ...WANTED, place: 'slack:C1/3.0' }, POSTED], 'begun'],
  ['a card is on its way somewhere else', [{ ...WANTED, place: 'slack:C2' }], 'done'],
] as const)('nothing is waited for where %s', async (_, cards, stage) => {
  expect(await waiting([...cards], stage).waited).toBe(0)
})

test('what is told waits for a card that is being posted', async () => {
  const { clock, now, waited } = waiting([WANTED], 'done')
  await clock.pass(2_000)
  now.cards = [POSTED]
  await clock.pass(100)
  expect(await waited).toBeGreaterThanOrEqual(2_000)
})

test('it waits for the answer that shows the card, but no longer than 10 s', async () => {
  const first = waiting([], 'begun')
  await first.clock.pass(500)
  first.now.stage = 'done'
  await first.clock.pass(100)
  expect(await first.waited).toBeGreaterThanOrEqual(500)

  const stuck = waiting([], 'begun')
  await stuck.clock.pass(10_000)
  expect(await stuck.waited).toBe(10_000)
})

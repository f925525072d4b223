import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../../until.ts'
import { letGo, running, WAITS } from '../gate.ts'
import { createLeapingClock, type LeapingClock } from './leaping-clock.ts'
import { type Office, openOffice } from './office.ts'

const MINUTE_MS = 60_000
const ONE_BOARD = [{ id: 'soc-a-001', family: 'socA' }]

let office: Office
afterEach(() => office.close())

async function openAt(clock: LeapingClock): Promise<Office> {
  // Boards keep to real time: none is looked after while ten minutes of the bot's go by in seconds.
  const settings = { board_health: '7d' }
  office = await openOffice({ clock, boards: ONE_BOARD, settings, slack: { clock } })
  return office
}

async function leapUntil<T>(clock: LeapingClock, ask: () => T, what: string): Promise<void> {
  await until(
    async () => {
      await clock.leap(2_000)
      return ask()
    },
    what,
    40_000,
  )
}

async function chatHealth(): Promise<unknown> {
  const health = await fetch(`${office.world.app.address}/api/v1/health`)
  return ((await health.json()) as { chat: unknown }).chat
}

/** Three tests on one board: the first of them runs, the others wait; each has its card. */
async function threeTests({ slack, world }: Office): Promise<void> {
  const [mei, kai, lab] = [slack.person('mei'), slack.person('kai'), slack.channel('lab')]
  await mei.slash('/run-test', `socA ${WAITS}`, lab)
  await running(world, 'T1')
  await kai.slash('/run-test', 'socA --shell "echo two"', lab)
  await mei.slash('/run-test', 'socA --shell "echo three"', lab)
  for (const id of ['T1', 'T2', 'T3']) await lab.waitsFor(new RegExp(`${id} · echo`))
}

/** The tests, not what is told of them. */
async function havePassed({ world }: Office, ids: readonly string[]): Promise<void> {
  for (const id of ids)
    await until(async () => (await world.lab.run(id))?.state === 'passed', `${id} has passed`, 30_000)
}

/** Each card shows its end, and each submitter was told once, in its thread, in the order of their own. */
function expectAllTold({ slack }: Office): void {
  const lab = slack.channel('lab')
  const cards = lab.messages().filter(each => each.thread === null)
  expect(cards.map(each => each.text.split('\n')[0])).toEqual([
    expect.stringMatching(/^T1 · .* passed$/),
    expect.stringMatching(/^T2 · .* passed$/),
    expect.stringMatching(/^T3 · .* passed$/),
  ])
  const told = cards.flatMap(card => lab.replies(card))
  expect(told.map(each => each.text.split('\n')[0])).toEqual([
    expect.stringMatching(/^@mei T1 passed/),
    expect.stringMatching(/^@kai T2 passed/),
    expect.stringMatching(/^@mei T3 passed/),
  ])
  // Each person's own, that is: one of them waits for nobody else.
  expect(Number(told[0]?.ts)).toBeLessThan(Number(told[2]?.ts))
}

const allTold = ({ slack }: Office): boolean => {
  const lab = slack.channel('lab')
  const cards = lab.messages().filter(each => each.thread === null)
  return cards.every(card => /passed/.test(card.text) && lab.replies(card).length > 0)
}

describe('Slack is out of reach', () => {
  it.each([[503], ['cut' as const]])(
    'P27 M5.4 for 10 minutes (%s): tests go on, and afterwards all is told, once and in order (chat-platforms 6.5) (chat-platforms 6.20)',
    async how => {
      const clock = createLeapingClock()
      const { slack, world, connected } = await openAt(clock)
      await threeTests(office)
      const before = slack.channel('lab').text()

      slack.faults.down(how)
      slack.socket.cut()
      letGo(world.board('soc-a-001'))
      await havePassed(office, ['T1', 'T2', 'T3'])
      await clock.leap(10 * MINUTE_MS)
      expect(await chatHealth()).toMatchObject({
        up: false,
        problem: expect.stringMatching(/Slack|connection/),
      })
      expect(slack.channel('lab').text()).toBe(before)

      slack.faults.up()
      await leapUntil(clock, () => allTold(office), 'all is told')
      await connected()
      await clock.leap(10 * MINUTE_MS)
      expectAllTold(office)
      expect(await chatHealth()).toMatchObject({ up: true })
      await slack.person('mei').slash('/lab', 'tests show T3', slack.channel('lab'))
      await slack.person('mei').waitsFor(slack.channel('lab'), /\(only you\) boardroom: T3 · echo three/)

      expect(slack.complaints).toEqual([])
      expect(
        world.errors
          .map(each => each.message)
          .filter(each => !/^no connection to Slack|nothing can be said in Slack/.test(each)),
      ).toEqual([])
    },
  )
})

describe('the workspace takes the bot out', () => {
  it.each(['token_revoked', 'account_inactive'] as const)(
    'in the middle of a test (%s): the test goes on, health tells why, and with the rights back all is told once (chat-platforms 6.6)',
    async word => {
      const clock = createLeapingClock()
      const { slack, world, connected } = await openAt(clock)
      await threeTests(office)

      slack.revoke(word, 'all')
      const isHeard = (): boolean =>
        world.lab.inbox.entries().some(each => each.key.includes('event:') && each.stage === 'done')
      // The disk keeps to real time, too.
      await until(isHeard, 'that it was revoked is heard')
      slack.socket.cut()
      letGo(world.board('soc-a-001'))
      await havePassed(office, ['T1', 'T2', 'T3'])
      await clock.leap(3 * MINUTE_MS)
      const health = (await chatHealth()) as { up: boolean; problem: string }
      expect(health.up).toBe(false)
      expect(health.problem).toMatch(/token|removed from the workspace/)
      expect(JSON.stringify(health)).not.toMatch(/xoxb|xapp/)

      slack.restore()
      await leapUntil(clock, () => allTold(office), 'all is told')
      await connected()
      await clock.leap(5 * MINUTE_MS)
      expectAllTold(office)
      expect(slack.complaints).toEqual([])
      expect(
        world.errors
          .map(each => each.message)
          .filter(
            each =>
              !/SLACK_(APP|BOT)_TOKEN|nothing can be said in Slack|took the rights of the bot away/.test(
                each,
              ),
          ),
      ).toEqual([])
    },
  )
})

describe('Slack says not so fast', () => {
  it('of posts and of edits, with Retry-After: they wait for as long, nothing is lost, and nothing comes twice (chat-platforms 6.13)', async () => {
    const clock = createLeapingClock()
    const { slack, world } = await openAt(clock)
    slack.faults.plan('chat.postMessage', { kind: 'rate-limit', seconds: 25 }, 2)
    slack.faults.plan('chat.update', { kind: 'rate-limit', seconds: 40 }, 3)
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    await mei.slash('/run-test', 'socA --shell "echo one"', lab)
    await havePassed(office, ['T1'])
    expect(lab.text()).toBe('')
    await leapUntil(clock, () => /T1/.test(lab.text()) && allTold(office), 'all is told')
    await clock.leap(5 * MINUTE_MS)
    const [card, ...more] = lab.messages().filter(each => each.thread === null)
    expect(more).toEqual([])
    expect(card?.text).toMatch(/^T1 · echo one on soc-a-001 · passed/)
    expect(card === undefined ? [] : lab.replies(card).map(each => each.text.split('.')[0])).toEqual([
      expect.stringMatching(/^@mei T1 passed/),
    ])
    expect(slack.complaints).toEqual([])
    expect(world.errors).toEqual([])
  })
})

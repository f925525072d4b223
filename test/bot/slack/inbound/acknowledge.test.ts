import { afterEach, expect, test } from 'vitest'
import type { Submission, Submitted } from '../../../../src/bot/slack/inbound/index.ts'
import type { Heard } from '../../../../src/bot/slack/types.ts'
import { createFakeClock } from '../../../fake-clock.ts'
import { createJournalled } from '../../../mail/journalled.ts'
import { until } from '../../../until.ts'
import * as payloads from './payloads.ts'
import { type InboundWorld, wordsOf, worldsOf } from './world.ts'

const MINUTE_MS = 60_000
const open = worldsOf(afterEach)

const never = (): Promise<void> => new Promise(() => {})
const stages = (world: InboundWorld): readonly string[] => world.journal.entries().map(entry => entry.stage)

test('the acknowledgement does not wait for the lab: nothing that is carried out ever settles', async () => {
  const world = await open({ deps: { handle: never, changed: never } })
  const now = world.clock.now()
  for (const body of [payloads.slash('queue'), payloads.click('queue', now), payloads.change(now)])
    expect((await world.post(body)).status).toBe(200)
  expect(stages(world)).toEqual(['begun', 'begun'])
})

test('P27 it is acknowledged when it is on disk, not sooner, and begun before it is carried out', async () => {
  const world = await open()
  world.journal.hold()
  let answered = false
  const answer = world.post(payloads.mention('<@UBOT> queue', world.clock.now())).then(response => {
    answered = true
    return response
  })
  await until(() => world.journal.entries().length === 1, 'it is being stored')
  await world.clock.pass(1_000)
  expect(answered).toBe(false)
  world.journal.sync(1)
  expect((await answer).status).toBe(200)
  await until(() => stages(world)[0] === 'begun', 'it is begun')
  expect(world.told.handled).toEqual([])
  world.journal.sync()
  await until(() => stages(world)[0] === 'done', 'it is done')
  expect(world.told.handled).toEqual(['<@UBOT> queue'])
})

test('P27 a disk that takes nothing: acknowledged after 2 s all the same, told as lost once, and never carried out', async () => {
  const world = await open()
  world.journal.hold()
  const body = payloads.mention('<@UBOT> power off a1', world.clock.now())
  const first = world.post(body)
  await until(() => world.journal.entries().length === 1, 'it is being stored')
  await world.clock.pass(2_000)
  expect((await first).status).toBe(200)
  // Slack tells it again by another event, and the disk still takes nothing.
  expect((await world.post({ ...body, event_id: 'another' })).status).toBe(200)
  await until(() => world.told.lost.length > 0, 'it is told')
  expect(world.told.lost).toEqual(['<@UBOT> power off a1 (not stored)'])
  world.journal.sync()
  await until(() => stages(world)[0] === 'done', 'it is over when the disk comes back')
  const after = await world.restart()
  await after.clock.pass(MINUTE_MS)
  expect([after.told.handled, after.told.interrupted, after.told.lost]).toEqual([[], [], []])
})

test('a disk that says no is told as lost at once', async () => {
  const clock = createFakeClock()
  const journal = createJournalled(clock)
  const inbox = { ...journal.open(), take: async () => Promise.reject(new Error('no room')) }
  const world = await open({ clock, journal, deps: { inbox } })
  expect((await world.post(payloads.slash('queue'))).status).toBe(200)
  await until(() => world.told.lost.length > 0, 'it is told')
  expect(world.told).toMatchObject({ lost: ['/lab queue (not stored)'], handled: [] })
})

test('incident 1: the same delivery twice, at once and later, is carried out once', async () => {
  const world = await open()
  const body = payloads.direct('queue', world.clock.now())
  // Each with a signature of its own, as Slack repeats what it saw no answer to.
  const retry = (num: number) => ({
    ahead: num * 1_000,
    headers: { 'x-slack-retry-num': String(num), 'x-slack-retry-reason': 'http_timeout' },
  })
  const answers = await Promise.all([
    world.post(body),
    world.post(body, retry(1)),
    world.post(body, retry(2)),
  ])
  expect(answers.map(answer => answer.status)).toEqual([200, 200, 200])
  await world.clock.pass(5 * MINUTE_MS)
  expect((await world.post(body, retry(3))).status).toBe(200)
  await until(() => stages(world).every(stage => stage === 'done'), 'it is done')
  expect(world.told.handled).toEqual(['queue'])
})

test('incident 5: what comes ten minutes late acts on nothing, and whoever asked is told once', async () => {
  const world = await open()
  const longAgo = world.clock.now() - 10 * MINUTE_MS - 1_000
  const body = payloads.mention('<@UBOT> power off a1', longAgo)
  await world.post(body)
  await world.post(body, { ahead: 1_000 })
  await world.post(payloads.click('power off a1', longAgo))
  await world.post(payloads.direct('queue', longAgo + 2_000))
  await world.post(payloads.event({ type: 'app_home_opened', user: 'U1', event_ts: payloads.tsOf(longAgo) }))
  await until(() => world.told.handled.length === 2, 'what is not late is carried out')
  expect(world.told.handled).toEqual(['queue', 'home'])
  expect(world.told.lost).toEqual(['<@UBOT> power off a1 (late)', 'power off a1 (late)'])
  expect(world.log.some(line => line.message.includes('too late'))).toBe(true)
})

test('a search in a form is answered in the acknowledgement; one that fails finds nothing', async () => {
  const world = await open()
  const answer = await world.post(payloads.search('soc-a'))
  expect(await answer.json()).toEqual({
    options: [{ text: { type: 'plain_text', text: 'soc-a-001' }, value: 'soc-a-001' }],
  })
  const broken = await open({
    deps: {
      options: () => {
        throw new Error('broken')
      },
    },
  })
  expect(await (await broken.post(payloads.search('x'))).json()).toEqual({ options: [] })
  expect(broken.journal.entries()).toEqual([])
})

test('a changed field is acknowledged and passed on, and is not stored', async () => {
  const world = await open()
  expect((await world.post(payloads.change(world.clock.now()))).status).toBe(200)
  await until(() => world.told.changed.length > 0, 'it is passed on')
  expect(world.told.changed).toEqual(['f:family'])
  expect(world.journal.entries()).toEqual([])
})

const FORM: Heard = {
  kind: 'form',
  by: { id: 'U1', name: 'mei' },
  place: { channel: 'C1', thread: null, isDirect: false },
  line: 'run-test socA',
  files: [],
  view: 'V1',
  reply: { responseUrl: null, trigger: null, at: 0 },
}

test('a form with faults stays open with them; one without is stored, answered and carried out', async () => {
  const world = await open()
  const refused = await world.post(payloads.submission())
  expect(await refused.json()).toEqual({
    response_action: 'errors',
    errors: { 'f:family': 'There is no family "socA".' },
  })
  expect(world.journal.entries()).toEqual([])
  const submitted = (): Submitted => ({ heard: FORM, answer: { response_action: 'clear' } })
  const good = await open({ deps: { submitted } })
  const body = payloads.submission()
  expect(await (await good.post(body)).json()).toEqual({ response_action: 'clear' })
  // The same form again has the same answer, and no other effect.
  expect(await (await good.post(body, { ahead: 1_000 })).json()).toEqual({ response_action: 'clear' })
  await until(() => good.told.handled.length > 0, 'it is carried out')
  expect(good.told.handled).toEqual(['run-test socA'])
})

test('a form that is sent again, for Slack did not see that it was taken, is carried out once, and is closed', async () => {
  const submitted = ({ reply }: Submission): Submitted => ({
    heard: { ...FORM, reply },
    answer: {
      response_action: 'update',
      view: { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks: [] },
    },
  })
  const world = await open({ deps: { submitted } })
  expect(await (await world.post(payloads.submission())).json()).toMatchObject({ response_action: 'update' })
  // A press of its own, with a trigger of its own.
  expect(await (await world.post(payloads.submission())).json()).toEqual({ response_action: 'clear' })
  await until(() => stages(world).every(stage => stage === 'done'), 'it is done')
  expect(world.told.handled).toEqual(['run-test socA'])
})

test('a form that says something else, or was drawn anew, is another one', async () => {
  let line = 'run-test socA'
  const submitted = (): Submitted => ({ heard: { ...FORM, line } })
  const world = await open({ deps: { submitted } })
  const { view } = payloads.submission() as { view: Record<string, unknown> }
  await world.post(payloads.submission())
  await world.post(payloads.submission({ view: { ...view, hash: 'drawn anew' } }))
  line = 'run-test socB'
  await world.post(payloads.submission())
  await until(() => world.told.handled.length === 3, 'all are carried out')
})

test('a form that breaks us stays open and says so, with a reference', async () => {
  const submitted = (): Submitted => {
    throw new Error('a secret of ours')
  }
  const world = await open({ deps: { submitted } })
  const answer = (await (await world.post(payloads.submission())).json()) as {
    errors: Record<string, string>
  }
  expect(answer.errors['f:family']).toMatch(/^Something broke on our side \(reference \w{4}\)\. Try again/)
  expect(JSON.stringify(answer)).not.toContain('secret')
})

test('what fails is over: it is logged and not carried out again', async () => {
  const handle = async (): Promise<void> => Promise.reject(new Error('broken'))
  const world = await open({ deps: { handle } })
  await world.post(payloads.slash('queue'))
  await until(() => stages(world)[0] === 'done', 'it is over')
  expect(world.log.filter(line => line.level === 'error')).toMatchObject([{ fields: { kind: 'line' } }])
})

test('P27 killed before it was begun: the next process carries it out; killed after: it is told, and not done again', async () => {
  const before = await open({ deps: { handle: never } })
  const now = before.clock.now()
  await before.post(payloads.direct('first', now))
  await until(() => stages(before)[0] === 'begun', 'the first is begun')
  before.journal.hold()
  const second = before.post(payloads.direct('second', now + 1))
  await until(() => before.journal.entries().length === 2, 'the second is being stored')
  // On disk and acknowledged; that it was begun is not on disk.
  before.journal.sync(1)
  await second
  const third = before.post(payloads.direct('third', now + 2)).catch(() => null)
  await until(() => before.journal.entries().length === 3, 'the third is being stored')
  const handled: string[] = []
  const order: string[] = []
  const after = await before.restart({
    handle: async heard => {
      handled.push(wordsOf(heard))
      order.push(wordsOf(heard))
    },
    interrupted: heard => void order.push(wordsOf(heard)),
  })
  await third
  await until(() => stages(after).every(stage => stage === 'done'), 'all is over')
  expect(handled).toEqual(['second'])
  expect(order).toEqual(['first', 'second'])
})

test('what was heard over ten minutes ago is told, not done; what nobody can be told now is tried again', async () => {
  const before = await open()
  before.journal.hold()
  const answer = before.post(payloads.slash('power off a1'))
  await until(() => before.journal.entries().length === 1, 'it is being stored')
  before.journal.sync(1)
  await answer
  await before.clock.pass(10 * MINUTE_MS + 1)
  const tries: boolean[] = []
  const after = await before.restart({
    interrupted: (_heard, _key, began) => {
      tries.push(began)
      if (tries.length < 3) throw new Error('Slack is down')
    },
  })
  await until(() => tries.length === 1, 'the first try')
  await after.clock.pass(10_000)
  await until(() => stages(after)[0] === 'done', 'it is told')
  expect(tries).toEqual([false, false, false])
  expect(after.told.handled).toEqual([])
})

test('what was left is gone through in the order in which it came, and one that hangs holds up none', async () => {
  const before = await open({ deps: { handle: never } })
  before.journal.hold()
  for (const [n, line] of ['one', 'two', 'three'].entries()) {
    const answer = before.post(payloads.direct(line, before.clock.now() + n))
    await until(() => before.journal.entries().length === n + 1, 'it is being stored')
    before.journal.sync()
    before.journal.hold()
    await answer
  }
  const lines: string[] = []
  const after = await before.restart({
    handle: async heard => {
      lines.push(wordsOf(heard))
      if (lines.length === 1) await never()
    },
    interrupted: heard => void lines.push(`${wordsOf(heard)}!`),
  })
  await until(() => lines.length > 0, 'the first is begun')
  await after.clock.pass(10_000)
  await until(() => lines.length === 3, 'the others follow')
  expect(lines.map(line => line.replace('!', ''))).toEqual(['one', 'two', 'three'])
})

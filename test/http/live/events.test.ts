import type { Server } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventRoutes } from '../../../src/http/live/events.ts'
import { createStreams } from '../../../src/http/live/streams.ts'
import type { Lab } from '../../../src/lab/lab.ts'
import type { Run, RunProgress } from '../../../src/lab/types.ts'
import { createLabPort, makePower, makeResult, makeRun, NOON } from '../../commands/lab-port.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { until } from '../../until.ts'
import { listen, read, serveRoutes } from './stand.ts'

const PROGRESS: RunProgress = {
  stage: 'running',
  board: 'soc-a-003',
  startedAt: NOON,
  copy: null,
  lastLine: 'ok 1',
  copied: null,
  logBytes: 10,
}

async function stage(more: Parameters<typeof createLabPort>[0] = {}, most = 5) {
  let progress: RunProgress | null = null
  const clock = createFakeClock()
  const lab = createLabPort({ progress: () => progress, ...more })
  const streams = createStreams({ clock, most })
  const served = await serveRoutes(eventRoutes({ lab, streams, clock }))
  const runs = lab.state().runs as Record<string, Run>
  return {
    ...{ ...served, clock, lab, streams },
    run(part: Partial<Run>) {
      runs['T12'] = makeRun({ id: 'T12', ...part })
      lab.publish('run/T12')
    },
    reach(next: RunProgress | null) {
      progress = next
    },
  }
}

function connections(server: Server): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  server.getConnections((_error, count) => resolve(count))
  return promise
}

const at = (events: readonly { name: string; id: string }[]): readonly string[] =>
  events.map(({ name, id }) => `${name} ${id}`)

test('I3 a test is told from its state to its end, and then the stream closes', async () => {
  const on = await stage()
  on.run({ state: 'queued', rev: 10 })
  const listener = await listen(on.port, '/api/v1/tests/t12/events')
  const state = await listener.hears('state')
  expect([state.id, state.data]).toMatchObject(['10', { run: { id: 'T12', state: 'queued' } }])
  on.run({ state: 'running', rev: 14, board: 'soc-a-003' })
  on.reach({ ...PROGRESS, cases: { totals: totals(1), latest: [] } })
  await on.clock.pass(1_000)
  await listener.hears('cases')
  expect((await listener.hears('state', 2)).data).toMatchObject({ run: { state: 'running' } })
  expect((await listener.hears('progress')).data).toMatchObject({ board: 'soc-a-003', lastLine: 'ok 1' })
  on.reach(null)
  on.run({ state: 'failed', rev: 19, result: makeResult({ exitStatus: 3 }) })
  await on.clock.pass(1_000)
  const ended = await listener.hears('ended')
  expect([ended.id, ended.data]).toMatchObject([
    '19',
    { exit: 1, run: { state: 'failed', result: { exitStatus: 3 } } },
  ])
  await until(() => listener.over() === 'ended', 'the end of the stream')
  expect(on.clock.timers).toBe(0)
})

function totals(pass: number) {
  return { pass, fail: 0, skip: 0, xfail: 0, xpass: 0, error: 0, total: pass, announced: null }
}

test('one look a second, however much happens, and the latest of it', async () => {
  let looks = 0
  const on = await stage({
    async run() {
      looks++
      return on.lab.state().runs['T12'] ?? null
    },
  })
  on.run({ rev: 10 })
  const listener = await listen(on.port, '/api/v1/tests/T12/events')
  await listener.hears('state')
  const before = looks
  for (let rev = 11; rev < 500; rev++) on.run({ rev, state: 'running' })
  await on.clock.pass(999)
  expect(looks).toBe(before)
  await on.clock.pass(1)
  await listener.hears('state', 2)
  expect(at(listener.events())).toEqual(['state 10', 'state 499'])
})

test('progress that nobody tells of is looked at, and told only when it is another', async () => {
  const on = await stage()
  on.run({ state: 'running', rev: 10 })
  on.reach(PROGRESS)
  const listener = await listen(on.port, '/api/v1/tests/T12/events')
  await listener.hears('progress')
  for (let n = 0; n < 5; n++) await on.clock.pass(1_000)
  on.reach({ ...PROGRESS, lastLine: 'ok 2' })
  await on.clock.pass(2_000)
  expect((await listener.hears('progress', 2)).data).toMatchObject({ lastLine: 'ok 2' })
  expect(at(listener.events())).toEqual(['state 10', 'progress 10', 'progress 10'])
})

test('who comes again with the last id is told only what is newer, and of an end that was seen nothing', async () => {
  const on = await stage()
  on.run({ state: 'running', rev: 10 })
  const same = await listen(on.port, '/api/v1/tests/T12/events', { 'last-event-id': '10' })
  on.run({ state: 'passed', rev: 12 })
  await on.clock.pass(1_000)
  await same.hears('ended')
  expect(at(same.events())).toEqual(['ended 12'])
  const missed = await listen(on.port, '/api/v1/tests/T12/events', { 'last-event-id': '11' })
  expect((await missed.hears('ended')).id).toBe('12')
  const again = await read(on.port, '/api/v1/tests/T12/events', { 'last-event-id': '12' })
  expect(again.answer.statusCode).toBe(204)
})

test('nothing is kept for a reader that has left', async () => {
  const on = await stage()
  on.run({ state: 'running', rev: 10 })
  on.reach(PROGRESS)
  for (const path of ['/api/v1/tests/T12/events', '/api/v1/events?topic=queue&topic=run/T12']) {
    const listener = await listen(on.port, path)
    await until(() => listener.events().length > 0, 'the first event')
    listener.leave()
    await until(() => on.streams.count === 0, 'the stream to be gone')
    await until(() => on.clock.timers === 0, 'its timers to be taken back')
  }
})

test('a hint at once and at each change of a topic, one a second of each', async () => {
  const on = await stage()
  const listener = await listen(on.port, '/api/v1/events?topic=queue&topic=boards')
  await listener.hears('changed', 2)
  for (let n = 0; n < 50; n++) on.lab.publish('queue')
  on.lab.publish('alerts')
  await on.clock.pass(1_000)
  await listener.hears('changed', 3)
  await on.clock.pass(5_000)
  expect(listener.events().map(event => event.data)).toEqual([
    { topic: 'queue', sequence: 0 },
    { topic: 'boards', sequence: 0 },
    { topic: 'queue', sequence: 150 },
  ])
})

test('what comes to its end says how, with the card; the last of several closes the stream', async () => {
  const event = makePower({ rev: 30 })
  const on = await stage({
    powerEvent: async () => ({ ...event, endedAt: event.endedAt }),
  })
  on.run({ state: 'running', rev: 10 })
  const listener = await listen(on.port, '/api/v1/events?topic=run/t12&topic=power/W1')
  await listener.hears('changed', 2)
  Object.assign(event, { endedAt: NOON, back: true, rev: 44 })
  on.lab.publish('power/W1')
  await on.clock.pass(1_000)
  const power = await listener.hears('ended')
  expect(power).toMatchObject({
    id: '',
    data: { topic: 'power/W1', exit: 0, result: { event: { id: 'W1' } }, view: { topic: 'power/W1' } },
  })
  on.run({ state: 'error', rev: 40, result: makeResult({ message: 'no board' }) })
  await on.clock.pass(1_000)
  const run = await listener.hears('ended', 2)
  expect(run).toMatchObject({
    id: '44',
    data: { topic: 'run/T12', exit: 2, result: { run: { state: 'error' } } },
  })
  await until(() => listener.over() === 'ended', 'the end of the stream')
  const seen = await read(on.port, '/api/v1/events?topic=run/T12&topic=power/W1', { 'last-event-id': '44' })
  expect(seen.answer.statusCode).toBe(204)
  const half = await listen(on.port, '/api/v1/events?topic=run/T12&topic=power/W1', { 'last-event-id': '40' })
  await half.hears('ended', 2)
})

test.for([
  ['/api/v1/tests/T99/events', 404, 'There is no test \\"T99\\".'],
  ['/api/v1/tests/..%2f/events', 404, 'There is no test'],
  ['/api/v1/events', 400, 'No topic is given.'],
  ['/api/v1/events?topic=', 400, 'There is no topic'],
  ['/api/v1/events?topic=queue&topic=__proto__/x', 400, 'There is no topic \\"__proto__/x\\".'],
  ['/api/v1/events?topic=home', 400, 'Topics: queue, boards'],
  ['/api/v1/events?topic=run/', 400, 'There is no topic'],
  ['/api/v1/events?topic=run/T99', 404, 'There is no test '],
  [
    `/api/v1/events?${Array.from({ length: 21 }, (_, n) => `topic=board/${n}`).join('&')}`,
    400,
    '21 topics are too many',
  ],
] as const)('%s answers %i', async ([path, status, words]) => {
  const { port } = await stage()
  const reader = await read(port, path)
  await until(() => reader.over() === 'ended', 'the answer')
  expect([reader.answer.statusCode, reader.answer.headers['content-type']]).toEqual([
    status,
    'application/problem+json',
  ])
  expect(reader.text()).toContain(words)
})

test('where too many are open already it is said when to come again', async () => {
  const on = await stage({}, 1)
  on.run({})
  await listen(on.port, '/api/v1/events?topic=queue')
  for (const path of [
    '/api/v1/events?topic=queue',
    '/api/v1/tests/T12/events',
    '/api/v1/events/log?kind=run&id=T12',
  ]) {
    const reader = await read(on.port, path)
    expect([reader.answer.statusCode, reader.answer.headers['retry-after']]).toEqual([503, '10'])
  }
})

test('a card that cannot be drawn keeps no end from being told', async () => {
  const on = await stage({
    logLink: () => {
      throw new Error('broken')
    },
  } satisfies Partial<Lab>)
  on.run({ state: 'passed', rev: 12, result: makeResult() })
  const listener = await listen(on.port, '/api/v1/events?topic=run/T12')
  expect((await listener.hears('ended')).data).toMatchObject({ exit: 0, view: null })
})

test('who left while it was being looked up leaves nothing behind', async () => {
  const asked = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  let subscribed = 0
  const on = await stage({
    async run() {
      asked.resolve()
      await go.promise
      return makeRun({ id: 'T12', state: 'running' })
    },
    subscribe: () => {
      subscribed++
      return () => void subscribed--
    },
  })
  for (const path of ['/api/v1/tests/T12/events', '/api/v1/events?topic=run/T12']) {
    const controller = new AbortController()
    const answer = fetch(`http://127.0.0.1:${on.port}${path}`, { signal: controller.signal }).catch(
      () => null,
    )
    await asked.promise
    controller.abort()
    await answer
  }
  await until(async () => (await connections(on.server)) === 0, 'both to be gone')
  go.resolve()
  await setImmediate()
  await until(() => on.streams.count === 0, 'the streams')
  expect([subscribed, on.clock.timers]).toEqual([0, 0])
})

test('a state that cannot be read now is read a little later, without any news', async () => {
  let isBroken = false
  const on = await stage({
    async run(id) {
      if (isBroken) throw new Error('the disk is away')
      return on.lab.state().runs[id] ?? null
    },
  })
  on.run({ state: 'running', rev: 10 })
  const listener = await listen(on.port, '/api/v1/tests/T12/events')
  await listener.hears('state')
  isBroken = true
  on.run({ state: 'passed', rev: 12 })
  await on.clock.pass(3_000)
  isBroken = false
  await on.clock.pass(1_000)
  await listener.hears('ended')
})

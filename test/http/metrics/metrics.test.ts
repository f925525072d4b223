import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'
import { metricsRoute } from '../../../src/http/metrics/route.ts'
import type { Run } from '../../../src/lab/types.ts'
import { makeAttempt, makeBoard, makeBoardConfig, makeLease, makeStatus } from '../../commands/lab-port.ts'
import { aBoard, aLease, anInventory, aRun } from '../../lab/samples.ts'
import { get } from '../rig.ts'
import { openDesk } from './desk.ts'
import { type Family, parseExposition, reading } from './exposition.ts'

const MINUTE = 60_000

function linesOf(families: ReadonlyMap<string, Family>): number {
  return [...families.values()].reduce((sum, { samples }) => sum + samples.length, 0)
}

test('I4 who waits, what runs, what is held and what is owed are told as they are right now', async () => {
  const desk = openDesk({
    boards: () => [
      makeBoard('a1', {
        status: 'in_use',
        lease: makeLease({ holder: { kind: 'run', run: 'T3', attempt: 1 } }),
      }),
      makeBoard('a2', { status: 'offline', usable: false }),
    ],
  })
  const now = desk.clock.now()
  desk.happens(
    { o: 'run/submitted', run: aRun({ id: 'T1', priority: 1, arrivedAt: now - 3 * MINUTE }) },
    { o: 'run/submitted', run: aRun({ id: 'T2', priority: 3, arrivedAt: now }) },
    { o: 'run/submitted', run: aRun({ id: 'T3', state: 'running', attempts: [makeAttempt()] }) },
    { o: 'lease/asked', lease: aLease({ id: 'L1', askedAt: now }) },
    { o: 'inbox/heard', entry: { key: 'k', source: 's', receivedAt: now, heard: {}, stage: 'heard' } },
    { o: 'inbox/heard', entry: { key: 'l', source: 's', receivedAt: now, heard: null, stage: 'done' } },
  )
  const families = await desk.read()
  const read = (name: string, labels: Record<string, string> = {}): number =>
    reading(families, `boardroom_${name}`, labels)
  expect(read('queue_length', { kind: 'run', priority: 'high' })).toBe(1)
  expect(read('queue_length', { kind: 'run', priority: 'normal' })).toBe(0)
  expect(read('queue_length', { kind: 'run', priority: 'low' })).toBe(1)
  expect(read('queue_length', { kind: 'lease', priority: 'normal' })).toBe(1)
  expect(read('queue_waiting_average_seconds')).toBe(60)
  expect(read('runs', { state: 'queued' })).toBe(2)
  expect(read('runs', { state: 'running' })).toBe(1)
  expect(read('boards', { status: 'in_use' })).toBe(1)
  expect(read('boards', { status: 'available' })).toBe(0)
  expect(read('family_boards_usable', { family: 'socB' })).toBe(1)
  expect(read('board_usable', { board: 'a2', family: 'socB' })).toBe(0)
  expect(read('leases_active', { holder: 'run' })).toBe(1)
  expect(read('inbox_waiting')).toBe(1)
  expect(read('infrastructure_success_ratio')).toBe(0.971)
  expect(read('storage_free_bytes')).toBe(80e9)
  expect(read('info', { version: '1.2.3' })).toBe(1)
})

test('what was under way before the start is counted from there on, and once', async () => {
  const begun: Run = aRun({ id: 'T1', state: 'running', attempts: [makeAttempt({ board: 'a' })] })
  const desk = openDesk({}, { before: [{ o: 'run/submitted', run: begun }] })
  const before = await desk.read()
  expect(reading(before, 'boardroom_queue_wait_seconds_count', { kind: 'run', priority: 'normal' })).toBe(0)
  const at = desk.clock.now()
  const failure = { class: 'infrastructure', cause: 'restart', blame: 'lab' } as const
  const retried = { kind: 'retried', failure, message: 'so', uncounted: true, avoidUntil: null } as const
  desk.happens({ o: 'run/step', id: 'T1', at, event: retried })
  desk.happens({ o: 'run/step', id: 'T1', at, event: { kind: 'moved', priority: 1 } })
  const after = await desk.read()
  expect(reading(after, 'boardroom_attempts_total', { class: 'infrastructure' })).toBe(1)
  expect(reading(after, 'boardroom_queue_wait_seconds_count', { kind: 'run', priority: 'high' })).toBe(0)
})

test('a lease that lasts is busy time at each scrape, and not twice', async () => {
  const desk = openDesk()
  const at = desk.clock.now()
  desk.happens({ o: 'lease/asked', lease: aLease({ id: 'L1', askedAt: at }) })
  await desk.clock.pass(5_000)
  const granted = { kind: 'granted', board: 'c', token: 1, until: at + 9 * MINUTE } as const
  desk.happens({ o: 'lease/step', id: 'L1', at: desk.clock.now(), event: granted })
  const busy = async (): Promise<number> =>
    reading(await desk.read(), 'boardroom_family_busy_seconds_total', { family: 'socB', holder: 'person' })
  await desk.clock.pass(MINUTE)
  expect([await busy(), await busy()]).toEqual([60, 60])
  await desk.clock.pass(MINUTE)
  desk.clock.step(3_600_000)
  desk.happens({
    o: 'lease/step',
    id: 'L1',
    at: desk.clock.now(),
    event: { kind: 'ended', as: 'released', why: '' },
  })
  await desk.clock.pass(MINUTE)
  expect(await busy()).toBe(120)
  const families = await desk.read()
  expect(reading(families, 'boardroom_board_busy_seconds_total', { board: 'c', family: 'socB' })).toBe(120)
  expect(reading(families, 'boardroom_queue_wait_seconds_sum', { kind: 'lease', priority: 'normal' })).toBe(5)
})

test('the dear part of a scrape is asked for once in 15 s; without it the rest is told, and no ratio of 0', async () => {
  let asked = 0
  let isWell = true
  const desk = openDesk({
    async status() {
      asked++
      if (!isWell) throw new Error('the disk is gone')
      return makeStatus({ infrastructureSuccess: { share: 0.5, attempts: 4 } })
    },
  })
  await Promise.all([desk.read(), desk.read()])
  await desk.clock.pass(14_000)
  await desk.read()
  expect(asked).toBe(1)
  isWell = false
  await desk.clock.pass(1_000)
  const families = await desk.read()
  expect(asked).toBe(2)
  expect(families.get('boardroom_infrastructure_success_ratio')?.samples).toEqual([])
  expect(families.get('boardroom_storage_free_bytes')?.samples).toEqual([])
  expect(reading(families, 'boardroom_queue_waiting_average_seconds')).toBe(0)
})

test('with more boards than 200 only families are told apart, and boards that left are forgotten', async () => {
  const families = (count: number): Parameters<typeof anInventory>[0] =>
    Array.from({ length: count }, (_, n) => aBoard(`b${n}`, { family: `f${n % 3}` }))
  let count = 200
  const desk = openDesk({
    boards: () =>
      families(count).map(({ id, family }) => makeBoard(id, { config: makeBoardConfig(id, { family }) })),
  })
  const linesWith = async (boards: number): Promise<number> => {
    count = boards
    desk.has(anInventory(families(boards)))
    return linesOf(await desk.read())
  }
  const few = await linesWith(2)
  const most = await linesWith(200)
  expect(most - few).toBeGreaterThan(2 * 197)
  expect(await linesWith(1000)).toBeLessThan(few + 20)
  expect(await linesWith(200)).toBe(most)
})

test('callers make no series: a method nobody heard of is other, and a path is its pattern', async () => {
  const desk = openDesk()
  const answered = { route: '/artifacts/:run', status: 404, ms: 3 }
  for (let n = 0; n < 500; n++) desk.metrics.begun()({ ...answered, method: `M${n}` })
  const open = desk.metrics.begun()
  const wire = { bytesWritten: 1000 }
  const done = desk.metrics.begun(wire)
  wire.bytesWritten = 5000
  done({ ...answered, method: 'GET' })
  done({ ...answered, method: 'GET' })
  const families = await desk.read()
  const labels = { route: '/artifacts/:run', status: '404' }
  const counted = 'boardroom_http_request_duration_seconds_count'
  expect(reading(families, counted, { ...labels, method: 'other' })).toBe(500)
  expect(reading(families, counted, { ...labels, method: 'GET' })).toBe(1)
  expect(reading(families, 'boardroom_http_response_bytes_total', { route: '/artifacts/:run' })).toBe(4000)
  expect(reading(families, 'boardroom_http_requests_in_flight')).toBe(1)
  open({ ...answered, method: 'GET' })
})

test('whatever a family is called, the text can be read and says so', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async name => {
      const desk = openDesk({ printed: () => new Map([[name, 7]]) })
      expect(reading(await desk.read(), 'boardroom_console_bytes_total', { family: name })).toBe(7)
      desk.metrics.close()
    }),
    { numRuns: 100, examples: [['a"b\\n\n\\'], ['"} 1\nboardroom_forged 2']] },
  )
})

test('once it is closed it listens to nothing any more', async () => {
  let listening = 0
  const desk = openDesk({
    subscribe() {
      listening++
      return () => void listening--
    },
  })
  expect(listening).toBeGreaterThan(0)
  desk.metrics.close()
  expect(listening).toBe(0)
})

test('the page of it: its type, never kept, and the process that it is of', async () => {
  const desk = openDesk()
  const route = metricsRoute(desk.metrics)
  const app = new Koa()
  app.use(async ctx => {
    if (route.access === 'api')
      await route.handle(ctx, {}, { person: aRun().submitter, role: 'user', where: 'here' })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const { status, headers, text } = await get(port, '/metrics')
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
    'no-store',
  ])
  const families = parseExposition(text)
  for (const name of [
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
    'nodejs_heap_size_used_bytes',
  ])
    expect(reading(families, name)).toBeGreaterThan(0)
  expect(
    Math.abs(reading(families, 'process_start_time_seconds') - performance.timeOrigin / 1000),
  ).toBeLessThan(1)
  expect((await get(port, '/metrics', {}, 'HEAD')).text).toBe('')
})

test('docs/metrics.md tells of each metric, of no other, and with its labels', async () => {
  const docs = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')
  const rows = docs.split('\n').filter(line => line.startsWith('| `'))
  const told = rows.flatMap(row => [...(row.split('|')[1] ?? '').matchAll(/`([a-z0-9_]+)(?:\{(.*?)\})?`/g)])
  const desk = openDesk({ printed: () => new Map([['socA', 1]]) })
  desk.metrics.begun()({ method: 'GET', route: '/', status: 200, ms: 1 })
  const families = await desk.read()
  expect(told.map(([, name]) => name).sort()).toEqual([...families.keys()].sort())
  for (const [, name = '', labels = ''] of told) {
    const [sample] = families.get(name)?.samples ?? []
    // What has none yet is what this machine happens not to have: a collection, a ratio.
    if (sample === undefined) continue
    const own = Object.keys(sample.labels).filter(label => label !== 'le')
    expect(own.sort(), name).toEqual(labels === '' ? [] : labels.split(',').sort())
  }
  for (const [, name = ''] of docs.matchAll(/\b(boardroom_[a-z0-9_]+)/g))
    expect([...families.keys()]).toContain(name.replace(/_(bucket|count)$/, ''))
})

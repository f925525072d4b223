import type { IncomingMessage } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import type { Run } from '../../../src/lab/types.ts'
import { createLabPort, type LabPort, makeRun, makeStatus, NOON } from '../../commands/lab-port.ts'
import { createFakeClock, type FakeClock } from '../../fake-clock.ts'
import { until } from '../../until.ts'
import { get, open } from '../rig.ts'
import { startPages } from './stage.ts'

type News = { event: string; data: { title?: string; final?: boolean; sections?: Record<string, string> } }

type Reader = { news: News[]; isOver(): boolean; leave(): void }

async function follow(port: number, path: string): Promise<Reader> {
  const answer: IncomingMessage = await open(port, path)
  onTestFinished(() => void answer.destroy())
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/event-stream'])
  const news: News[] = []
  let rest = ''
  let over = false
  answer.setEncoding('utf8')
  answer.on('data', (text: string) => {
    const parts = (rest + text).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const event = /^event: (.*)$/m.exec(part)?.[1]
      const data = /^data: (.*)$/m.exec(part)?.[1]
      if (event !== undefined && data !== undefined)
        news.push({ event, data: JSON.parse(data) as News['data'] })
    }
  })
  answer.on('end', () => {
    over = true
  })
  answer.on('error', () => {})
  return { news, isOver: () => over, leave: () => answer.destroy() }
}

/** A lab with one test, whose state a test turns. */
async function labWith(run: Partial<Run>): Promise<{
  lab: LabPort
  clock: FakeClock
  port: number
  lines: string[]
  open(): number
  turn(more: Partial<Run>): void
}> {
  let now = makeRun({ id: 'T5', ...run })
  const clock = createFakeClock(NOON)
  const lab = createLabPort({ run: async id => (id === 'T5' ? now : null), runs: async () => [now] })
  const { port, streams, lines } = await startPages(lab, clock, { most: 3 })
  return {
    ...{ lab, clock, port, lines },
    open: () => streams.count,
    turn(more) {
      now = { ...now, ...more, rev: now.rev + 1 }
      lab.publish('run/T5')
    },
  }
}

test('a page that is watched is told what changed of it, and that alone', async () => {
  const { port, clock, turn } = await labWith({ state: 'queued' })
  const { news } = await follow(port, '/live/run/T5')
  await until(() => news.length === 1, 'the page as it is')
  expect(Object.keys(news[0]?.data.sections ?? {})).toEqual(['card', 'told', 'asked', 'files', 'attempts'])
  turn({ state: 'preparing' })
  await clock.pass(1_000)
  await until(() => news.length === 2, 'what changed')
  expect(Object.keys(news[1]?.data.sections ?? {})).toEqual(['card'])
  expect(news[1]?.data).toMatchObject({ final: false, title: expect.stringContaining('preparing') })
  expect(news[1]?.data.sections?.['card']).toContain('<b>preparing</b>')
})

test('however much happens, a page is drawn once a second, and the latest wins', async () => {
  const { port, clock, turn } = await labWith({ state: 'queued' })
  const { news } = await follow(port, '/live/run/T5')
  await until(() => news.length === 1, 'the page as it is')
  for (let priority = 0; priority < 50; priority++) turn({ state: 'preparing', family: `soc${priority}` })
  await clock.pass(1_000)
  await until(() => news.length === 2, 'what changed')
  expect(news[1]?.data.title).toContain('soc49')
  await clock.pass(900)
  expect(news).toHaveLength(2)
})

test('the end of a test is told, and then the stream ends', async () => {
  const { port, clock, turn, open: count } = await labWith({ state: 'queued' })
  const reader = await follow(port, '/live/run/T5')
  await until(() => reader.news.length === 1, 'the page as it is')
  turn({ state: 'passed' })
  await clock.pass(1_000)
  await until(() => reader.isOver(), 'the end')
  expect(reader.news.map(each => each.event)).toEqual(['page', 'page', 'over'])
  expect(reader.news[1]?.data.final).toBe(true)
  await until(() => count() === 0, 'no stream to be left')
})

test('many readers of one page have it drawn once for all of them', async () => {
  let asked = 0
  const clock = createFakeClock(NOON)
  const lab = createLabPort({
    status: async () => {
      asked++
      return makeStatus()
    },
  })
  const { port, streams } = await startPages(lab, clock)
  const readers = await Promise.all(Array.from({ length: 20 }, () => follow(port, '/live/lab')))
  await until(() => readers.every(({ news }) => news.length > 0), 'each to have the page')
  const before = asked
  lab.publish('status')
  await clock.pass(2_000)
  expect(asked - before).toBeLessThanOrEqual(2)
  for (const reader of readers) reader.leave()
  await until(() => streams.count === 0, 'all streams to be gone')
  const left = asked
  lab.publish('status')
  await clock.pass(20_000)
  expect(asked).toBe(left)
})

test('a page that cannot be drawn once is drawn at the next tick, and the log has why', async () => {
  let isBroken = true
  const clock = createFakeClock(NOON)
  const status = async () => {
    if (isBroken) throw new Error('the disk is slow')
    return makeStatus()
  }
  const { port, lines } = await startPages(createLabPort({ status }), clock)
  const { news } = await follow(port, '/live/lab')
  await until(() => lines.length > 0, 'the failure to be logged')
  expect(lines[0]).toContain('the disk is slow')
  isBroken = false
  await clock.pass(5_000)
  await until(() => news.length === 1, 'the page')
})

test('more watchers than are allowed are told to come again, and a page of nothing is not watched', async () => {
  const { port, open: count } = await labWith({ state: 'queued' })
  for (let n = 0; n < 3; n++) await follow(port, '/live/run/T5')
  await until(() => count() === 3, 'three streams')
  const late = await get(port, '/live/lab')
  expect([late.status, late.headers['retry-after']]).toEqual([503, '10'])
  expect((await get(port, '/live/run/T6')).status).toBe(404)
})

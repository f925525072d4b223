import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { type LogFields, silentLog } from '../../src/log.ts'
import { plan, SHARED_UP_TO_MS } from '../../src/scheduler/plan.ts'
import { createScheduler } from '../../src/scheduler/scheduler.ts'
import { HANDS, type HandName, type Hands, type Intervals } from '../../src/scheduler/types.ts'
import { until } from '../until.ts'

const HOUR = 3_600_000

function intervals(everyMs: number, more: Partial<Intervals> = {}): Intervals {
  return { ...(Object.fromEntries(HANDS.map(name => [name, everyMs])) as Intervals), ...more }
}

function start(everyMs: Intervals, work: Partial<Hands> = {}) {
  const strikes = Object.fromEntries(HANDS.map(name => [name, 0])) as Record<HandName, number>
  const lines: string[] = []
  const keep = (_: LogFields, text: string): void => void lines.push(text)
  const hands = Object.fromEntries(
    HANDS.map(name => [
      name,
      () => {
        strikes[name]++
        return work[name]?.() ?? Promise.resolve()
      },
    ]),
  ) as unknown as Hands
  const log = { ...silentLog, warn: keep, error: keep }
  const scheduler = createScheduler({ hands, intervals: everyMs, log })
  onTestFinished(() => scheduler.stop(0))
  return { scheduler, strikes, lines }
}

test('each file in jobs is a hand with its name, and only the ticker is none', async () => {
  const folder = new URL('../../src/scheduler/jobs/', import.meta.url)
  const files = (await readdir(folder)).map(file => basename(file, '.ts')).filter(name => name !== 'ticker')
  expect(files.sort()).toEqual([...HANDS].sort())
  for (const name of files) {
    const declared: unknown[] = Object.values(await import(new URL(`${name}.ts`, folder).href))
    expect(declared).toEqual([{ name, strike: expect.any(Function) }])
  }
})

test('every hand is in exactly one thread: the shared one when it is frequent, its own when it is not', () => {
  const everyMs = fc.record(
    Object.fromEntries(HANDS.map(name => [name, fc.integer({ min: 1, max: 3 * HOUR })])),
  ) as unknown as fc.Arbitrary<Intervals>
  fc.assert(
    fc.property(everyMs, chosen => {
      const threads = plan(chosen)
      const shared = threads.find(thread => thread.name === 'ticker')?.data as
        | { every: Partial<Intervals> }
        | undefined
      for (const name of HANDS) {
        const own = threads.find(thread => thread.name === name)
        const frequent = chosen[name] <= SHARED_UP_TO_MS
        expect(shared?.every[name]).toBe(frequent ? chosen[name] : undefined)
        expect(own?.everyMs).toBe(frequent ? undefined : chosen[name])
      }
      expect(threads.length).toBe(new Set(threads.map(thread => thread.name)).size)
    }),
  )
})

test('frequent hands strike again and again, a rare one once at the start', async () => {
  const { scheduler, strikes } = start(intervals(15, { retention: HOUR }))
  await scheduler.start()
  await until(
    () => HANDS.every(name => strikes[name] >= (name === 'retention' ? 1 : 3)),
    'all hands to strike',
  )
  expect(strikes.retention).toBe(1)
})

test('S2 other intervals are applied at once, the same ones change nothing, and after a stop none are', async () => {
  const { scheduler, strikes } = start(intervals(HOUR, { 'wait-alert': 15 }))
  await scheduler.start()
  await until(() => HANDS.every(name => strikes[name] >= 1), 'each to strike once')
  await scheduler.retime(intervals(HOUR, { 'wait-alert': 15 }))
  await until(() => strikes['wait-alert'] >= 5, 'the frequent one to go on')
  expect(strikes['board-health']).toBe(1)

  await scheduler.retime(intervals(HOUR, { 'board-health': 15 }))
  const before = strikes['wait-alert']
  await until(() => strikes['board-health'] >= 5, 'the other to be frequent')
  expect(strikes['wait-alert']).toBeLessThanOrEqual(before + 1)

  const late = scheduler.retime(intervals(5))
  await scheduler.stop(1_000)
  await late
  await scheduler.retime(intervals(6))
  const stopped = { ...strikes }
  const other = start(intervals(5))
  await other.scheduler.start()
  await until(() => other.strikes['wait-alert'] >= 10, 'time to pass')
  expect(strikes).toEqual(stopped)
})

test('a hand that is still going is skipped, the others go on, and it is said once', async () => {
  const { scheduler, strikes, lines } = start(intervals(5), { 'board-health': () => new Promise(() => {}) })
  await scheduler.start()
  await until(() => strikes['dispatch-sweep'] >= 40, 'the others to go on')
  expect(strikes['board-health']).toBe(1)
  expect(lines).toEqual(['a clock hand does not come to its end'])
})

test('a hand that fails is told of once and goes on, whether it rejects or throws', async () => {
  const { scheduler, strikes, lines } = start(intervals(5, { retention: HOUR }), {
    'lease-expiry': () => Promise.reject(new Error('disk')),
    'wait-alert': () => {
      throw new Error('sum')
    },
  })
  await scheduler.start()
  await until(() => strikes['lease-expiry'] >= 5 && strikes['wait-alert'] >= 5, 'five strikes of each')
  expect(lines).toEqual(['what a clock hand asked for failed', 'what a clock hand asked for failed'])
})

test('no hand strikes after stop', async () => {
  const { scheduler, strikes } = start(intervals(5))
  await scheduler.start()
  await until(() => strikes['dispatch-sweep'] >= 2, 'two strikes')
  await scheduler.stop(1_000)
  const before = { ...strikes }
  await scheduler.stop(1_000)
  expect(strikes).toEqual(before)
})

test('stop waits for what a hand asked for, and not for ever', async () => {
  const release = Promise.withResolvers<void>()
  let done = false
  const { scheduler, strikes, lines } = start(intervals(5, { retention: HOUR }), {
    retention: async () => {
      await release.promise
      done = true
    },
    'wait-alert': () => new Promise(() => {}),
  })
  await scheduler.start()
  await until(() => strikes.retention === 1 && strikes['wait-alert'] === 1, 'both under way')
  const stopped = scheduler.stop(200)
  release.resolve()
  await stopped
  expect(done).toBe(true)
  expect(lines).toContain('what clock hands asked for did not end in time')
})

test('stop before start is nothing', async () => {
  const { scheduler, strikes } = start(intervals(5))
  await scheduler.stop(50)
  expect(Object.values(strikes).every(count => count === 0)).toBe(true)
})

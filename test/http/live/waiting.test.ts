import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createWaiting } from '../../../src/http/live/waiting.ts'
import type { LabState, Lease, Run } from '../../../src/lab/types.ts'
import { createLabPort, makeLease, makePower, makeRun, NOON } from '../../commands/lab-port.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { until } from '../../until.ts'

const MINUTE = 60_000

function stage(more: Parameters<typeof createLabPort>[0] = {}) {
  const clock = createFakeClock()
  let listeners = 0
  const lab = createLabPort(more)
  const { subscribe } = lab
  lab.subscribe = (topic, listener) => {
    listeners++
    const stop = subscribe(topic, listener)
    return () => {
      listeners--
      stop()
    }
  }
  const stopper = new AbortController()
  const waiting = createWaiting({ lab, clock, stopping: stopper.signal })
  const leaver = new AbortController()
  return {
    ...{ clock, lab },
    state: lab.state() as { runs: Record<string, Run>; leases: Record<string, Lease> } & LabState,
    leave: () => leaver.abort(new Error('left')),
    stop: () => stopper.abort(new Error('stopping')),
    /** Starts to wait; says whether it is over. */
    wait(topic: string, ms = MINUTE) {
      let isOver = false
      void waiting.until(topic, ms, leaver.signal).then(() => {
        isOver = true
      })
      return () => isOver
    },
    /** Timers and listeners that are left. */
    left: () => clock.timers + listeners,
  }
}

test('when the process is about to end nobody waits any longer, and who comes then does not begin to', async () => {
  const on = stage()
  on.state.runs['T12'] = makeRun({ id: 'T12', state: 'running' })
  const before = on.wait('run/T12')
  on.stop()
  const after = on.wait('run/T12')
  await until(() => before() && after(), 'both are answered')
  expect(on.left()).toBe(0)
})

test('a test that runs is waited for to its end, whoever was told of it', async () => {
  const on = stage()
  on.state.runs['T12'] = makeRun({ id: 'T12', state: 'running' })
  const isOver = on.wait('run/t12')
  on.lab.publish('run/T12')
  await on.clock.pass(MINUTE / 2)
  expect(isOver()).toBe(false)
  // No ending of the port is ever resolved: the telling is out of it.
  on.state.runs['T12'] = makeRun({ id: 'T12', state: 'passed' })
  on.lab.publish('run/T12')
  await until(isOver, 'the end')
  expect(on.left()).toBe(0)
})

test.for([
  ['run/T12', 'a test that is over'],
  ['run/T99', 'a test that is not there'],
  ['lease/L7', 'a lease that is had'],
  ['lease/L9', 'a lease that is not there'],
  ['power/W1', 'a switch that is done'],
  ['transfer/L7.1', 'a transfer that is not there'],
  ['queue', 'what has no end'],
  ['', 'nothing'],
] as const)('%s: %s is not waited for', async ([topic]) => {
  const on = stage({
    powerEvent: async id => (id === 'W1' ? makePower({ endedAt: NOON }) : null),
    transfer: async () => null,
  })
  on.state.runs['T12'] = makeRun({ id: 'T12', state: 'cancelled' })
  on.state.leases['L7'] = makeLease({ state: 'active' })
  await until(on.wait(topic), 'the end')
  expect(on.left()).toBe(0)
})

test('a place in line is waited for until the board is had', async () => {
  const on = stage()
  on.state.leases['L7'] = makeLease({ state: 'waiting', since: null })
  const isOver = on.wait('lease/L7')
  on.state.leases['L7'] = makeLease({ state: 'checking', since: null })
  on.lab.publish('lease/L7')
  await on.clock.pass(10)
  expect(isOver()).toBe(false)
  on.state.leases['L7'] = makeLease({ state: 'active' })
  on.lab.publish('lease/L7')
  await until(isOver, 'the end')
})

test('it is waited no longer than was said, and without one look more', async () => {
  let looks = 0
  const on = stage({
    async run() {
      looks++
      return makeRun({ state: 'running' })
    },
  })
  const isOver = on.wait('run/T128', MINUTE)
  await on.clock.pass(MINUTE - 1)
  expect([isOver(), looks]).toEqual([false, 1])
  await on.clock.pass(1)
  await until(isOver, 'the end')
  expect([looks, on.left()]).toEqual([1, 0])
})

test('nobody waits for who has left, before or meanwhile', async () => {
  const on = stage()
  on.state.runs['T12'] = makeRun({ id: 'T12', state: 'running' })
  const isOver = on.wait('run/T12')
  on.leave()
  await until(isOver, 'the end')
  await until(on.wait('run/T12'), 'the end of the next')
  expect(on.left()).toBe(0)
})

test('a history that cannot be read now is read a little later, without any news', async () => {
  let isBroken = true
  const on = stage({
    async run() {
      if (isBroken) throw new Error('the disk is away')
      return makeRun({ state: 'failed' })
    },
  })
  const isOver = on.wait('run/T128')
  await on.clock.pass(10)
  expect(isOver()).toBe(false)
  await on.clock.pass(5_000)
  isBroken = false
  await on.clock.pass(1_000)
  await until(isOver, 'the end')
  expect(on.left()).toBe(0)
})

test('whatever happens in whatever order, an end is seen and nothing is left', async () => {
  const step = fc.constantFrom('news', 'pass', 'end', 'leave')
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async steps => {
      const on = stage()
      on.state.runs['T12'] = makeRun({ id: 'T12', state: 'running' })
      const isOver = on.wait('run/T12', MINUTE)
      for (const each of steps) {
        if (each === 'end') on.state.runs['T12'] = makeRun({ id: 'T12', state: 'passed' })
        if (each === 'end' || each === 'news') on.lab.publish('run/T12')
        if (each === 'leave') on.leave()
        if (each === 'pass') await on.clock.pass(MINUTE / 10)
      }
      await on.clock.pass(1)
      expect(isOver()).toBe(steps.includes('end') || steps.includes('leave'))
      if (!isOver()) await on.clock.pass(MINUTE)
      expect([isOver(), on.left()]).toEqual([true, 0])
    }),
    { numRuns: 100 },
  )
})

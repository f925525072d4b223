import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/clock.ts'
import { aLog, createLabPort, makeResult } from '../commands/lab-port.ts'
import { createFakeClock } from '../fake-clock.ts'
import { lineStage } from '../http/live/line-stage.ts'
import { serveRoutes } from '../http/live/stand.ts'
import { until } from '../until.ts'
import { startProxy } from './proxy.ts'
import { laptop, move, quick } from './stage.ts'

const LINES = Array.from({ length: 30 }, (_, n) => `line ${n}`)
const quicker: Clock = { ...systemClock, after: (ms, fn) => systemClock.after(ms / 1_000, fn) }

test('however often the connection is cut, each line is printed once, in order, and the end is told', async () => {
  let isOver = false
  const lab = createLabPort({
    async log(id, { after = 0 }) {
      if (after >= LINES.length) {
        isOver = true
        move(lab, id, { state: 'failed', result: makeResult() })
      }
      // Three at a time while it runs, so that there are many places to be cut at; all of it is there at the end.
      return aLog(isOver ? LINES : LINES.slice(0, after + 3), after)
    },
  })
  const { routes, streams } = await lineStage(lab, quicker)
  const { port } = await serveRoutes(routes)
  const cut = fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 2_000 }))
  await fc.assert(
    fc.asyncProperty(fc.array(cut, { maxLength: 5 }), async cuts => {
      isOver = false
      move(lab, 'T7', { state: 'running', result: null })
      const proxy = await startProxy(() => port, cuts)
      const me = laptop(proxy.address, { clock: quicker, signal: AbortSignal.timeout(10_000) })
      expect(await me.type('tests', 'log', 'T7', '--follow')).toBe(1)
      const printed = me
        .out()
        .split('\n')
        .filter(line => line.startsWith('  line '))
      expect(printed).toEqual(LINES.map(line => `  ${line}`))
      expect(me.out().split('T7 failed').length).toBe(2)
      await proxy.down()
    }),
    { numRuns: 100 },
  )
  await until(() => streams.count === 0, 'the streams to be let go')
})

test('a bot that is started again in between is waited for, and said once', async () => {
  const lab = createLabPort()
  const { routes } = await lineStage(lab, quick)
  const { port } = await serveRoutes(routes)
  const proxy = await startProxy(() => port)
  const me = laptop(proxy.address)
  const over = me.type('tests', 'follow', 'T7')
  await me.sees('There is no test')
  expect(await over).toBe(3)

  move(lab, 'T7', { state: 'running' })
  const following = me.type('tests', 'follow', 'T7')
  await me.sees('T7 · hello')
  await proxy.down()
  await me.sees('The connection was lost')
  move(lab, 'T7', { state: 'passed', result: makeResult() })
  await proxy.up()
  expect(await following).toBe(0)
  expect(me.out()).toContain('T7 passed')
  expect(me.errors().split('The connection was lost').length).toBe(2)
})

test('one that does not come back is given up, after a quarter of an hour', async () => {
  const clock = createFakeClock()
  const lab = createLabPort()
  const { routes } = await lineStage(lab)
  const { port } = await serveRoutes(routes)
  const proxy = await startProxy(() => port)
  const me = laptop(proxy.address, { clock })
  const over = me.type('run-test', 'socA', '--shell', 'true')
  await me.sees('T1 ·')
  await proxy.down()
  await me.sees('The connection was lost')
  let exit: number | null = null
  void over.then(code => {
    exit = code
  })
  await until(async () => {
    await clock.pass(10_000)
    return exit !== null
  }, 'it to be given up')
  expect(exit).toBe(2)
  expect(me.errors()).toMatch(
    /Given up after 15 min: Nothing answers at http.*: the connection was refused\./,
  )
  expect(clock.mono()).toBeGreaterThan(15 * 60_000)
})

test('a connection that gives no sign of life is taken for lost', async () => {
  const clock = createFakeClock()
  const lab = createLabPort()
  // Its clock stands still: no sign of life ever comes.
  const { routes, streams } = await lineStage(lab, createFakeClock())
  const { port } = await serveRoutes(routes)
  const me = laptop(`http://127.0.0.1:${port}`, { clock })
  const over = me.type('run-test', 'socA', '--shell', 'true')
  await until(() => streams.count === 1, 'the stream')
  await until(async () => {
    await clock.pass(1_000)
    return me.errors() !== ''
  }, 'it to be taken for lost')
  expect(me.errors()).toBe('The connection was lost (nothing was heard for 50 s); trying again …')
  move(lab, 'T1', { state: 'passed', result: makeResult() })
  await until(async () => {
    await clock.pass(1_000)
    return me.out().includes('T1 passed')
  }, 'the end')
  expect(await over).toBe(0)
})

test('what is not known any more is refused, not waited for', async () => {
  const lab = createLabPort()
  const { routes } = await lineStage(lab, quick)
  const { port } = await serveRoutes(routes)
  const proxy = await startProxy(() => port)
  const me = laptop(proxy.address)
  const over = me.type('run-test', 'socA', '--shell', 'true')
  await me.sees('T1 ·')
  // The test is no longer known: what is asked for is refused, not away.
  delete (lab.state().runs as Record<string, unknown>)['T1']
  await proxy.down()
  await proxy.up()
  expect(await over).toBe(2)
  expect(me.errors()).toContain('There is no test "T1".')
})

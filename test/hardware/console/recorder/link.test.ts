import { afterEach, beforeEach, expect, test } from 'vitest'
import { HardwareError } from '../../../../src/errors.ts'
import { silentLog } from '../../../../src/log.ts'
import { createFakeClock } from '../../../fake-clock.ts'
import { until } from '../../../until.ts'
import { closedPort } from '../telnet-peers.ts'
import { createDesk, createHandOpener, hear, never, opensTelnet } from './desk.ts'

const desk = createDesk()

beforeEach(() => desk.open())
afterEach(() => desk.close())

test('a console that stays away is tried less and less often, up to every 5 s, and told of once', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  hand.refuse(true)
  const said: string[] = []
  const log = { ...silentLog, warn: (_: object, message: string) => void said.push(message) }
  const recorder = await desk.record(hand.opener(clock), clock, { log })
  const heard = hear(recorder)
  await clock.pass(25_000)
  expect(hand.tries).toEqual([0, 200, 600, 1_400, 3_000, 6_200, 11_200, 16_200, 21_200])
  expect(said).toEqual(['console not connected'])
  expect(heard.states()).toEqual([])
  expect(recorder.state()).toMatchObject({
    connected: false,
    problem: 'no console at hand: refused',
    lastByteAt: null,
  })
  expect(await recorder.marks(0, 0)).toEqual([])
})

test('a good console that is lost is tried at once; one that only ever closes is not', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  await desk.record(hand.opener(clock), clock)
  await clock.pass(60_000)
  hand.lose()
  await clock.pass(0)
  expect(hand.tries).toEqual([0, 60_000])
  hand.lose()
  await clock.pass(0)
  await clock.pass(150)
  expect(hand.tries).toHaveLength(2)
  await clock.pass(50)
  expect(hand.tries).toEqual([0, 60_000, 60_200])
  expect(hand.closed).toHaveLength(2)
})

test('a log-in that is refused keeps its own cause and hint, and is tried once a minute, whoever waits', async () => {
  const clock = createFakeClock()
  const tries: number[] = []
  const refused = new HardwareError('ssh admin@cs:22 refused the password', {
    hint: 'Correct the password.',
    cause: 'log-in',
    blame: 'lab',
  })
  const opener = {
    where: 'ssh admin@cs:22',
    async open() {
      tries.push(clock.mono())
      throw refused
    },
  }
  const recorder = await desk.record(opener, clock)
  await clock.pass(0)
  const waiting = recorder.connected(5_000, never).catch((error: unknown) => error)
  await clock.pass(70_000)
  expect(await waiting).toMatchObject({
    failure: { class: 'infrastructure', cause: 'log-in', blame: 'lab' },
    hint: 'Correct the password.',
  })
  expect(tries).toEqual([0, 60_000])
})

test('somebody waiting makes it try at once and often', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  hand.refuse(true)
  const recorder = await desk.record(hand.opener(clock), clock)
  await clock.pass(12_000)
  const before = hand.tries.length
  const waiting = recorder.connected(2_000, never)
  await clock.pass(0)
  await clock.pass(1_000)
  expect(hand.tries.length - before).toBeGreaterThanOrEqual(5)
  hand.refuse(false)
  await clock.pass(200)
  await expect(waiting).resolves.toBeUndefined()
  await expect(recorder.connected(1, never)).resolves.toBeUndefined()
})

test('no console in time: told with where, how long and why', async () => {
  const clock = createFakeClock()
  const port = await closedPort()
  const recorder = await desk.record(opensTelnet(port, clock), clock)
  await until(() => recorder.state().problem, 'the first refusal')
  const waiting = recorder.connected(3_000, never).catch((error: unknown) => error)
  await clock.pass(3_000)
  expect(await waiting).toMatchObject({
    message: expect.stringMatching(
      /^no console within 3000 ms at telnet 127\.0\.0\.1:\d+: connection refused \(step: connect\)$/,
    ),
    failure: { class: 'infrastructure', cause: 'no console', blame: 'board' },
  })
})

test('waiting for a console ends with its signal', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  hand.refuse(true)
  const recorder = await desk.record(hand.opener(clock), clock)
  const stop = new AbortController()
  const waiting = recorder.connected(60_000, stop.signal)
  stop.abort(new Error('cancelled'))
  await expect(waiting).rejects.toThrow('cancelled')
})

test('writing while it is away is refused as console lost', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  hand.refuse(true)
  const recorder = await desk.record(hand.opener(clock), clock)
  await clock.pass(0)
  await expect(recorder.write(Buffer.from('x'))).rejects.toMatchObject({
    message: 'console lost: hand is not connected (no console at hand: refused)',
    failure: { cause: 'console lost', blame: 'board' },
  })
})

test('closing never throws, ends the tries, and may be repeated', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  hand.refuse(true)
  const recorder = await desk.record(hand.opener(clock), clock)
  await clock.pass(300)
  await recorder.close()
  await recorder.close()
  const tries = hand.tries.length
  await clock.pass(60_000)
  expect(hand.tries).toHaveLength(tries)
  expect(clock.timers).toBe(0)
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HardwareError, InputError, LeaseLostError, PowerUnconfirmedError } from '../../src/errors.ts'
import type { OpenBoard } from '../../src/hardware/types.ts'
import { performPower } from '../../src/work/power.ts'
import type { PowerResult } from '../../src/work/types.ts'
import { createFakeClock } from '../fake-clock.ts'
import {
  BOOT_TIMEOUT_MS,
  CONFIRM_MS,
  createWorld,
  DELAY_MS,
  GOOD,
  jobFor,
  type Plan,
  type World,
} from './power-world.ts'

type End = { result: PowerResult | null; error: unknown; t: number }

describe('power', () => {
  it('H18.6 switches off and on, and says what it read back', async () => {
    const world = createWorld(GOOD)
    expect((await ended(world, world.perform('off'))).result).toMatchObject({
      before: 'on',
      after: 'off',
      back: null,
    })
    expect((await ended(world, world.perform('on'))).result).toMatchObject({
      before: 'off',
      after: 'on',
      back: null,
    })
    expect(world.story()).toEqual(['off', 'asked off, read off', 'on', 'asked on, read on'])
  })

  it('lets the recorder know of the boot that it causes, and that it is over at the prompt', async () => {
    const world = createWorld(GOOD)
    await ended(world, world.perform('status'))
    expect(world.expectations).toEqual([])
    await ended(world, world.perform('cycle'))
    expect(world.expectations).toEqual([true, false])
  })

  it('H18.6 reads and does nothing else when the status is asked', async () => {
    const world = createWorld(GOOD)
    expect((await ended(world, world.perform('status'))).result).toMatchObject({ before: 'on', after: 'on' })
    expect(world.calls.map(({ call }) => call)).toEqual(['read'])
    expect(world.events).toEqual([])
  })

  it('says what to do by hand for a board without power control', async () => {
    const board = { id: 'soc-a-003', power: null } as OpenBoard
    const asked = performPower(jobFor('off'), board, {
      signal: new AbortController().signal,
      clock: createFakeClock(),
      onEvent() {},
    })
    await expect(asked).rejects.toThrow(InputError)
    await expect(asked).rejects.toMatchObject({
      message: 'soc-a-003 has no power control',
      hint: expect.stringContaining('by hand'),
    })
  })

  it('E does not believe a PDU that says OK and does nothing, and knows it within 10 s', async () => {
    const world = createWorld({ ...GOOD, switches: ['lies'] })
    const { error, t } = await ended(world, world.perform('off'))
    expect(error).toBeInstanceOf(PowerUnconfirmedError)
    expect(error).toMatchObject({
      message: 'pdu-a outlet 2 was asked to switch off, and after 10 s it reads on',
      failure: { class: 'infrastructure', cause: 'power', blame: 'site' },
    })
    expect(t).toBeLessThanOrEqual(CONFIRM_MS + 2 * GOOD.latencyMs)
  })

  it('waits for a PDU that says OK and switches seconds later', async () => {
    const world = createWorld({ ...GOOD, switches: ['late'] })
    expect((await ended(world, world.perform('off'))).result).toMatchObject({ after: 'off' })
  })

  it('says what it could not read when a PDU takes the switch and then falls silent', async () => {
    const world = createWorld({
      ...GOOD,
      reads: ['none', ...Array.from({ length: 99 }, () => 'fails' as const)],
    })
    const { error } = await ended(world, world.perform('off'))
    expect(error).toMatchObject({
      message: expect.stringContaining('it cannot be read: no answer from pdu-a outlet 2'),
    })
    expect(world.story().at(-1)).toBe('asked off, read unknown')
  })

  it('H18.2 H18.7 cycles: off, delay, on, booting, back', async () => {
    const world = createWorld(GOOD)
    const { result } = await ended(world, world.perform('cycle'))
    expect(result).toMatchObject({ before: 'on', after: 'on', back: true })
    expect(world.story()).toEqual([
      'off',
      'asked off, read off',
      'on',
      'asked on, read on',
      'booting',
      'back',
    ])
  })

  it('H18.7 a board that never shows a prompt is not back, and that is no error', async () => {
    const world = createWorld({ ...GOOD, bootMs: null })
    const { result } = await ended(world, world.perform('cycle'))
    expect(result).toMatchObject({
      back: false,
      problem: 'soc-a-001 was not back after 30 s: no prompt on telnet 127.0.0.1:7001',
    })
    expect(world.story().slice(-2)).toEqual(['booting', 'not back'])
  })

  it('finds a board back that said everything before anybody listened', async () => {
    const world = createWorld({ ...GOOD, talksMs: null })
    expect((await ended(world, world.perform('cycle'))).result).toMatchObject({ back: true })
    expect(world.story().slice(-2)).toEqual(['asked on, read on', 'back'])
  })

  it('types nothing while a boot loader may be counting down', async () => {
    const world = createWorld({ ...GOOD, talksMs: 400 })
    await ended(world, world.perform('cycle'))
    const on = world.calls.find(({ call }) => call === 'switch on')?.t ?? Number.NaN
    const typed = world.calls.find(({ call }) => call === 'attach')?.t ?? Number.NaN
    expect(typed - on).toBeGreaterThan(400 + 1500)
  })

  it('does not wait for ever for a console that never falls silent', async () => {
    const world = createWorld({ ...GOOD, chatsMs: 400 })
    expect((await ended(world, world.perform('cycle'))).result).toMatchObject({ back: true })
  })

  it('lets a lost lease through, as it is no reason to wait for the board', async () => {
    const attach = (): Promise<void> => Promise.reject(new LeaseLostError('soc-a-001', 4, 5))
    const world = createWorld({ ...GOOD, attach })
    expect((await ended(world, world.perform('cycle'))).error).toBeInstanceOf(LeaseLostError)
  })

  it('touches nothing more when the gate refuses: the board is somebody else’s', async () => {
    const world = createWorld({ ...GOOD, switches: ['gate'] })
    expect((await ended(world, world.perform('cycle'))).error).toBeInstanceOf(LeaseLostError)
    expect(world.calls.map(({ call }) => call)).toEqual(['read', 'switch off'])
  })

  it.each([20, 2000, 4900])('switches on again when it is cancelled %i ms after off', async afterMs => {
    const world = createWorld(GOOD)
    const stop = new AbortController()
    const asked = world.perform('cycle', stop.signal)
    world.clock.after(afterMs, () => stop.abort(new Error('cancelled by @mei')))
    const { error } = await ended(world, asked)
    expect(error).toMatchObject({ message: 'cancelled by @mei' })
    expect(world.isOn()).toBe(true)
    expect(world.story()).toEqual(['off', 'asked off, read off', 'on', 'asked on, read on'])
  })

  it('sees on through when it is cancelled before on is read back', async () => {
    const world = createWorld({ ...GOOD, switches: ['none', 'late'] })
    const stop = new AbortController()
    const asked = world.perform('cycle', stop.signal)
    world.clock.after(DELAY_MS + 1000, () => stop.abort(new Error('cancelled by @mei')))
    expect((await ended(world, asked)).error).toMatchObject({ message: 'cancelled by @mei' })
    expect(world.isOn()).toBe(true)
    expect(world.story().slice(2)).toEqual(['on', 'asked on, read on'])
  })

  it.each(['slow', 'late'] as const)('lets off show before it undoes it, with a %s PDU', async fault => {
    const world = createWorld({ ...GOOD, switches: [fault] })
    const stop = new AbortController()
    const asked = world.perform('cycle', stop.signal)
    world.clock.after(1000, () => stop.abort(new Error('cancelled by @mei')))
    expect((await ended(world, asked)).error).toMatchObject({ message: 'cancelled by @mei' })
    await world.clock.pass(10_000)
    expect(world.isOn()).toBe(true)
  })

  it('does not take a PDU that has not switched off yet for one that is on again', async () => {
    const world = createWorld({ ...GOOD, switches: ['late', 'lies'] })
    const stop = new AbortController()
    const asked = world.perform('cycle', stop.signal)
    world.clock.after(1000, () => stop.abort(new Error('cancelled by @mei')))
    expect((await ended(world, asked)).error).toBeInstanceOf(PowerUnconfirmedError)
    expect(world.isOn()).toBe(false)
  })

  it('says that the board may be off when it was cancelled and could not be switched on again', async () => {
    const world = createWorld({ ...GOOD, switches: ['none', 'lies'] })
    const stop = new AbortController()
    const asked = world.perform('cycle', stop.signal)
    world.clock.after(1000, () => stop.abort(new Error('cancelled by @mei')))
    const { error } = await ended(world, asked)
    expect(error).toBeInstanceOf(PowerUnconfirmedError)
    expect(error).toMatchObject({
      message:
        'cancelled by @mei. Then pdu-a outlet 2 was to be switched on again: pdu-a outlet 2 was asked to switch on, and after 10 s it reads off',
      hint: expect.stringContaining('It may be off.'),
    })
  })

  it('P16 a power cycle is off → delay → on, then watched, whatever the PDU does and whenever it is aborted', async () => {
    await fc.assert(
      fc.asyncProperty(plans, aborts, async (plan, abortMs) => {
        const world = createWorld(plan)
        const stop = new AbortController()
        const asked = world.perform('cycle', stop.signal)
        if (abortMs !== null) world.clock.after(abortMs, () => stop.abort(new Error('aborted')))
        const end = await ended(world, asked)
        const calls = world.calls.length
        await world.clock.pass(100_000)
        expect(world.calls.length).toBe(calls)
        keepsTheLaw(world, end)
        if (abortMs !== null && end.t > abortMs)
          expect(end.t - abortMs).toBeLessThanOrEqual(2 * CONFIRM_MS + 100)
      }),
      { numRuns: 300 },
    )
  })
})

const often = <T>(usual: T, ...rare: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...rare) })

/** Mostly while the outlet is being switched, which is over in about 16 s. */
const aborts = fc.oneof(
  fc.constant(null),
  fc.integer({ min: 0, max: 16_000 }),
  fc.integer({ min: 0, max: 60_000 }),
)

const plans: fc.Arbitrary<Plan> = fc.record({
  switches: fc.array(often('none', 'refuses', 'lies', 'late', 'slow', 'hangs'), {
    minLength: 2,
    maxLength: 3,
  }),
  reads: fc.array(often('none', 'nonsense', 'fails', 'hangs'), { maxLength: 8 }),
  latencyMs: fc.integer({ min: 0, max: 700 }),
  bootMs: fc.option(fc.integer({ min: 0, max: 40_000 })),
  talksMs: fc.option(fc.integer({ min: 0, max: 20_000 })),
})

function keepsTheLaw(world: World, { result, error }: End): void {
  const { calls } = world
  const switches = calls.flatMap(({ call }) => (call.startsWith('switch') ? [call.slice(7)] : []))
  expect(['', 'off on', 'off on on']).toContain(switches.join(' '))
  const offRead = calls.findIndex(({ said }) => said === 'off')
  const on = calls.findIndex(({ call }) => call === 'switch on')
  const onRead = calls.findIndex(({ said }, index) => index > on && said === 'on')
  const watched = calls.findIndex(({ call }) => call === 'attach')
  if (watched >= 0) expect(on >= 0 && onRead > on && watched > onRead).toBe(true)
  if (result === null) {
    const mayBeOff = error instanceof HardwareError && error.failure.cause === 'power'
    expect(world.isOn() || mayBeOff).toBe(true)
    return
  }
  expect(result.after).toBe('on')
  expect(world.isOn()).toBe(true)
  expect(offRead).toBeLessThan(on)
  expect((calls[on]?.t ?? 0) - (calls[offRead]?.t ?? 0)).toBeGreaterThanOrEqual(DELAY_MS)
  const stages = world.events.flatMap(event => (event.kind === 'stage' ? [event.stage] : []))
  expect(stages.filter(stage => stage !== 'booting')).toEqual([
    'off',
    'on',
    result.back ? 'back' : 'not back',
  ])
  expect(calls.at(-1)?.call).toBe('detach')
}

/** Lets fake time go on until it settles. */
async function ended(world: World, asked: Promise<PowerResult>): Promise<End> {
  let end: End | null = null
  asked.then(
    result => {
      end = { result, error: null, t: world.clock.mono() }
    },
    (error: unknown) => {
      end = { result: null, error, t: world.clock.mono() }
    },
  )
  const longest = 4 * CONFIRM_MS + DELAY_MS + BOOT_TIMEOUT_MS
  for (let passed = 0; end === null && passed < longest; passed += 500) await world.clock.pass(500)
  return end ?? expect.fail(`not settled after ${longest} ms`)
}

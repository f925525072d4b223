import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HardwareError } from '../../src/errors.ts'
import type { PowerControl, PowerDriver } from '../../src/hardware/types.ts'
import { createLog, createSecrets } from '../../src/log.ts'
import type { RecordingPdu } from '../../src/simulator/pdu-bank.ts'
import type { Outlet } from '../../src/simulator/types.ts'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'
import { until } from '../until.ts'

/** How the suite gets a driver something to talk to. */
export type PowerPeer = {
  /** A faithful PDU with these outlets, that lets in who knows the secret. */
  start(outlets: ReadonlyMap<number, Outlet>, secret: string): Promise<RecordingPdu>
  /** Options as boards.yaml would have them, with the secret in every option that can hold one. */
  options(port: number, secret: string): Record<string, unknown>
}

const PDU = 'pdu-b.lab.local'
const SECRET = 'swordfish-0815'
const never = new AbortController().signal

type Bench = {
  pdu: RecordingPdu
  outlets: Map<number, Outlet>
  clock: FakeClock
  log: string[]
  control(outlet: number, secret?: string): PowerControl
}

/** What every power driver must do, whatever it speaks. `variant` tells one peer of a driver from another. */
export function powerSuite(driver: PowerDriver, variant: string, peer: PowerPeer): void {
  describe(`power driver ${driver.id}, ${variant}`, () => {
    let bench: Bench
    beforeEach(async () => {
      bench = await createBench(driver, peer)
    })
    afterEach(() => bench.pdu.close())

    it('H18.6 reads back from the PDU what was switched, by us or by hand', async () => {
      const controls = [1, 2, 3].map(number => bench.control(number))
      const step = fc.record({ at: fc.nat(2), on: fc.boolean(), byHand: fc.boolean() })
      await fc.assert(
        fc.asyncProperty(step, async ({ at, on, byHand }) => {
          const control = controls[at]
          if (byHand) bench.outlets.get(at + 1)?.switch(on)
          else await control?.switch(on ? 'on' : 'off', never)
          expect(await control?.state(never)).toBe(on ? 'on' : 'off')
          expect(bench.outlets.get(at + 1)?.isOn()).toBe(on)
        }),
        { numRuns: 100 },
      )
    })

    it('names PDU and outlet when the outlet is not there', async () => {
      expect(await refusal(bench.control(7).switch('off', never))).toContain(`${PDU} outlet 7`)
    })

    it('never claims a state of an outlet that is not there', async () => {
      expect(await claimed(bench.control(7))).not.toBe('on')
    })

    it('does not believe a PDU that says OK and does nothing', async () => {
      bench.pdu.faults.set({ lies: true })
      await bench.control(2).switch('off', never)
      expect(await bench.control(2).state(never)).toBe('on')
    })

    it('reads the old state until a slow relay really switches', async () => {
      bench.pdu.faults.set({ delayMs: 30 })
      const control = bench.control(2)
      await control.switch('off', never)
      expect(await control.state(never)).toBe('on')
      await until(async () => (await control.state(never)) === 'off', 'the relay switches')
    })

    it('claims neither on nor off when the answer is nonsense', async () => {
      bench.pdu.faults.set({ garbles: true })
      expect(await claimed(bench.control(1))).toBe('unknown')
    })

    it('passes a refusal on, with PDU and outlet, and switches nothing', async () => {
      bench.pdu.faults.set({ refuses: true })
      expect(await refusal(bench.control(3).switch('off', never))).toContain(`${PDU} outlet 3`)
      expect(bench.outlets.get(3)?.isOn()).toBe(true)
    })

    it('gives up on a silent PDU at the deadline, and says which outlet and how long', async () => {
      bench.pdu.faults.set({ silent: true })
      for (const ask of [() => bench.control(3).state(never), () => bench.control(3).switch('on', never)]) {
        const asked = refusal(ask())
        await bench.clock.pass(0)
        await bench.clock.pass(5000)
        expect(await asked).toMatch(/^no answer from pdu-b\.lab\.local outlet 3 within 5 s/)
      }
      expect(bench.clock.timers).toBe(0)
    })

    it('is not confused by an answer that comes after the deadline', async () => {
      bench.pdu.faults.set({ slowMs: 20 })
      const control = bench.control(1)
      const asked = refusal(control.state(never))
      await bench.clock.pass(0)
      await bench.clock.pass(5000)
      expect(await asked).toContain('no answer')
      await control.switch('off', never)
      expect(await control.state(never)).toBe('off')
    })

    it('says so when nothing is there to talk to', async () => {
      const control = bench.control(1)
      await bench.pdu.close()
      const asked = refusal(control.state(never))
      expect(await passing(bench.clock, asked)).toContain(`${PDU} outlet 1`)
    })

    it('stops at once when it is aborted, and works again afterwards', async () => {
      bench.pdu.faults.set({ silent: true })
      const control = bench.control(1)
      const stop = new AbortController()
      const asked = control.state(stop.signal)
      await bench.clock.pass(0)
      stop.abort(new Error('the person thought again'))
      await expect(asked).rejects.toThrow('the person thought again')
      await expect(control.switch('off', stop.signal)).rejects.toThrow('the person thought again')
      bench.pdu.faults.set({ silent: false })
      expect(await control.state(never)).toBe('on')
      expect(bench.clock.timers).toBe(0)
    })

    it('can be closed while it is asking, and then asks no more', async () => {
      bench.pdu.faults.set({ silent: true })
      const control = bench.control(1)
      const asked = refusal(control.state(never))
      await bench.clock.pass(0)
      await control.close()
      await control.close()
      expect(await asked).toContain(`${PDU} outlet 1 was closed`)
      expect(await refusal(control.switch('off', never))).toContain('closed')
      expect(bench.clock.timers).toBe(0)
    })

    it('asks one PDU one thing at a time, for all its outlets', async () => {
      bench.pdu.faults.set({ slowMs: 3 })
      const controls = [1, 2, 3, 1, 2, 3].map(number => bench.control(number))
      await Promise.all(controls.flatMap(control => [control.switch('off', never), control.state(never)]))
      expect(bench.pdu.busiest).toBe(1)
      expect([...bench.outlets.values()].map(outlet => outlet.isOn())).toEqual([false, false, false])
    })

    it('does not let one outlet wait longer than the deadline for its turn', async () => {
      bench.pdu.faults.set({ silent: true })
      const asked = [1, 2, 3].map(number => refusal(bench.control(number).state(never)))
      await bench.clock.pass(0)
      await bench.clock.pass(10_000)
      const [first, second, third] = await Promise.all(asked)
      expect(first).toContain(`no answer from ${PDU} outlet 1 within 5 s`)
      expect(second).toMatch(/outlet 2 was not asked within 5 s|no answer from .* outlet 2 within 5 s/)
      expect(third).toContain(`${PDU} outlet 3 was not asked within 5 s`)
    })

    it('S4 tells its secret to the PDU and to nobody else', async () => {
      const told: unknown[] = []
      const provoke = async (control: PowerControl): Promise<void> => {
        for (const ask of [() => control.switch('off', never), () => control.state(never)]) {
          const asked = ask().catch((error: unknown) => error)
          told.push(await passing(bench.clock, asked))
        }
      }
      await provoke(bench.control(1))
      await provoke(bench.control(9))
      await provoke(bench.control(1, `${SECRET}-wrong`))
      for (const fault of ['refuses', 'garbles', 'silent'] as const) {
        bench.pdu.faults.set({ [fault]: true })
        await provoke(bench.control(1))
      }
      await bench.pdu.close()
      await provoke(bench.control(1))
      for (const text of [inspect(told, { depth: null, showHidden: true }), ...bench.log])
        expect(traces(text)).toEqual([])
    })
  })
}

async function createBench(driver: PowerDriver, peer: PowerPeer): Promise<Bench> {
  const outlets = new Map<number, Outlet>([1, 2, 3].map(number => [number, createOutlet()]))
  const pdu = await peer.start(outlets, SECRET)
  const clock = createFakeClock()
  const log: string[] = []
  // No secret is known to it, so that nothing is scrubbed out of what the driver says.
  const deps = { clock, log: createLog('debug', createSecrets(), line => log.push(line)) }
  const control = (outlet: number, secret = SECRET): PowerControl => {
    const options = driver.schema.parse({ address: '127.0.0.1', ...peer.options(pdu.port, secret) })
    return driver.create(options, { pdu: PDU, outlet }, deps)
  }
  return { pdu, outlets, clock, log, control }
}

export function createOutlet(): Outlet {
  let on = true
  return {
    isOn: () => on,
    switch: to => {
      on = to
    },
  }
}

/** The message of the failure that is expected: one that blames the site's power control and says what to do. */
async function refusal(asked: Promise<unknown>): Promise<string> {
  const error: unknown = await asked.then(
    value => expect.fail(`it answered ${String(value)}`),
    (reason: unknown) => reason,
  )
  if (!(error instanceof HardwareError)) throw error
  expect(error.failure).toEqual({ class: 'infrastructure', cause: 'power', blame: 'site' })
  expect(error.hint).toMatch(/^[A-Z].*\.$/s)
  return error.message
}

/** What it says of its outlet; an honest error is as good as `unknown`. */
async function claimed(control: PowerControl): Promise<string> {
  const answer: unknown = await control.state(never).catch((error: unknown) => error)
  if (answer instanceof HardwareError) return 'unknown'
  if (typeof answer !== 'string') throw answer
  return answer
}

/** Lets fake time go on until it settles. */
async function passing<T>(clock: FakeClock, asked: Promise<T>): Promise<T> {
  let settled = false
  const mark = (): void => {
    settled = true
  }
  asked.then(mark, mark)
  await until(async () => {
    await clock.pass(500)
    return settled
  }, 'it settles')
  return asked
}

function traces(text: string): string[] {
  const base64 = Buffer.from(SECRET).toString('base64').replace(/=*$/, '').slice(0, -1)
  return [SECRET, base64, Buffer.from(SECRET).toString('hex')].filter(form => text.includes(form))
}

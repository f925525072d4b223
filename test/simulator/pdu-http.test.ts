import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RecordingPdu } from '../../src/simulator/pdu-bank.ts'
import { createHttpPdu } from '../../src/simulator/pdu-http.ts'
import type { Outlet } from '../../src/simulator/types.ts'
import { createOutlet } from '../suites/power.ts'
import { until } from '../until.ts'

const headers = { authorization: `Basic ${btoa('lab:sesame')}`, connection: 'close' }
let outlet: Outlet
let pdu: RecordingPdu

beforeEach(async () => {
  outlet = createOutlet()
  pdu = await createHttpPdu({
    host: '127.0.0.1',
    port: 0,
    outlets: new Map([[4, outlet]]),
    user: 'lab',
    password: 'sesame',
  })
})
afterEach(async () => {
  await pdu.close()
  await pdu.close()
})

async function ask(method: string, path: string, more: Record<string, string> = headers): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${pdu.port}${path}`, { method, headers: more })
  return `${answer.status} ${await answer.text()}`
}

it('switches its outlets and tells their state', async () => {
  expect(await ask('POST', '/outlet/4/off')).toBe('200 {"outlet":4,"accepted":"off"}')
  expect(outlet.isOn()).toBe(false)
  expect(await ask('GET', '/outlet/4')).toBe('200 {"outlet":4,"state":"off"}')
})

it.each([
  ['POST', '/outlet/5/off', 404],
  ['GET', '/elsewhere', 404],
  ['GET', '/outlet/4/off', 405],
  ['POST', '/outlet/4', 405],
])('answers %s %s with %i and switches nothing', async (method, path, status) => {
  expect(await ask(method, path)).toMatch(new RegExp(`^${status} `))
  expect(outlet.isOn()).toBe(true)
})

it('wants its password', async () => {
  expect(await ask('POST', '/outlet/4/off', { connection: 'close' })).toMatch(/^401 /)
})

it('misbehaves on request', async () => {
  pdu.faults.set({ lies: true })
  expect(await ask('POST', '/outlet/4/off')).toMatch(/^200 /)
  expect(outlet.isOn()).toBe(true)
  pdu.faults.set({ lies: false, refuses: true })
  expect(await ask('POST', '/outlet/4/off')).toMatch(/^500 /)
  pdu.faults.set({ refuses: false, delayMs: 20 })
  await ask('POST', '/outlet/4/off')
  expect(outlet.isOn()).toBe(true)
  await until(() => !outlet.isOn(), 'it switches')
  pdu.faults.set({ garbles: true })
  expect(await ask('GET', '/outlet/4')).toBe('200 <html>please wait</html>')
})

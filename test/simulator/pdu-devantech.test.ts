import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RecordingPdu } from '../../src/simulator/pdu-bank.ts'
import { createDevantechPdu } from '../../src/simulator/pdu-devantech.ts'
import { createOutlet } from '../suites/power.ts'

const outlets = new Map([1, 8].map(number => [number, createOutlet()]))
let pdu: RecordingPdu
let socket: Socket

beforeEach(async () => {
  for (const outlet of outlets.values()) outlet.switch(true)
  pdu = await createDevantechPdu({ host: '127.0.0.1', port: 0, outlets, password: 'apple' })
  socket = connect(pdu.port, '127.0.0.1')
  await once(socket, 'connect')
})
afterEach(async () => {
  socket.destroy()
  await pdu.close()
})

async function ask(...request: number[]): Promise<number[]> {
  socket.write(Uint8Array.from(request))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  return [...answer]
}

it('switches when it knows the password, and tells a bit a relay', async () => {
  expect(await ask(0x24)).toEqual([0b1000_0001])
  expect(await ask(0x21, 8, 0)).toEqual([1])
  expect(await ask(0x79, ...Buffer.from('pear'))).toEqual([2])
  expect(await ask(0x79, ...Buffer.from('apple'))).toEqual([1])
  expect(await ask(0x21, 8, 0)).toEqual([0])
  expect(await ask(0x24)).toEqual([0b0000_0001])
  expect(await ask(0x20, 2, 0)).toEqual([1])
  expect(await ask(0x99)).toEqual([1])
})

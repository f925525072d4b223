import snmp, { type Session, type Varbind } from 'net-snmp'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RecordingPdu } from '../../src/simulator/pdu-bank.ts'
import { createSnmpPdu } from '../../src/simulator/pdu-snmp.ts'
import { createOutlet } from '../suites/power.ts'

const CONTROL = '1.3.6.1.4.1.318.1.1.12.3.3.1.1.4'
const STATUS = '1.3.6.1.4.1.318.1.1.12.3.5.1.1.4'
const OLDER = '1.3.6.1.4.1.318.1.1.4.4.2.1.3'

const history: string[] = []
const outlets = new Map([1, 2].map(number => [number, recorded(number)]))
let pdu: RecordingPdu
let session: Session

beforeEach(async () => {
  for (const outlet of outlets.values()) outlet.switch(true)
  history.length = 0
  pdu = await createSnmpPdu({ host: '127.0.0.1', port: 0, outlets, community: 'w', readCommunity: 'r' })
  session = open('w')
})
afterEach(async () => {
  session.close()
  await pdu.close()
  await pdu.close()
})

function recorded(number: number): ReturnType<typeof createOutlet> {
  const outlet = createOutlet()
  const toggle = (on: boolean): void => {
    history.push(`${number} ${on ? 'on' : 'off'}`)
    outlet.switch(on)
  }
  return { isOn: outlet.isOn, switch: toggle }
}

function open(community: string): Session {
  return snmp.createSession('127.0.0.1', community, {
    port: pdu.port,
    version: snmp.Version2c,
    timeout: 2000,
  })
}

type Told = (error: Error | null, varbinds?: Varbind[]) => void
function told(ask: (done: Told) => void): Promise<Varbind[]> {
  return new Promise((resolve, reject) =>
    ask((error, varbinds) => (error ? reject(error) : resolve(varbinds ?? []))),
  )
}
const set = (oid: string, value: number): Promise<Varbind[]> =>
  told(done => session.set([{ oid, type: snmp.ObjectType.Integer, value }], done))

it('shows each outlet in APC’s three tables', async () => {
  await set(`${CONTROL}.2`, 2)
  const oids = [CONTROL, STATUS, OLDER].flatMap(column => [`${column}.1`, `${column}.2`])
  const values = await told(done => session.get(oids, done))
  expect(values.map(({ value }) => value)).toEqual([1, 2, 1, 2, 1, 2])
})

it('can be walked', async () => {
  const oids: string[] = []
  const walked = new Promise<void>((resolve, reject) =>
    session.walk(
      '1.3.6.1.4.1.318',
      found => void oids.push(...found.map(({ oid }) => oid)),
      error => (error ? reject(error) : resolve()),
    ),
  )
  await walked
  expect(oids).toEqual(expect.arrayContaining([`${CONTROL}.1`, `${STATUS}.2`, `${OLDER}.1`]))
})

it('switches by either control table, once for each set, and reboots', async () => {
  await set(`${OLDER}.1`, 2)
  await set(`${CONTROL}.1`, 1)
  await set(`${CONTROL}.1`, 3)
  expect(history).toEqual(['1 off', '1 on', '1 off', '1 on'])
})

it('says so when its port is taken', async () => {
  await expect(createSnmpPdu({ host: '127.0.0.1', port: pdu.port, outlets, community: 'w' })).rejects.toThrow(
    'EADDRINUSE',
  )
})

it('refuses what a real one refuses', async () => {
  await expect(set(`${CONTROL}.1`, 9)).rejects.toMatchObject({ name: 'RequestFailedError' })
  await expect(set(`${STATUS}.1`, 2)).rejects.toMatchObject({ status: snmp.ErrorStatus.NotWritable })
  session.close()
  session = open('r')
  await expect(set(`${CONTROL}.1`, 2)).rejects.toMatchObject({ status: snmp.ErrorStatus.NoAccess })
  const [none] = await told(done => session.get([`${STATUS}.3`], done))
  expect(none && snmp.isVarbindError(none)).toBe(true)
  expect(history).toEqual([])
})

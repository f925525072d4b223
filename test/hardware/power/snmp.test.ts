import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SnmpOptions, snmp } from '../../../src/hardware/power/snmp.ts'
import type { PowerControl } from '../../../src/hardware/types.ts'
import { silentLog } from '../../../src/log.ts'
import type { RecordingPdu } from '../../../src/simulator/pdu-bank.ts'
import { createSnmpPdu } from '../../../src/simulator/pdu-snmp.ts'
import type { Outlet } from '../../../src/simulator/types.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { createOutlet } from '../../suites/power.ts'
import { until } from '../../until.ts'

const never = new AbortController().signal
const USER = {
  name: 'lab',
  authProtocol: 'sha256',
  authPassword: 'authpass123',
  privPassword: 'privpass123',
} as const

let pdu: RecordingPdu
let outlets: Map<number, Outlet>
beforeEach(async () => {
  outlets = new Map([1, 2].map(number => [number, createOutlet()]))
  pdu = await createSnmpPdu({
    host: '127.0.0.1',
    port: 0,
    outlets,
    community: 'writers',
    readCommunity: 'readers',
    users: [USER, { name: 'open' }, { name: 'half', authPassword: 'authpass123' }],
  })
})
afterEach(() => pdu.close())

function control(options: Record<string, unknown>, outlet = 1, clock = createFakeClock()): PowerControl {
  const parsed = snmp.schema.parse({ address: '127.0.0.1', port: pdu.port, ...options }) as SnmpOptions
  return snmp.create(parsed, { pdu: 'pdu-a', outlet }, { clock, log: silentLog })
}

describe('snmp', () => {
  it('reads and switches APC’s older table, too, by its object identifiers', async () => {
    const older = '1.3.6.1.4.1.318.1.1.4.4.2.1.3'
    const relay = control(
      { community: 'writers', oids: { control: `.${older}`, state: `${older}.{outlet}` } },
      2,
    )
    await relay.switch('off', never)
    expect([await relay.state(never), outlets.get(2)?.isOn()]).toEqual(['off', false])
  })

  it('takes other numbers for on and off', async () => {
    const upside = control({ community: 'writers', oids: { on: 2, off: 1, stateOn: 1, stateOff: 2 } })
    await upside.switch('on', never)
    expect(outlets.get(1)?.isOn()).toBe(false)
    expect(await upside.state(never)).toBe('off')
  })

  it.each([
    [
      'a community that may only read',
      { version: '2c', community: 'readers' },
      /refused: the PDU answered NoAccess/,
    ],
    ['such a community in version 1', { version: 1, community: 'readers' }, /is not there/],
    [
      'a user who is not known',
      { version: 3, user: { ...USER, name: 'nobody' } },
      /cannot be trusted: EAuthFailure/,
    ],
    ['a user without a password', { version: 3, user: { name: 'lab' } }, /cannot be trusted: EAuthFailure/],
    [
      'a name that does not resolve',
      { address: 'pdu.invalid', community: 'writers' },
      /cannot be reached at pdu\.invalid:\d+: E[A-Z_]+/,
    ],
  ])('names what is wrong with %s', async (_, options, message) => {
    await expect(control(options).switch('off', never)).rejects.toThrow(message)
    expect(outlets.get(1)?.isOn()).toBe(true)
  })

  it.each(['open', 'half'])('takes version 3 as weak as the PDU has it: user %s', async name => {
    const user = name === 'open' ? { name } : { name, authPassword: 'authpass123' }
    expect(await control({ version: 3, user }).state(never)).toBe('on')
  })

  it('passes over what is no SNMP, and takes the answer that comes after it', async () => {
    const between = await createBetween(answer => [
      Buffer.from('nonsense'),
      Buffer.of(0x30, 3, 2, 1),
      Buffer.alloc(0),
      answer,
    ])
    expect(await control({ community: 'writers', port: between.port }).state(never)).toBe('on')
    between.close()
  })

  it('lives on when SNMP of the wrong kind comes, and asks again after the deadline', async () => {
    let first = true
    const between = await createBetween(answer => {
      const report = Buffer.from(answer)
      if (first) report[report.indexOf(GET_RESPONSE)] = REPORT
      first = false
      return [report]
    })
    const clock = createFakeClock()
    const options = { community: 'writers', version: '2c', port: between.port, tries: 1 }
    const asked = expect(control(options, 1, clock).state(never)).rejects.toThrow(
      'no answer from pdu-a outlet 1 within 5 s (1 try)',
    )
    await until(() => between.answered === 1, 'the wrong answer is sent')
    const again = control(options, 2, clock).state(never)
    await clock.pass(4999)
    expect(between.answered).toBe(1)
    await clock.pass(1)
    await asked
    expect(await again).toBe('on')
    between.close()
  })
})

/** RFC 3416 section 3 */
const GET_RESPONSE = 0xa2
const REPORT = 0xa8

type Between = { port: number; readonly answered: number; close(): void }

/** Somebody between us and the PDU, who makes of each answer what he likes. */
async function createBetween(change: (answer: Buffer) => Buffer[]): Promise<Between> {
  const front = createSocket('udp4')
  const back = createSocket('udp4')
  let asker: RemoteInfo | null = null
  let answered = 0
  front.on('message', (question, from) => {
    asker = from
    back.send(question, pdu.port, '127.0.0.1')
  })
  back.on('message', answer => {
    for (const part of change(answer)) front.send(part, asker?.port, asker?.address)
    answered++
  })
  front.bind(0, '127.0.0.1')
  await once(front, 'listening')
  const close = (): void => {
    front.close()
    back.close()
  }
  return {
    port: front.address().port,
    get answered() {
      return answered
    },
    close,
  }
}

describe('the options of snmp', () => {
  it('need nothing, as the flat form of boards.yaml gives nothing', () => {
    expect(snmp.schema.parse({})).toMatchObject({ port: 161, version: '1', timeoutMs: 5000, tries: 3 })
  })

  it.each([
    [{ comunity: 'x' }, /Unrecognized key.*comunity/],
    [{ version: 3 }, /version 3 needs a user/],
    [{ version: 4 }, /expected one of/],
    [
      { version: 3, user: { name: 'lab', privPassword: 'privpass123' } },
      /is needed beside a password for privacy/,
    ],
    [{ version: 3, user: { name: 'lab', authPassword: 'short' } }, /8 characters/],
    [{ oids: { control: 'rPDUOutletControl' } }, /numbers with dots/],
    [{ oids: { on: 1, off: 1 } }, /cannot be the same/],
    [{ address: 'http://pdu-a/' }, /no scheme/],
  ])('refuse %j', (options, message) => {
    expect(() => snmp.schema.parse(options)).toThrow(message)
  })
})

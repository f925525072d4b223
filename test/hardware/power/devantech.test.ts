import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { type DevantechOptions, devantech } from '../../../src/hardware/power/devantech.ts'
import type { PowerControl } from '../../../src/hardware/types.ts'
import { silentLog } from '../../../src/log.ts'
import { createDevantechPdu } from '../../../src/simulator/pdu-devantech.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { createOutlet } from '../../suites/power.ts'

const never = new AbortController().signal
const servers = new Set<Server>()
afterEach(async () => {
  for (const server of servers) {
    server.close()
    await once(server, 'close')
  }
  servers.clear()
})

function control(options: Record<string, unknown>, outlet: number): PowerControl {
  const parsed = devantech.schema.parse({ address: '127.0.0.1', ...options }) as DevantechOptions
  return devantech.create(parsed, { pdu: 'relays-a', outlet }, { clock: createFakeClock(), log: silentLog })
}

it('reads a board of 20 relays whose three bytes come one by one', async () => {
  const server = createServer(socket => {
    socket.setNoDelay(true)
    socket.once('data', () => {
      socket.write(Uint8Array.of(0b0000_0001), () =>
        socket.write(Uint8Array.of(0b1000_0000), () => socket.write(Uint8Array.of(0b0000_1000))),
      )
    })
  }).listen(0, '127.0.0.1')
  servers.add(server)
  await once(server, 'listening')
  const port = (server.address() as AddressInfo).port
  const on: number[] = []
  for (let relay = 1; relay <= 20; relay++)
    if ((await control({ port, relays: 20 }, relay).state(never)) === 'on') on.push(relay)
  expect(on).toEqual([1, 16, 20])
})

it('says which of relay and password the board refused', async () => {
  const pdu = await createDevantechPdu({
    host: '127.0.0.1',
    port: 0,
    outlets: new Map([[1, createOutlet()]]),
    password: 'apple',
  })
  const { port } = pdu
  await expect(control({ port, password: 'pear' }, 1).switch('off', never)).rejects.toThrow(
    'relays-a outlet 1 refused the password',
  )
  await expect(control({ port }, 1).switch('off', never)).rejects.toThrow(
    'relays-a outlet 1 refused the switch',
  )
  await expect(control({ port, password: 'apple' }, 2).switch('off', never)).rejects.toThrow(
    'relays-a outlet 2 refused the switch',
  )
  await expect(control({ port, password: 'apple' }, 9).state(never)).rejects.toThrow('the board has 8 relays')
  await pdu.close()
})

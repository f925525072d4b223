import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPduBank, type PduBank, type RecordingPdu } from './pdu-bank.ts'
import type { Outlet, PduFaults } from './types.ts'

export type HttpPduOptions = {
  host: string
  /** 0 takes any free one. */
  port: number
  outlets: ReadonlyMap<number, Outlet>
  /** Basic authentication is asked for when given. */
  user?: string
  password?: string
  faults?: Partial<PduFaults>
}

/** A PDU with a web interface: `POST /outlet/N/on|off` switches, `GET /outlet/N` answers `{"outlet": N, "state": "on"}`. */
export async function createHttpPdu(options: HttpPduOptions): Promise<RecordingPdu> {
  const bank = createPduBank(options.outlets, options.faults)
  const server = createServer((request, response) => {
    // The body is read to its end whatever it says, as a connection that is kept needs it gone.
    request.resume()
    bank.answer(() => reply(response, ...handle(request, bank, options)))
  })
  server.listen(options.port, options.host)
  await once(server, 'listening')
  return bank.pdu((server.address() as AddressInfo).port, async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
}

type Answer = [status: number, body: object | string]

function handle(request: IncomingMessage, bank: PduBank, options: HttpPduOptions): Answer {
  if (!isAllowed(request, options)) return [401, { error: 'who are you?' }]
  const [, number, action] = /^\/outlet\/([0-9]+)(?:\/(on|off))?(?:\?.*)?$/.exec(request.url ?? '') ?? []
  const outlet = Number(number)
  const isOn = bank.isOn(outlet)
  if (isOn === null) return [404, { error: 'no such outlet' }]
  if (action === undefined)
    return request.method === 'GET' ? state(outlet, isOn, bank) : [405, { error: 'GET only' }]
  if (request.method !== 'POST') return [405, { error: 'POST only' }]
  if (bank.faults.get().refuses) return [500, { error: 'relay fault' }]
  bank.switch(outlet, action === 'on')
  return [200, { outlet, accepted: action }]
}

function state(outlet: number, isOn: boolean, bank: PduBank): Answer {
  if (bank.faults.get().garbles) return [200, '<html>please wait</html>']
  return [200, { outlet, state: isOn ? 'on' : 'off' }]
}

function isAllowed(request: IncomingMessage, { user, password }: HttpPduOptions): boolean {
  if (user === undefined) return true
  const expected = Buffer.from(`${user}:${password ?? ''}`).toString('base64')
  return request.headers.authorization === `Basic ${expected}`
}

function reply(response: ServerResponse, status: number, body: object | string): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json' })
  response.end(text)
}

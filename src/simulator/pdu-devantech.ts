import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createPduBank, type PduBank, type RecordingPdu } from './pdu-bank.ts'
import type { Outlet, PduFaults } from './types.ts'

export type DevantechPduOptions = {
  host: string
  /** 0 takes any free one. */
  port: number
  outlets: ReadonlyMap<number, Outlet>
  password?: string
  faults?: Partial<PduFaults>
}

const RELAYS = 8
const DONE = 0
const FAILED = 1

/** A Devantech ETH008 relay board: binary commands over TCP, each in a segment of its own. */
export async function createDevantechPdu(options: DevantechPduOptions): Promise<RecordingPdu> {
  const bank = createPduBank(options.outlets, options.faults)
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    serve(socket, bank, options)
  })
  server.listen(options.port, options.host)
  await once(server, 'listening')
  return bank.pdu((server.address() as AddressInfo).port, async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  })
}

function serve(socket: Socket, bank: PduBank, { password }: DevantechPduOptions): void {
  let locked = password !== undefined
  socket.on('data', (request: Buffer) => {
    bank.answer(() => {
      if (request[0] === 0x79) {
        locked = request.toString('latin1', 1) !== password
        socket.write(Uint8Array.of(locked ? 2 : 1))
      } else if (request[0] === 0x24) tellOutputs(socket, bank)
      else socket.write(Uint8Array.of(locked ? FAILED : command(request, bank)))
    })
  })
}

function tellOutputs(socket: Socket, bank: PduBank): void {
  // Any byte is a good answer, so the only nonsense is none.
  if (bank.faults.get().garbles) return void socket.end()
  let bits = 0
  for (let relay = 1; relay <= RELAYS; relay++) if (bank.isOn(relay)) bits |= 1 << (relay - 1)
  socket.write(Uint8Array.of(bits))
}

function command([code, relay = 0]: Buffer, bank: PduBank): number {
  if (code !== 0x20 && code !== 0x21) return FAILED
  if (bank.isOn(relay) === null || bank.faults.get().refuses) return FAILED
  bank.switch(relay, code === 0x20)
  return DONE
}

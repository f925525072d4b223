/**
 * A relay of a Devantech ETH board (ETH002, ETH008, ETH8020) in a board's supply. Facts from the manual of the ETH008-B,
 * "TCP access and commands": port 17494; 0x20 or 0x21, relay, 0 switches on or off for good and answers 0 when done;
 * 0x24 answers a bit a relay, the first lowest; 0x79 and a password answers 1 when right. Tried with a fake only.
 */

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { addAbortSignal } from 'node:stream'
import { z } from 'zod'
import { HardwareError } from '../../errors.ts'
import type { PowerDriver } from '../types.ts'
import { Address, createOutlet, hostPort, Port, powerError, TimeoutMs, unreachable } from './outlet.ts'

const DevantechSchema = z.strictObject({
  address: Address.optional(),
  port: Port.default(17_494),
  /** As set on the board's page "TCP/IP password"; without it the board asks for none. */
  password: z.string().min(1).optional(),
  /** How many the board has: it answers a byte for each eight. */
  relays: z.int().min(1).max(20).default(8),
  timeoutMs: TimeoutMs,
})

export type DevantechOptions = z.infer<typeof DevantechSchema>
type Peer = { options: DevantechOptions; host: string; where: string; outlet: number }
type Ask = (request: Uint8Array, length: number) => Promise<Uint8Array>

export const devantech: PowerDriver<DevantechOptions> = {
  id: 'devantech',
  schema: DevantechSchema,
  create(options, { pdu, outlet }, { clock }) {
    const host = options.address ?? pdu
    const peer = { options, host, where: `${pdu} outlet ${outlet}`, outlet }
    const line = `devantech ${hostPort(host, options.port)}`
    return createOutlet(
      { where: peer.where, line, timeoutMs: options.timeoutMs, clock },
      {
        send: (to, signal) =>
          talk(peer, signal, async ask => {
            const [answer] = await ask(Uint8Array.of(to === 'on' ? 0x20 : 0x21, outlet, 0), 1)
            if (answer !== 0) throw refused(peer, 'the switch')
          }),
        read: signal =>
          talk(peer, signal, async ask => {
            const bits = await ask(Uint8Array.of(0x24), Math.ceil(options.relays / 8))
            const byte = bits[(outlet - 1) >> 3] ?? 0
            return (byte >> ((outlet - 1) & 7)) & 1 ? 'on' : 'off'
          }),
      },
    )
  },
}

/** A connection for one question: an open one is locked again by the board after 30 s, and five are all it has. */
async function talk<T>(peer: Peer, signal: AbortSignal, question: (ask: Ask) => Promise<T>): Promise<T> {
  const { host, options, where, outlet } = peer
  if (outlet > options.relays) throw noSuchRelay(peer)
  const socket = addAbortSignal(signal, connect(options.port, host))
  socket.on('error', () => {})
  try {
    await once(socket, 'connect')
    const ask = asker(socket)
    await unlock(ask, peer)
    return await question(ask)
  } catch (error) {
    if (signal.aborted || error instanceof HardwareError) throw error
    throw unreachable(where, hostPort(host, options.port), codeOf(error))
  } finally {
    socket.destroy()
  }
}

function asker(socket: Socket): Ask {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  return async (request, length) => {
    socket.write(request)
    let answer = Buffer.alloc(0)
    while (answer.length < length) {
      const { value, done } = await chunks.next()
      if (done) throw new Error('closed')
      answer = Buffer.concat([answer, value])
    }
    return answer
  }
}

async function unlock(ask: Ask, peer: Peer): Promise<void> {
  if (peer.options.password === undefined) return
  const [answer] = await ask(Uint8Array.of(0x79, ...Buffer.from(peer.options.password, 'latin1')), 1)
  if (answer !== 1) throw refused(peer, 'the password')
}

function refused({ where }: Peer, what: string): HardwareError {
  return powerError(`${where} refused ${what}`, {
    hint: 'Check the outlet number, and whether the board wants a password (boards.yaml: password).',
    details: { where },
  })
}

function noSuchRelay({ where, options }: Peer): HardwareError {
  return powerError(`${where} is not there: the board has ${options.relays} relays`, {
    hint: 'Check the outlet number, and relays, in boards.yaml.',
    details: { where },
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'closed without an answer'
}

/**
 * A serial port behind a console server that speaks RFC 2217 (telnet with the COM-PORT option): ser2net's
 * `telnet(rfc2217)`, and most console servers. The line is set from here, and what the server says it is set to is
 * compared. Seen with ser2net 4.3.11: it asks for the option itself, acknowledges each setting at once, and answers a
 * second client with `Port already in use` and a device that is not there with `Device open failure`, then closes.
 */
import type { Socket } from 'node:net'
import { z } from 'zod'
import { type Clock, pause, within } from '../../clock.ts'
import type { ConsoleLink } from '../types.ts'
import { type ComPort, createComPort } from './com-port.ts'
import { declareDriver, type Opening } from './driver.ts'
import { type Line, type NoConsole, noConsole, reasonOf } from './driver-errors.ts'
import { lineFields } from './line-settings.ts'
import { serverWords } from './server-words.ts'
import {
  type Breaks,
  ConnectTimeoutMs,
  carry,
  Host,
  networkLine,
  noAnswer,
  openSocket,
  Port,
  placeOf,
} from './socket.ts'

const schema = z.strictObject({
  host: Host,
  /** Each port of a server has its own. */
  port: Port,
  ...lineFields,
  parity: z.enum(['none', 'odd', 'even', 'mark', 'space']).default('none'),
  stopBits: z.union([z.literal(1), z.literal(1.5), z.literal(2)]).default(1),
  connectTimeoutMs: ConnectTimeoutMs,
})
export type Rfc2217Options = z.infer<typeof schema>

export const rfc2217 = declareDriver({ id: 'rfc2217', schema, place: placeOf, open })

async function open(opening: Opening<Rfc2217Options>): Promise<ConsoleLink> {
  const { options, where, handlers, clock, signal } = opening
  const line = networkLine(where, options)
  const socket = await openSocket(line, options, clock, signal)
  const port = createComPort(options)
  const decode = (chunk: Uint8Array): Uint8Array => {
    const { data, reply } = port.hear(chunk)
    if (reply.length > 0) socket.write(reply)
    return data
  }
  const late = (): Error => noConsole(line, unanswered(port, options))
  try {
    const early = await within(
      clock,
      options.connectTimeoutMs,
      agree(socket, line, port, decode),
      late,
      signal,
    )
    const wire = { decode, encode: port.encode, breaks: breaksBy(port, clock) }
    const link = carry(line, socket, wire, handlers)
    // What the board said meanwhile comes first, and after whoever opened it knows that it is open.
    setImmediate(() => {
      if (early.length > 0 && !socket.destroyed) handlers.onBytes(early)
      socket.resume()
    })
    return link
  } catch (error) {
    socket.destroy()
    throw error
  }
}

function breaksBy(port: ComPort, clock: Clock): Breaks {
  return async (send, durationMs) => {
    await send(port.holdBreak(true))
    await pause(clock, durationMs)
    await send(port.holdBreak(false))
  }
}

/** Of what the board says before its line is set so much is kept. */
const EARLY_LIMIT = 1024 * 1024

/** Resolves with what the board said meanwhile, the socket paused; rejects when the server refuses or closes. */
function agree(
  socket: Socket,
  line: Line,
  port: ComPort,
  decode: (chunk: Uint8Array) => Uint8Array,
): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const early: Uint8Array[] = []
  let length = 0
  let reason = 'closed by the other side'

  const hear = (chunk: Uint8Array): void => {
    const data = decode(chunk)
    if (length < EARLY_LIMIT) early.push(data)
    length += data.length
    const state = port.state()
    if (state.kind === 'set') {
      socket.off('data', hear)
      socket.off('close', close)
      socket.pause()
      resolve(Buffer.concat(early))
    } else if (state.kind === 'refused') reject(noConsole(line, REFUSED))
    else if (state.kind === 'other') reject(noConsole(line, otherThan(state)))
  }
  const close = (): void => {
    const said = serverWords(Buffer.concat(early).toString('latin1'))
    const words = said === '' ? '' : `, saying "${said}"`
    reject(noConsole(line, { step: stepOf(port), reason: `${reason}${words}`, hint: CLOSED_HINT }))
  }

  socket.on('error', error => {
    reason = reasonOf(error)
  })
  socket.on('data', hear)
  socket.on('close', close)
  socket.write(port.begin())
  return promise
}

const CLOSED_HINT =
  'Check that nobody else has the port open, and that its device is plugged into the console server.'

const REFUSED: NoConsole = {
  step: 'com-port option',
  reason: 'the server does not speak RFC 2217',
  hint: 'Use driver telnet there and set the line at the console server, or make the server offer RFC 2217 on this port.',
}

function otherThan({ asked, got }: { asked: string; got: string }): NoConsole {
  return {
    step: 'line settings',
    reason: `asked for ${asked}, the port has ${got}`,
    hint: 'Correct it in boards.yaml, or let the console server have it set by its clients.',
  }
}

function unanswered(port: ComPort, options: Rfc2217Options): NoConsole {
  const state = port.state()
  const what = state.kind === 'setting' ? ` to ${state.missing.join(', ')}` : ''
  return {
    step: stepOf(port),
    reason: `${noAnswer(options)}${what}`,
    hint: 'Check that this port of the console server speaks RFC 2217; where it does not, use driver telnet or tcp.',
  }
}

function stepOf(port: ComPort): string {
  return port.state().kind === 'asking' ? 'com-port option' : 'line settings'
}

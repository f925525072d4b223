/**
 * A console behind telnet: a console server's port, a board's telnetd, or QEMU's `-serial telnet:`.
 * Wire: RFC 854 through `src/telnet.ts`. QEMU 7.2 greets with WILL ECHO, WILL SGA, WILL BINARY, DO BINARY and
 * serves one client at a time: a second one connects and hears nothing. Debian's inetutils-telnetd offers no BINARY.
 */
import { z } from 'zod'
import { createTelnetCodec } from '../../telnet.ts'
import type { ConsoleLink } from '../types.ts'
import { declareDriver, type Opening } from './driver.ts'
import { ConnectTimeoutMs, carry, Host, networkLine, openSocket, Port, placeOf, type Wire } from './socket.ts'

const schema = z.strictObject({
  host: Host,
  /** RFC 854's own port. */
  port: Port.default(23),
  connectTimeoutMs: ConnectTimeoutMs,
})
export type TelnetOptions = z.infer<typeof schema>

export const telnet = declareDriver({ id: 'telnet', schema, place: placeOf, open })

/** IAC BRK (RFC 854): its length is the server's business. QEMU 7.2 and ser2net 4.3.11 pass it on. */
const BREAK = Uint8Array.of(255, 243)

async function open(opening: Opening<TelnetOptions>): Promise<ConsoleLink> {
  const { options, where, handlers, clock, signal } = opening
  const line = networkLine(where, options)
  const socket = await openSocket(line, options, clock, signal)
  const codec = createTelnetCodec()
  const decode = (chunk: Uint8Array): Uint8Array => {
    const { data, reply } = codec.decode(chunk)
    if (reply.length > 0) socket.write(reply)
    return data
  }
  const wire: Wire = { decode, encode: codec.encode, breaks: send => send(BREAK) }
  return carry(line, socket, wire, handlers)
}

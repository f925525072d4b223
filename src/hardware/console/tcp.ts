/**
 * A console behind a bare TCP port: a console server's raw port, ser2net's `tcp`, socat, QEMU's `-serial tcp:`. Every
 * byte is the line's own, 0xff too; a server that negotiates telnet there shows as odd bytes in the log.
 */
import { z } from 'zod'
import { declareDriver, type Opening } from './driver.ts'
import { ConnectTimeoutMs, carry, Host, networkLine, openSocket, Port, placeOf, rawWire } from './socket.ts'

const schema = z.strictObject({
  host: Host,
  /** No port is usual for this. */
  port: Port,
  connectTimeoutMs: ConnectTimeoutMs,
})
export type TcpOptions = z.infer<typeof schema>

export const tcp = declareDriver({
  id: 'tcp',
  schema,
  place: placeOf,
  hasBreak: false,
  async open({ options, where, handlers, clock, signal }: Opening<TcpOptions>) {
    const line = networkLine(where, options)
    return carry(line, await openSocket(line, options, clock, signal), rawWire(NO_BREAK), handlers)
  },
})

const NO_BREAK = {
  none: 'on a bare TCP port every byte is data',
  instead: 'Let the console server speak telnet or RFC 2217 on this port, and use driver telnet or rfc2217.',
}

import { connect, type Socket } from 'node:net'
import { StringDecoder } from 'node:string_decoder'
import { createDecoder, escapeBytes, IAC } from '../../src/simulator/telnet.ts'
import { until } from '../until.ts'

const [DO, DONT, WILL, WONT, ECHO, SGA] = [253, 254, 251, 252, 1, 3] as const

/** Somebody at a terminal of their own, with a telnet client or without one. */
export type Caller = {
  readonly socket: Socket
  /** As keys, through the telnet client where there is one. */
  type(text: string | Uint8Array): void
  /** As it is. */
  send(bytes: Uint8Array): void
  /** All that was shown so far, without telnet's own bytes. */
  shown(): string
  bytes(): Buffer
  /** How often it was asked for an option that it does not have. */
  asked(): number
  /** How many those are. */
  count(): number
  /** Waits until it was shown, from `after` on; answers all of it. */
  saw(text: string, after?: number, withinMs?: number): Promise<string>
  readonly closed: Promise<void>
  isClosed(): boolean
  close(): void
}

export type CallerOptions = {
  port: number
  /** Answers as telnet clients do (RFC 857, 858). */
  telnet?: boolean
  from?: string
  /** A client that is there no more, as far as anybody can tell: it answers nothing. */
  isMute?(): boolean
}

export function call({
  port,
  telnet = true,
  from = '127.0.0.1',
  isMute = () => false,
}: CallerOptions): Caller {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  const decode = createDecoder()
  const heard: Buffer[] = []
  const utf8 = new StringDecoder('utf8')
  let count = 0
  let asked = 0
  let text = ''
  let isClosed = false
  const hear = (bytes: Buffer): void => {
    heard.push(bytes)
    count += bytes.length
    // Telnet writes a CR that is no newline as CR NUL (RFC 854).
    text += `${text.endsWith('\r') ? '\r' : ''}${utf8.write(bytes)}`
      .replaceAll('\r\0', '\r')
      .slice(text.endsWith('\r') ? 1 : 0)
  }
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  socket.on('error', () => {})
  socket.once('close', () => {
    isClosed = true
    resolve()
  })
  socket.on('data', (chunk: Buffer) => {
    if (!telnet) {
      hear(chunk)
      return
    }
    for (const item of decode(chunk)) {
      if (item.kind === 'bytes') hear(Buffer.from(item.bytes))
      else if (item.kind === 'option' && item.verb === WILL)
        socket.write(Uint8Array.of(IAC, item.option === ECHO || item.option === SGA ? DO : DONT, item.option))
      else if (item.kind === 'option' && item.verb === DO && !isMute()) {
        asked += 1
        socket.write(Uint8Array.of(IAC, WONT, item.option))
      }
    }
  })
  const bytes = (): Buffer => Buffer.concat(heard)
  const shown = (): string => text
  const encode = (keys: Uint8Array): Uint8Array =>
    Uint8Array.from([...escapeBytes(keys)].flatMap(byte => (byte === 13 ? [13, 0] : [byte])))
  return {
    socket,
    type(text) {
      const keys = typeof text === 'string' ? Buffer.from(text) : text
      socket.write(telnet ? encode(keys) : keys)
    },
    send: raw => void socket.write(raw),
    shown,
    bytes,
    asked: () => asked,
    count: () => count,
    async saw(text, after = 0, withinMs = undefined) {
      await until(() => shown().includes(text, after) || isClosed, `"${text}" is shown`, withinMs)
      if (!shown().includes(text, after)) throw new Error(`closed before "${text}" was shown:\n${shown()}`)
      return shown()
    },
    closed,
    isClosed: () => isClosed,
    close: () => void socket.destroy(),
  }
}

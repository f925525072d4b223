/**
 * A console behind telnet: a console server's port, a board's telnetd, or QEMU's `-serial telnet:`.
 * Wire: RFC 854 through `src/telnet.ts`. QEMU 7.2 greets with WILL ECHO, WILL SGA, WILL BINARY, DO BINARY and
 * serves one client at a time: a second one connects and hears nothing. Debian's inetutils-telnetd offers no BINARY.
 */
import { isIP, Socket } from 'node:net'
import { z } from 'zod'
import { within } from '../../clock.ts'
import { HardwareError, messageOf } from '../../errors.ts'
import { createTelnetCodec } from '../../telnet.ts'
import type { ConsoleDriver, ConsoleHandlers, ConsoleLink, DriverDeps } from '../types.ts'

const schema = z.strictObject({
  host: z.string().trim().min(1),
  /** RFC 854's own port. */
  port: z.int().min(1).max(65535).default(23),
  /** A console server on a lab's network answers well within this, or is not there. */
  connectTimeoutMs: z.int().min(1).default(5_000),
})
export type TelnetOptions = z.infer<typeof schema>

/** A cable pulled out says nothing: the system asks the other side after this much silence. */
const KEEP_ALIVE_MS = 10_000

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by the other side',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the name server does not answer',
  EPIPE: 'closed by the other side',
  ETIMEDOUT: 'the other side stopped answering',
}

function whereOf(options: TelnetOptions): string {
  const host = options.host.toLowerCase()
  return `telnet ${isIP(host) === 6 ? `[${host}]` : host}:${options.port}`
}

async function open(
  options: TelnetOptions,
  handlers: ConsoleHandlers,
  clock: DriverDeps['clock'],
  signal: AbortSignal,
): Promise<ConsoleLink> {
  const socket = new Socket()
  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  const late = (): Error => noConsole(options, 'connect', `no answer within ${options.connectTimeoutMs} ms`)
  try {
    await within(clock, options.connectTimeoutMs, connect(socket, options), late, signal)
  } catch (error) {
    socket.destroy()
    throw error
  }
  return carry(socket, options, handlers)
}

function connect(socket: Socket, options: TelnetOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('connect', () => resolve())
  // Stays for the socket's life: an error without a listener would end the process.
  socket.on('error', error => {
    const step = 'syscall' in error && error.syscall === 'getaddrinfo' ? 'resolve' : 'connect'
    reject(noConsole(options, step, reasonOf(error), error))
  })
  socket.connect({ host: options.host, port: options.port })
  return promise
}

/** From here on every byte is taken as it comes: back-pressure must never reach the board (console.md 12). */
function carry(socket: Socket, options: TelnetOptions, handlers: ConsoleHandlers): ConsoleLink {
  const codec = createTelnetCodec()
  let reason = 'closed by the other side'
  let closing = false

  socket.on('data', (chunk: Buffer) => {
    const { data, reply } = codec.decode(chunk)
    if (reply.length > 0) socket.write(reply)
    if (data.length > 0) handlers.onBytes(data)
  })
  socket.on('error', error => {
    reason = reasonOf(error)
  })
  socket.on('close', () => {
    if (!closing) handlers.onClose(reason)
  })

  return {
    write(bytes) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      socket.write(codec.encode(bytes), error => {
        if (error) reject(consoleLost(options, closing ? 'closed by us' : reason, error))
        else resolve()
      })
      return promise
    },
    close() {
      closing = true
      socket.destroy()
    },
  }
}

// A console server is reached as a part of its board and counts against it (requirements E, "console connect").
function noConsole(options: TelnetOptions, step: string, reason: string, from?: unknown): HardwareError {
  return new HardwareError(`no console at ${whereOf(options)}: ${reason} (step: ${step})`, {
    hint: `Check that the console server is on and that ${options.host} port ${options.port} is right in boards.yaml.`,
    cause: 'no console',
    blame: 'board',
    details: { host: options.host, port: options.port, step, reason: `${reason} (step: ${step})` },
    from,
  })
}

function consoleLost(options: TelnetOptions, reason: string, from?: unknown): HardwareError {
  return new HardwareError(`console lost at ${whereOf(options)}: ${reason} (step: write)`, {
    hint: 'The connection is tried again by itself; what was being sent has to be sent again.',
    cause: 'console lost',
    blame: 'board',
    details: { host: options.host, port: options.port, step: 'write' },
    from,
  })
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return REASONS[code] ?? (messageOf(error) || code)
}

export const telnet: ConsoleDriver<TelnetOptions> = {
  id: 'telnet',
  schema,
  where: whereOf,
  create: (options, deps) => ({
    where: whereOf(options),
    open: (handlers, signal) => open(options, handlers, deps.clock, signal),
  }),
}

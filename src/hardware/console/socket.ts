/** The TCP side of every console that is reached over the network: found, connected in time, drained always. */
import { isIP, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { z } from 'zod'
import { type Millis, within } from '../../clock.ts'
import type { ConsoleHandlers, ConsoleLink, DriverDeps } from '../types.ts'
import { consoleLost, type Line, noBreak, noConsole, reasonOf } from './driver-errors.ts'

export const Host = z.string().trim().min(1)
export const Port = z.int().min(1).max(65_535)
/** A console server on a lab's network answers well within this, or is not there. */
export const ConnectTimeoutMs = z.int().min(1).default(5_000)

export type SocketOptions = { host: string; port: number; connectTimeoutMs: number }

/** How bytes of the line travel over the wire. `decode` also sends what has to be answered. */
export type Wire = {
  decode(chunk: Uint8Array): Uint8Array
  encode(bytes: Uint8Array): Uint8Array
  breaks: Breaks
}

/** How a break is made of the line, or why there is none and what has one. `send` puts bytes on the wire as they are. */
export type Breaks =
  | ((send: (bytes: Uint8Array) => Promise<void>, durationMs: Millis) => Promise<void>)
  | { none: string; instead: string }

/** Every byte is the line's own. */
export function rawWire(breaks: Breaks): Wire {
  return { decode: bytes => bytes, encode: bytes => bytes, breaks }
}

/** A cable pulled out says nothing: the system asks the other side after this much silence. */
const KEEP_ALIVE_MS = 10_000

/** The same for the same place, however it is written: `10.1.2.101:23`, `[fd00::1]:23`. */
export function placeOf({ host, port }: Pick<SocketOptions, 'host' | 'port'>): string {
  const name = host.toLowerCase()
  return `${isIP(name) === 6 ? `[${name}]` : name}:${port}`
}

export function networkLine(where: string, { host, port }: SocketOptions): Line {
  return {
    where,
    hint: `Check that the console server is on and that ${host} port ${port} is right in boards.yaml.`,
    details: { host, port },
  }
}

/** Throws HardwareError (no console), or the signal's reason; nothing is left open then. */
export async function openSocket(
  line: Line,
  options: SocketOptions,
  clock: DriverDeps['clock'],
  signal: AbortSignal,
): Promise<Socket> {
  const socket = new Socket()
  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  try {
    await within(clock, options.connectTimeoutMs, connect(socket, line, options), late, signal)
  } catch (error) {
    socket.destroy()
    throw error
  }
  return socket

  function late(): Error {
    return noConsole(line, { step: 'connect', reason: noAnswer(options) })
  }
}

export function noAnswer({ connectTimeoutMs }: Pick<SocketOptions, 'connectTimeoutMs'>): string {
  return `no answer within ${connectTimeoutMs} ms`
}

function connect(socket: Socket, line: Line, { host, port }: SocketOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('connect', () => resolve())
  // Stays for the socket's life: an error without a listener would end the process.
  socket.on('error', error => {
    const step = 'syscall' in error && error.syscall === 'getaddrinfo' ? 'resolve' : 'connect'
    reject(noConsole(line, { step, reason: reasonOf(error), from: error }))
  })
  socket.connect({ host, port })
  return promise
}

/**
 * From here on every byte is taken as it comes: back-pressure must never reach the board (console.md 12). `ending` says
 * why it ended where the stream has no error to say so.
 */
export function carry(
  line: Line,
  stream: Duplex,
  wire: Wire,
  handlers: ConsoleHandlers,
  ending: () => string = () => 'closed by the other side',
): ConsoleLink {
  let ended: string | null = null
  let failed: Error | null = null
  const waiting = new Set<(reason: string, from?: Error) => void>()

  const end = (reason: string): void => {
    ended = reason
    for (const lose of waiting) lose(reason)
    waiting.clear()
  }

  stream.on('data', (chunk: Buffer) => {
    const bytes = wire.decode(chunk)
    if (bytes.length > 0 && ended === null) handlers.onBytes(bytes)
  })
  stream.on('error', error => {
    failed = error
  })
  stream.on('close', () => {
    if (ended !== null) return
    end(failed === null ? ending() : reasonOf(failed))
    handlers.onClose(ended ?? '')
  })

  const send = (bytes: Uint8Array): Promise<void> => {
    if (ended !== null) return Promise.reject(consoleLost(line, ended))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const lose = (reason: string, from?: Error): void => reject(consoleLost(line, reason, from))
    // A stream that ends may forget who waits for it.
    waiting.add(lose)
    stream.write(bytes, error => {
      waiting.delete(lose)
      if (error) lose(ended ?? reasonOf(error), error)
      else resolve()
    })
    return promise
  }

  return {
    write: bytes => send(wire.encode(bytes)),
    async sendBreak(durationMs) {
      if (ended !== null) throw consoleLost(line, ended)
      if (typeof wire.breaks !== 'function') throw noBreak(line, wire.breaks)
      await wire.breaks(send, durationMs)
    },
    close() {
      if (ended === null) end('closed by us')
      stream.destroy()
    },
  }
}

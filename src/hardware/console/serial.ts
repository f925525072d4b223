/**
 * A console on a serial port of this machine: a USB adapter, a UART, a pseudo-terminal. serialport 13.0.0 opens it, sets
 * the line and locks it (flock(2), as minicom and picocom do); bytes are carried by Node's own terminal stream. That of
 * serialport would read a device that goes away while data flows for ever and never say so, and looks for no input while
 * a write waits for room (bindings-cpp: unix-read.js, poller.cpp). Its poller also belongs to the main thread.
 *
 * No modem line is asked for: a pseudo-terminal has none. Closing leaves DTR as it is: it resets many a board.
 */
import { closeSync, constants, open as openFile } from 'node:fs'
import { ReadStream } from 'node:tty'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type Clock, pause, within } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { ConsoleLink } from '../types.ts'
import { declareDriver, type Opening } from './driver.ts'
import { type Line, type NoConsole, noBreak, noConsole } from './driver-errors.ts'
import { lineFields } from './line-settings.ts'
import { type Breaks, ConnectTimeoutMs, carry, noAnswer, rawWire } from './socket.ts'

const schema = z.strictObject({
  path: z.string().regex(/^\/./, 'path is the whole path of the device, such as /dev/serial/by-id/…'),
  ...lineFields,
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  connectTimeoutMs: ConnectTimeoutMs,
})
export type SerialOptions = z.infer<typeof schema>

export const serial = declareDriver({ id: 'serial', schema, place: ({ path }) => path, open })

async function open(opening: Opening<SerialOptions>): Promise<ConsoleLink> {
  const { options, where, handlers, clock, signal } = opening
  const line: Line = {
    where,
    hint: "Check that the board's adapter is plugged in, and path in boards.yaml; ls /dev/serial/by-id shows what is there.",
    details: { path: options.path, baudRate: options.baudRate },
  }
  const device = openDevice(options)
  const late = (): Error => noConsole(line, { step: 'open', reason: noAnswer(options) })
  try {
    const { stream, port } = await within(clock, options.connectTimeoutMs, device, late, signal)
    return carry(line, stream, rawWire(breaksOf(port, line, clock)), handlers, () => GONE)
  } catch (error) {
    // One that opens too late is let go of.
    device.then(({ stream }) => stream.destroy()).catch(() => {})
    if (error instanceof SerialFault)
      throw noConsole(line, { step: 'open', from: error, ...troubleOf(error) })
    throw error
  }
}

async function openStream(path: string): Promise<ReadStream> {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants
  const fd = await promisify(openFile)(path, O_RDWR | O_NOCTTY | O_NONBLOCK)
  const stream = new ReadStream(fd)
  // libuv opens a terminal once more for itself (uv_tty_init) and then closes only that.
  if (descriptorOf(stream, fd) !== fd) closeSync(fd)
  return stream
}

function descriptorOf(stream: ReadStream, otherwise: number): unknown {
  const handle: unknown = Reflect.get(stream, '_handle')
  return typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : otherwise
}

const GONE = 'the device is gone: unplugged, or its other end closed'

/** What of serialport's port makes a break. */
export type BreakingPort = {
  drain(): Promise<void>
  set(lines: { brk: boolean; dtr: boolean; rts: boolean }): Promise<void>
}

/** serialport sets DTR and RTS with it (serialport_unix.cpp, SetBaton): they stay as opening made them. */
export function breaksOf(port: BreakingPort, line: Line, clock: Clock): Breaks {
  const hold = (brk: boolean): Promise<void> => port.set({ brk, dtr: true, rts: true })
  return async (_send, durationMs) => {
    // What was written before would be held back in the UART, or cut.
    await port.drain()
    try {
      await hold(true)
      await pause(clock, durationMs)
    } catch (error) {
      throw noBreak(line, NO_BREAK, error)
    } finally {
      await hold(false).catch(() => {})
    }
  }
}

const NO_BREAK = {
  none: 'the device makes none: a pseudo-terminal has no line, and some USB adapters cannot',
  instead: 'Another adapter may; or use a console server that speaks telnet or RFC 2217.',
}

/** What serialport says has no code, only words. */
class SerialFault extends Error {}

async function openDevice(options: SerialOptions): Promise<{ stream: ReadStream; port: BreakingPort }> {
  // Loaded when the first port is opened: a lab of network consoles does not pay for it.
  const { SerialPort } = await import('serialport')
  const { path, baudRate, dataBits, stopBits, parity, rtscts } = options
  const settings = { path, baudRate, dataBits, stopBits, parity, rtscts, lock: true, hupcl: false }
  const port = await SerialPort.binding.open(settings).catch((error: unknown) => {
    throw new SerialFault(messageOf(error), { cause: error })
  })
  // Open as long as the stream is: it holds the lock.
  const release = (): void => void port.close().catch(() => {})
  try {
    return { stream: (await openStream(path)).once('close', release), port }
  } catch (error) {
    release()
    throw new SerialFault(messageOf(error), { cause: error })
  }
}

/** The first that fits, in the words of strerror(3) and of serialport. */
const FAULTS: readonly (readonly [RegExp, Pick<NoConsole, 'reason' | 'hint'>])[] = [
  [/no such (?:file|device)/i, { reason: 'no such device' }],
  [
    /cannot lock|busy/i,
    {
      reason: 'another program has it open',
      hint: 'End the program that has it (fuser names it: a terminal program, another bot), or correct path in boards.yaml.',
    },
  ],
  [
    /permission denied|not permitted/i,
    {
      reason: 'permission denied',
      hint: "Put the bot's user into the group of the device (dialout on Debian), and start the bot again.",
    },
  ],
  [/inappropriate ioctl|is a directory/i, { reason: 'it is no serial port' }],
]

function troubleOf(fault: SerialFault): Pick<NoConsole, 'reason' | 'hint'> {
  const known = FAULTS.find(([words]) => words.test(fault.message))
  return known?.[1] ?? { reason: fault.message }
}

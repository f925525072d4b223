import type { Socket } from 'node:net'
import type { Clock, Millis } from '../clock.ts'
import { createTelnetCodec } from '../telnet.ts'
import { createPulse } from './pulse.ts'
import type { GatewayLimits } from './types.ts'
import { createView, type View } from './view.ts'

/** One connection: telnet on the outside, the bytes that a person typed and what they see on the inside. */
export type Line = {
  readonly address: string
  readonly view: View
  /** Who gets what is typed, from now on. */
  take(taker: (bytes: Uint8Array) => void): void
  /** Shown by us, unless the person's own terminal shows what is typed. */
  echo(text: string): void
  /** The other side speaks telnet: a telnet client keeps Ctrl-] to itself. */
  speaksTelnet(): boolean
  /** Told when nobody seems to be at the other side any more, and when somebody is again. */
  watchPulse(told: PulseTold): void
  /** What is typed meanwhile waits at the other side. */
  pause(): void
  resume(): void
  /** Closes behind what was said, and at the latest a little later: whoever does not read is cut off. */
  end(...lines: readonly string[]): void
  readonly closed: Promise<void>
}

export type PulseTold = { silent(): void; back(): void }

export type LineLimits = Pick<GatewayLimits, 'viewBytes' | 'silentMs'>

/** A person whose cable was pulled says nothing: the system asks the other side after this much silence. */
const KEEP_ALIVE_MS: Millis = 30_000
/** IAC DO TIMING-MARK (RFC 860): every telnet says WILL or WONT to it, when it has read all before it. */
const TIMING_MARK = Uint8Array.of(255, 253, 6)
const END_WITHIN_MS: Millis = 1_000
const [LF, CR] = [10, 13] as const

export function createLine(socket: Socket, clock: Clock, limits: LineLimits): Line {
  const codec = createTelnetCodec({ serves: true })
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  let taker: (bytes: Uint8Array) => void = () => {}
  let isEnding = false
  /** It sends key by key, not line by line: then its own terminal shows nothing. */
  let isKeyed = false
  let told: PulseTold = { silent: () => {}, back: () => {} }
  const write = (bytes: Uint8Array, done: () => void = () => {}): void => {
    if (isEnding || !socket.writable) return
    // What had to wait goes only when the other side reads.
    const hasWaited = socket.writableLength > 0
    socket.write(bytes, () => {
      if (hasWaited) pulse.heard()
      done()
    })
  }
  const speaksTelnet = (): boolean => codec.echo() !== 'open'
  const encode = (bytes: Uint8Array): Uint8Array => (speaksTelnet() ? codec.encode(bytes) : bytes)
  const view = createView({ write, pending: () => socket.writableLength }, encode, limits.viewBytes)
  const pulse = createPulse({
    clock,
    silentMs: limits.silentMs,
    ask() {
      if (speaksTelnet()) write(TIMING_MARK)
      return speaksTelnet()
    },
    owes: () => socket.writableLength > 0,
    isDeaf: () => socket.isPaused(),
    onSilent: () => told.silent(),
    onBack: () => told.back(),
    onGone: () => socket.destroy(),
  })

  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  // What went wrong is said by the close that follows; without a listener it would end the process.
  socket.on('error', () => {})
  socket.once('close', () => {
    pulse.stop()
    resolve()
  })
  socket.on('data', (chunk: Buffer) => {
    pulse.heard()
    if (isEnding) return
    const { data, reply } = codec.decode(chunk)
    if (reply.length > 0) write(reply)
    if (data.length > 0 && !data.includes(CR) && !data.includes(LF)) isKeyed = true
    if (data.length > 0) taker(data)
  })
  write(codec.offer())

  return {
    address: (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, ''),
    view,
    take(next) {
      taker = next
    },
    echo: text => {
      if (text === '') return
      if (codec.echo() === 'agreed' || (codec.echo() === 'open' && isKeyed)) view.write(text)
    },
    speaksTelnet,
    watchPulse(by) {
      told = by
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end(...lines) {
      if (isEnding) return
      // Whatever line of the board stood unfinished stays behind.
      view.begin('')
      view.release()
      view.begin('')
      view.say(...lines)
      isEnding = true
      socket.resume()
      socket.end()
      const timer = clock.after(END_WITHIN_MS, () => socket.destroy())
      void closed.then(() => timer.cancel())
    },
    closed,
  }
}

import { userInfo } from 'node:os'
import { PassThrough, type Readable } from 'node:stream'
import type { App } from '../app.ts'
import { createTerminalFace, type TerminalFace, type TerminalFaceOptions } from '../bot/terminal/face.ts'
import { systemClock } from '../clock.ts'
import type { Session } from './session.ts'

/** A terminal face on the app, which tells through it from now on. */
export function openFace(
  { command, flags, log, environment }: Session,
  app: App,
  streams: Pick<TerminalFaceOptions, 'input'> & Partial<TerminalFaceOptions>,
): TerminalFace {
  const name = flags.as ?? (command === 'demo' ? 'ada' : userName())
  const face = createTerminalFace({
    output: process.stdout,
    errors: process.stderr,
    isTTY: isPerson(),
    columns: () => process.stdout.columns ?? 80,
    colour: process.env['NO_COLOR'] === undefined && process.stdout.isTTY === true,
    dispatcher: app.dispatcher,
    lab: app.lab,
    clock: systemClock,
    log,
    as: { id: name, name, platform: 'terminal' },
    folder: process.cwd(),
    json: flags.json,
    stays: command === 'start',
    ...streams,
  })
  app.addChannel(face.channel)
  // Where there is no other, the terminal is this deployment's home channel too (M5.5).
  if (environment.chat === 'terminal') app.addChannel({ ...face.channel, id: 'home' })
  return face
}

/** In a container it may be a user that the system has no name for. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user-${process.getuid?.() ?? 'unknown'}`
  }
}

export function isPerson(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true
}

/** All that is typed, if ever anything is: a service may be started on a pipe that stays silent, or goes away. */
export function wholeOf(stdin: NodeJS.ReadStream): Readable {
  if (stdin.isTTY) return stdin
  const whole = new PassThrough()
  stdin.once('error', () => whole.end())
  return stdin.pipe(whole)
}

/** Null when there is no input at all (`</dev/null`), or when it is not waited for any more; else the stream from its first byte on. */
export function firstOf(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<Readable | null> {
  if (stdin.isTTY) return Promise.resolve(stdin)
  const { promise, resolve } = Promise.withResolvers<Readable | null>()
  const onEnd = (): void => resolve(null)
  stdin.once('end', onEnd)
  stdin.once('error', onEnd)
  signal.addEventListener('abort', onEnd, { once: true })
  stdin.once('data', (chunk: Buffer) => {
    stdin.off('end', onEnd)
    const rest = new PassThrough()
    rest.write(chunk)
    stdin.pipe(rest)
    resolve(rest)
  })
  return promise
}

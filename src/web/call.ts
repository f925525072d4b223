/** One request to addresses that were checked, and its answer with the body still to be read. */

import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import type { Clock, Millis, Timer } from '../clock.ts'
import { LabError, messageOf } from '../errors.ts'
import { shownUrl } from './destinations.ts'

const CONNECT_MS: Millis = 10_000
const SILENT_MS: Millis = 30_000

export type Ip = { address: string; family: number }
export type Message = {
  method: 'GET' | 'POST'
  headers: Readonly<Record<string, string>>
  body?: Buffer
}

/** Throws LabError when nobody answers, and the signal's reason. */
export function call(
  url: URL,
  addresses: readonly Ip[],
  message: Message,
  clock: Clock,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const isSecure = url.protocol === 'https:'
  const sent = (isSecure ? requestHttps : requestHttp)(url, {
    method: message.method,
    // What is sent is what is stored and compared by its sum: no coding of it on the way (RFC 9110, 12.5.3).
    headers: { 'User-Agent': 'boardroom', 'Accept-Encoding': 'identity', ...message.headers },
    // A connection of its own: a kept one may have been made when the name meant another machine.
    agent: false,
    lookup: pinned(addresses),
    signal,
  })
  const late = (what: string) => (): void => {
    sent.destroy(unreachable(url, what))
  }
  let timer: Timer = clock.after(CONNECT_MS, late(`no connection within ${CONNECT_MS / 1000} s`))
  sent.on('socket', socket =>
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      timer.cancel()
      timer = clock.after(SILENT_MS, late(`no answer within ${SILENT_MS / 1000} s`))
    }),
  )
  sent.on('response', response => {
    timer.cancel()
    resolve(response)
  })
  // Later ones reach whoever reads the body.
  sent.on('error', error => reject(signal.aborted ? reasonOf(signal) : asLabError(url, error)))
  sent.on('close', () => {
    timer.cancel()
    reject(unreachable(url, 'the connection was closed without an answer'))
  })
  sent.end(message.body)
  return promise
}

/** Whatever is asked for: a name that means another machine a moment later leads nowhere else. */
function pinned(addresses: readonly Ip[]): LookupFunction {
  return (_host, { all }, answer) => {
    const [first] = addresses
    if (first === undefined) answer(new Error('no address'), '')
    else if (all === true) answer(null, [...addresses])
    else answer(null, first.address, first.family)
  }
}

/** The body of an answer, which fails when it is cut off or nothing of it comes for 30 s while it is waited for. */
export function bodyOf(response: IncomingMessage, url: URL, clock: Clock, signal: AbortSignal): Readable {
  let timer: Timer | null = null
  const wait = (): void => {
    timer?.cancel()
    timer = clock.after(SILENT_MS, () =>
      body.destroy(unreachable(url, `nothing more came for ${SILENT_MS / 1000} s`)),
    )
  }
  const body = new Readable({
    read() {
      wait()
      response.resume()
    },
    destroy(error, done) {
      timer?.cancel()
      response.destroy()
      done(error)
    },
  })
  // Whoever reads is told; where nobody does any more it must not bring the process down.
  body.on('error', () => {})
  response.pause()
  response.on('data', (bytes: Buffer) => {
    timer?.cancel()
    if (!body.push(bytes)) response.pause()
  })
  response.on('end', () => {
    timer?.cancel()
    body.push(null)
  })
  response.on('error', error =>
    body.destroy(signal.aborted ? reasonOf(signal) : unreachable(url, 'the answer was cut off', error)),
  )
  return body
}

export function unreachable(url: URL, what: string, cause?: unknown): LabError {
  return new LabError('web', `${shownUrl(url)} could not be used: ${what}.`, {
    hint: 'Try again in a moment; if it stays, look whether that server is up and can be reached from the lab.',
    failure: 'infrastructure',
    cause,
  })
}

function asLabError(url: URL, error: Error): LabError {
  return error instanceof LabError ? error : unreachable(url, messageOf(error), error)
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))
}

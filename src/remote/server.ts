/** The Boardroom that is asked: where it is, with which key, and requests to it. */

import { type IncomingMessage, type OutgoingHttpHeaders, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { Millis } from '../clock.ts'
import { InputError } from '../errors.ts'
import type { Form } from './multipart.ts'
import { cutOff, silent, unreachable } from './unreachable.ts'

export type Server = {
  /** With `/` at its end: a proxy may have put a path before it. */
  url: URL
  key: string | null
  /** Of this program, for the other side's log. */
  version: string
}

/** Throws InputError for what is no address, and for a key that no header can carry; the key is never shown. */
export function serverOf(address: string, key: string | undefined, version: string): Server {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw new InputError(`"${address}" is no address of a Boardroom.`, {
      hint: 'Write http:// or https://, its name and its port: --server http://lab:8080',
    })
  if (url.username !== '' || url.password !== '')
    throw new InputError('The address has a user or a password in it.', {
      hint: 'Take them out; the key goes into the variable BOARDROOM_KEY.',
    })
  if (key !== undefined && key !== '' && !/^[\x21-\x7e]+$/.test(key))
    throw new InputError('BOARDROOM_KEY has a space, a line break or a letter in it that no key has.', {
      hint: 'Set it again, to the key alone.',
    })
  url.search = ''
  url.hash = ''
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return { url, key: key === undefined || key === '' ? null : key, version }
}

export type Request = {
  method: 'GET' | 'POST'
  /** Below the server's address: `api/v1/line`. */
  path: string
  query?: Readonly<Record<string, string>>
  headers?: OutgoingHttpHeaders
  body?: Form
  /** How long the answer may take; left out, two minutes. */
  answerMs?: Millis
  /** How much of the body went out. */
  sent?(bytes: number): void
  signal: AbortSignal
}

/** Neither a byte sent nor one received for so long. */
const IDLE_MS: Millis = 120_000

/**
 * The head of the answer, its body still to be read. Redirects are not followed: the key is for this server alone.
 * Rejects with a LabError that says what is wrong with the way there, or with the signal's reason.
 */
export function send(
  server: Server,
  { method, path, query = {}, signal, ...more }: Request,
): Promise<IncomingMessage> {
  const url = new URL(path, server.url)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const { body, headers, answerMs = IDLE_MS } = more
  let sent = 0
  const outgoing = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, {
    method,
    agent: false,
    signal,
    timeout: answerMs,
    headers: {
      Accept: 'application/json',
      'User-Agent': `boardroom/${server.version}`,
      ...(server.key === null ? {} : { Authorization: `Bearer ${server.key}` }),
      ...(body === undefined ? {} : { 'Content-Type': body.type, 'Content-Length': body.length }),
      ...headers,
    },
  })
  const content = body?.open() ?? null
  outgoing.once('response', answer => {
    // Whoever answers before it has all does not want the rest.
    content?.destroy()
    resolve(answer)
  })
  outgoing.once('timeout', () => outgoing.destroy(silent(server, answerMs)))
  outgoing.on('error', error => {
    content?.destroy()
    if (signal.aborted) reject(signal.reason as Error)
    else
      reject(
        body !== undefined && sent > 0
          ? cutOff(server, error, sent, body.length)
          : unreachable(server, error),
      )
  })
  if (content === null) {
    outgoing.end()
    return promise
  }
  content.on('data', (chunk: Buffer) => {
    sent += chunk.length
    more.sent?.(sent)
  })
  // Its own file failed: that is what is said, not that the connection ended.
  content.once('error', error => {
    reject(error)
    outgoing.destroy()
  })
  content.pipe(outgoing)
  return promise
}

/** Every way in which a Boardroom cannot be reached, each with what to do about it. All are exit status 2. */

import { span } from '../cards/words.ts'
import { LabError, messageOf } from '../errors.ts'
import type { Server } from './server.ts'

export function trouble(message: string, hint: string, cause?: unknown): LabError {
  return new LabError('unreachable', message, { hint, failure: 'infrastructure', cause })
}

const NO_CERTIFICATE = /CERT|^ERR_TLS|SELF_SIGNED|UNABLE_TO_/
const NO_TLS = /^(EPROTO|ERR_SSL)/

/** The way there failed: nobody, no such host, no trust. */
export function unreachable(server: Server, error: unknown): LabError {
  // What was destroyed with words of its own keeps them.
  if (error instanceof LabError) return error
  const { origin: at, hostname } = server.url
  const code = codeOf(error)
  if (code === 'ECONNREFUSED')
    return trouble(
      `Nothing answers at ${at}: the connection was refused.`,
      'Is the bot running there, and is that its port?',
      error,
    )
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return trouble(
      `There is no host "${hostname}", or names cannot be looked up now (${code}).`,
      'Check the name after --server, and the network.',
      error,
    )
  if (NO_TLS.test(code))
    return trouble(
      `${at} does not speak TLS as it should (${code}).`,
      'Is it http:// instead of https://?',
      error,
    )
  if (NO_CERTIFICATE.test(code))
    return trouble(
      `The certificate of ${at} is not trusted: ${messageOf(error)}`,
      'Where it is your own authority: NODE_EXTRA_CA_CERTS=/path/to/its.pem',
      error,
    )
  if (code.startsWith('HPE_'))
    return trouble(`What answers at ${at} does not speak HTTP (${code}).`, WHERE, error)
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return trouble(
      `${at} ended the connection without an answer.`,
      'The line may have been carried out all the same. Look: tests, lease list',
      error,
    )
  return trouble(
    `${at} cannot be reached: ${messageOf(error) || code}`,
    'Check the address after --server, and the network.',
    error,
  )
}

const WHERE = 'Check the address after --server: it is the one that its links begin with.'

export function silent({ url }: Server, afterMs: number): LabError {
  return trouble(
    `No answer from ${url.origin} within ${span(afterMs)}.`,
    'The line may be carried out all the same. Look: tests, lease list',
  )
}

/** In the middle of an upload: nothing is begun before a file is whole. */
export function cutOff(server: Server, error: unknown, sent: number, length: number): LabError {
  if (error instanceof LabError || sent >= length) return unreachable(server, error)
  return trouble(
    `${server.url.origin} ended the connection when ${sent} of ${length} bytes were sent.`,
    'Nothing was begun. The file may be over its limit; else try again.',
    error,
  )
}

export function redirected({ url }: Server, location: string): LabError {
  return trouble(
    `${url.origin} says that it is elsewhere: ${location}`,
    'That is not followed, since your key would go along. Where it is right, use that address after --server.',
  )
}

export function noBoardroom({ url }: Server, what: string): LabError {
  return trouble(`What answers at ${url.href} is no Boardroom: ${what}.`, WHERE)
}

export function wantsKey({ url, key }: Server, detail: string | null): LabError {
  const said = detail === null ? '' : ` It says: ${detail}`
  return key === null
    ? trouble(`${url.origin} wants a key.${said}`, 'Set BOARDROOM_KEY to a key that its admin gave you.')
    : trouble(
        `${url.origin} does not take the key in BOARDROOM_KEY.${said}`,
        'Ask its admin which keys there are (API_KEYS), and set BOARDROOM_KEY.',
      )
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

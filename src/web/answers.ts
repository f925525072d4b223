/** What another server's answer says before its body. Pure. */

import type { IncomingMessage } from 'node:http'
import type { Millis } from '../clock.ts'
import { InputError, LabError } from '../errors.ts'
import { shownUrl } from './destinations.ts'

type Head = Pick<IncomingMessage, 'statusCode' | 'headers'>

const LOOK_AT_IT = 'Look at the address: open it in a browser, or with curl -I.'
const REDIRECTS = [301, 302, 303, 307, 308]

/** Where it sends us on to; null when it does not. */
export function locationOf({ statusCode, headers }: Head): string | null {
  return REDIRECTS.includes(statusCode ?? 0) ? (headers.location ?? null) : null
}

/** Throws InputError when there is nothing, LabError when the server does not give it; of class infrastructure when it may later. */
export function checkStatus({ statusCode: status = 0 }: Head, url: URL): void {
  const shown = shownUrl(url)
  if (status >= 200 && status < 300 && status !== 204) return
  if (status === 404 || status === 410)
    throw new InputError(`There is nothing at ${shown} (status ${status}).`, {
      code: 'address',
      hint: LOOK_AT_IT,
    })
  const text = `${shown} was answered with status ${status}, not with the file.`
  if (status >= 500 || status === 408 || status === 429)
    throw new LabError('web', text, {
      hint: 'Try again in a moment; if it stays, ask whoever runs that server.',
      failure: 'infrastructure',
      details: { status },
    })
  const isClosed = status === 401 || status === 403
  throw new LabError('address', text, {
    hint: isClosed ? 'It must be readable without logging in; or upload the file instead.' : LOOK_AT_IT,
    failure: 'input',
    details: { status },
  })
}

/**
 * Throws LabError for a body that would have to be unpacked, which was not asked for. A file that is packed itself is
 * often marked so (Apache's AddEncoding): it is taken as it is.
 */
export function checkCoding({ headers }: Head, url: URL): void {
  const coding = headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (coding === 'identity' || (/^(x-)?gzip$/.test(coding) && /gz$/i.test(url.pathname))) return
  throw new LabError('address', `${shownUrl(url)} was answered in the encoding ${coding}.`, {
    hint: 'Have that server send the file as it is, or upload it instead.',
    failure: 'input',
  })
}

const LONGEST_WAIT: Millis = 24 * 60 * 60 * 1000

/** RFC 9110, 10.2.3: seconds, or a date. Null when it does not say, or not in a way that can be read. */
export function retryAfter({ headers }: Head, now: Millis): Millis | null {
  const text = headers['retry-after']?.trim() ?? ''
  const isDate = /^[A-Z][a-z]+, /.test(text)
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : isDate ? Date.parse(text) - now : Number.NaN
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), LONGEST_WAIT)
}

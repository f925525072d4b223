/** Every way in which a body can be refused. */

import { InputError, LabError } from '../../errors.ts'
import type { Problem } from '../problem.ts'

const STATUS: Readonly<Record<string, number>> = {
  body: 400,
  'body-slow': 408,
  'body-too-large': 413,
  unsupported: 415,
  digest: 422,
  busy: 503,
}
const RETRY_AFTER_S = 5

/** The answer to a body that `receive` refused; null for any other error. */
export function bodyProblem(error: unknown): Problem | null {
  if (!(error instanceof LabError)) return null
  const { code, message: detail, hint } = error
  const status = STATUS[code]
  if (status === undefined) return null
  const headers: Record<string, string> = {}
  if (status === 503) headers['Retry-After'] = String(RETRY_AFTER_S)
  // RFC 9110, 15.5.16: it says which encodings would have been taken.
  if (status === 415) headers['Accept-Encoding'] = 'identity'
  return { status, code, detail, hint, headers }
}

export function malformed(what: string, hint: string, cause?: unknown): LabError {
  return new LabError('body', what, { hint, failure: 'input', cause })
}

export function tooLarge(what: string, limit: number): InputError {
  return new InputError(`${what} is larger than ${limit} bytes.`, {
    code: 'body-too-large',
    hint: 'Send less: strip the program, or pack what is needed as .tar.gz.',
    details: { limit },
  })
}

export function unsupported(what: string, hint: string): InputError {
  return new InputError(what, { code: 'unsupported', hint })
}

export function busy(): LabError {
  return new LabError('busy', 'Too many files are being uploaded right now.', {
    hint: `Send it again in ${RETRY_AFTER_S} s.`,
    failure: 'infrastructure',
  })
}

export function slow(seconds: number): LabError {
  return new LabError('body-slow', `Next to nothing of the body came for ${seconds} s.`, {
    hint: 'Send it again, and look at the connection.',
    failure: 'input',
  })
}

/** Nobody is there any more to be told. */
export function cutOff(cause?: unknown): LabError {
  return malformed('The body was cut off.', 'Send it again, whole.', cause)
}

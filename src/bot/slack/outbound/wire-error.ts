/** From what the Web API client throws to a SlackError: refused, rate limited, never reached, or unclear. */

import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api'
import type { Millis } from '../../../clock.ts'
import { FULL_WORDS, SlackError, type SlackErrorFacts, UNCLEAR_WORDS } from '../slack-error.ts'

/** Where Slack says no, and not for how long. */
export const LIMITED_MS: Millis = 30_000

export function asSlackError(caught: unknown, method: string, about = ''): SlackError {
  return caught instanceof SlackError ? caught : new SlackError({ ...factsOf(caught, method), about })
}

function factsOf(cause: unknown, method: string): SlackErrorFacts {
  if (cause instanceof WebAPIRateLimitedError)
    return { word: 'ratelimited', method, retryAfterMs: Math.max(1, cause.retryAfter) * 1_000, cause }
  if (cause instanceof WebAPIPlatformError) return refused(cause, method)
  if (cause instanceof WebAPIHTTPError) return { ...httpFacts(cause.statusCode, method), cause }
  return { ...networkFacts(cause instanceof WebAPIRequestError ? cause.original : cause, method), cause }
}

function refused(cause: WebAPIPlatformError, method: string): SlackErrorFacts {
  const { error, response_metadata: metadata } = cause.data
  // What is no JSON comes as the error's word: a proxy's page, or an answer that was cut.
  if (typeof error !== 'string' || !/^[a-z0-9_]{1,60}$/.test(error))
    return { word: 'no_answer', method, effect: 'unclear' }
  const effect = UNCLEAR_WORDS.includes(error) ? 'unclear' : 'none'
  const limit = FULL_WORDS.includes(error) ? { retryAfterMs: LIMITED_MS } : {}
  return { word: error, method, effect, messages: metadata?.messages ?? [], cause, ...limit }
}

export function httpFacts(status: number, method: string): SlackErrorFacts {
  if (status >= 500) return { word: 'no_answer', method, effect: 'unclear' }
  return { word: `http_${status}`, method }
}

/** Nothing was sent where there was no connection; after that nobody knows (Node's and undici's error codes). */
const NEVER_SENT = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]

export function networkFacts(cause: unknown, method: string): SlackErrorFacts {
  const chain = chainOf(cause)
  if (chain.some(each => each.name === 'TimeoutError')) return { word: 'timeout', method, effect: 'unclear' }
  const isUnsent = chain.some(each => NEVER_SENT.includes(String(each.code)))
  return isUnsent ? { word: 'unreachable', method } : { word: 'cut', method, effect: 'unclear' }
}

function chainOf(error: unknown): readonly NodeJS.ErrnoException[] {
  const chain: NodeJS.ErrnoException[] = []
  for (let each = error; each instanceof Error && chain.length < 5; each = each.cause) chain.push(each)
  return chain
}

import type { Clock, Millis } from '../clock.ts'
import { InputError, LabError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Channel } from '../mail/types.ts'
import { sign } from './sign.ts'
import type { Web } from './types.ts'

export type CallbackMessage = { url: string; body: unknown }

export type CallbackDeps = {
  /** What is posted for a topic, as it is now, and where; null: there is nothing to post any more. */
  message(topic: string): Promise<CallbackMessage | null>
  web: Pick<Web, 'post'>
  secret: string
  clock: Clock
  log: Log
}

/** Shorter than the outbox's own: it posts one after the other, and a server that hangs holds up the rest. */
const ANSWER_MS: Millis = 15_000
/** How long a host that did not answer is left in peace. */
const REST_MS: Millis = 30_000
const LONGEST_REST_MS: Millis = 60 * 60_000
const GONE = 410

/**
 * Results, posted to where they were asked for (M8.4). Any 2xx is the end of it; 410 says that nobody wants it; all
 * else is tried again by the outbox, redirects too: whoever runs that server can put it right within a day. The same
 * result has the same `X-Boardroom-Delivery`, and may come twice.
 */
export function createCallbackChannel(deps: CallbackDeps): Channel {
  const { web, secret, clock, log } = deps
  /** Until when, on the monotonic clock, nothing is posted to a host. */
  const resting = new Map<string, Millis>()

  async function post(key: string, { url, body }: CallbackMessage, host: string, signal: AbortSignal) {
    const bytes = Buffer.from(JSON.stringify(body))
    const timestamp = String(Math.floor(clock.now() / 1_000))
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(bytes.length),
      'X-Boardroom-Delivery': key,
      'X-Boardroom-Timestamp': timestamp,
      'X-Boardroom-Signature': sign(secret, timestamp, bytes),
    }
    const late = new AbortController()
    const timer = clock.after(ANSWER_MS, () => late.abort(noAnswer(host)))
    try {
      return await web.post(url, { body: bytes, headers }, AbortSignal.any([signal, late.signal]))
    } catch (error) {
      // One that may not be called is not asked at all: its host has nothing to recover from.
      if (!(error instanceof InputError)) rest(host, REST_MS)
      throw error
    } finally {
      timer.cancel()
    }
  }

  function rest(host: string, ms: Millis): void {
    const now = clock.mono()
    for (const [other, until] of resting) if (until <= now) resting.delete(other)
    resting.set(host, now + Math.min(ms, LONGEST_REST_MS))
  }

  return {
    id: 'callback',
    async deliver(item, signal) {
      const message = await deps.message(item.topic)
      if (message === null) {
        log.warn({ topic: item.topic }, 'a result is not posted: there is no record of it any more')
        return 'nobody'
      }
      const host = URL.parse(message.url)?.host ?? 'nowhere'
      const restMs = (resting.get(host) ?? 0) - clock.mono()
      if (restMs > 0) throw left(host, restMs)
      const { status, retryAfterMs } = await post(item.key, message, host, signal)
      if (status >= 200 && status < 300) return 'delivered'
      if (status === GONE) {
        log.warn({ topic: item.topic, host }, 'a result is not posted: its address is gone for good (410)')
        return 'nobody'
      }
      if (retryAfterMs !== null) rest(host, retryAfterMs)
      throw refused(host, status)
    },
  }
}

function refused(host: string, status: number): LabError {
  const isRedirect = status >= 300 && status < 400
  const what = isRedirect
    ? `${host} sends the result on to another address (status ${status}), which is not followed`
    : `${host} did not take the result (status ${status})`
  const hint = isRedirect
    ? 'Give the callback address that it leads to in the end.'
    : 'It is tried again for a day; see the log of that server for why.'
  return new LabError('callback', what, { hint, failure: 'infrastructure', details: { host, status } })
}

function noAnswer(host: string): LabError {
  return new LabError('callback', `${host} did not answer within ${ANSWER_MS / 1_000} s`, {
    hint: 'It is tried again. A receiver answers first, and works then.',
    failure: 'infrastructure',
  })
}

function left(host: string, ms: Millis): LabError {
  return new LabError('callback', `${host} is left in peace for ${Math.ceil(ms / 1_000)} s more`, {
    hint: 'It asked for that, or did not answer a moment ago. It is tried again.',
    failure: 'infrastructure',
  })
}

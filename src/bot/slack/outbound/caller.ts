/** One way out to Slack's Web API: deadlines, rate limits kept for each method, and errors that say what happened. */

import { WebClient } from '@slack/web-api'
import type { Clock, Millis } from '../../../clock.ts'
import { pause } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { isForeign, isRevoked, isWord, SlackError } from '../slack-error.ts'
import { asSlackError, LIMITED_MS } from './wire-error.ts'

/** `now`: somebody waits for it. `later`: edits and tellings, which may take their time. */
export type Haste = 'now' | 'later'
export type Arguments = Record<string, unknown>
/** What Slack answered; read loosely, only the fields that are used. */
export type Answer = Readonly<Record<string, unknown>>

/** What is known of Slack, for `/health`. */
export type ApiHealth = {
  lastOkAt: Millis | null
  /** Why it does not work since when; null while it does. */
  trouble: { code: string; message: string; hint: string; since: Millis } | null
}

export type Caller = {
  /** Throws SlackError. Nothing is tried again here but what was rate limited for a short while. */
  call(method: string, args: Arguments, haste: Haste): Promise<Answer>
  health(): ApiHealth
}

export type CallerDeps = {
  botToken: string
  /** Null: Slack's own. */
  apiUrl: string | null
  clock: Clock
  log: Log
  timeoutMs?: Readonly<Record<Haste, Millis>>
}

/** A trigger lives for 3 s; what is told is given up by the outbox after 30 s. */
const TIMEOUT_MS: Readonly<Record<Haste, Millis>> = { now: 5_000, later: 15_000 }
/** The longest that a call waits for a method that is rate limited, before it gives up. */
const PATIENCE_MS: Readonly<Record<Haste, Millis>> = { now: 2_000, later: 10_000 }

export function createCaller(deps: CallerDeps): Caller {
  const { clock } = deps
  const clients = { now: clientOf(deps, 'now'), later: clientOf(deps, 'later') }
  /** Until when a method takes no more, on the monotonic clock. */
  const limits = new Map<string, Millis>()
  const health: ApiHealth = { lastOkAt: null, trouble: null }

  async function once(method: string, args: Arguments, haste: Haste): Promise<Answer> {
    try {
      const result = await clients[haste].apiCall(method, args)
      answered()
      return { ...result }
    } catch (caught) {
      const error = asSlackError(caught, method, aboutOf(args))
      if (error.retryAfterMs !== null) limits.set(method, clock.mono() + error.retryAfterMs)
      note(error)
      throw error
    }
  }

  /** A refusal of this one call is an answer like any other: Slack is there, and takes the token. */
  function note(error: SlackError): void {
    const { code, message, hint } = error
    const isOut = error.effect === 'unclear' || isWord(error, 'unreachable')
    const isTrouble = isOut || isRevoked(error) || isForeign(error)
    if (isTrouble) health.trouble = { code, message, hint, since: health.trouble?.since ?? clock.now() }
    else answered()
  }

  function answered(): void {
    health.lastOkAt = clock.now()
    health.trouble = null
  }

  async function gate(method: string, haste: Haste): Promise<void> {
    const leftMs = (limits.get(method) ?? 0) - clock.mono()
    if (leftMs <= 0) return void limits.delete(method)
    if (leftMs > PATIENCE_MS[haste])
      throw new SlackError({ word: 'ratelimited', method, retryAfterMs: leftMs })
    await pause(clock, leftMs)
  }

  return {
    async call(method, args, haste) {
      await gate(method, haste)
      try {
        return await once(method, args, haste)
      } catch (error) {
        if (!isWord(error, 'ratelimited')) throw error
        await gate(method, haste)
        return await once(method, args, haste)
      }
    },
    health: () => ({ ...health }),
  }
}

/**
 * No `headers`: the client writes its token into that object, and another client that was given the same one would
 * send it (chat-platforms.md 1.5). No retries of its own: it cannot know what was done already.
 */
function clientOf({ botToken, apiUrl, log, timeoutMs = TIMEOUT_MS }: CallerDeps, haste: Haste): WebClient {
  const say = (...words: unknown[]): void => log.debug({ haste }, words.map(messageOf).join(' '))
  return new WebClient(botToken, {
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
    timeout: timeoutMs[haste],
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    fetch: fetchPatiently,
    logger: {
      debug: () => {},
      info: say,
      warn: say,
      error: say,
      setLevel: () => {},
      getLevel: () => 'info' as never,
      setName: () => {},
    },
  })
}

/** The client takes a 429 that does not say for how long as a fault of its own: it is told how long. */
async function fetchPatiently(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (response.status !== 429 || /^\d+$/.test(response.headers.get('retry-after') ?? '')) return response
  return new Response(null, { status: 429, headers: { 'retry-after': String(LIMITED_MS / 1_000) } })
}

function aboutOf({ channel, user, users, view_id }: Arguments): string {
  const [about = ''] = [channel, user, users, view_id].filter(value => typeof value === 'string')
  return about
}

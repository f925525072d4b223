/** Answers by the address that came with a request: five uses, 30 minutes (docs.slack.dev, handling user interaction). */

import type { Clock, Millis } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { isWord, SlackError } from '../slack-error.ts'
import type { Message, SlackApi } from '../types.ts'
import { sendDrawn } from './drawable.ts'
import { createRemembered } from './remembered.ts'
import { httpFacts, networkFacts } from './wire-error.ts'

const METHOD = 'response_url'
const MOST_USES = 5
const GOOD_FOR_MS: Millis = 30 * 60_000
const SLACK_HOST = 'hooks.slack.com'
const TIMEOUT_MS: Millis = 5_000
const ADDRESSES_REMEMBERED = 5_000

export function createRespond(deps: {
  apiUrl: string | null
  clock: Clock
  log: Log
  timeoutMs?: Millis | undefined
}): SlackApi['respond'] {
  const { apiUrl, clock, log, timeoutMs = TIMEOUT_MS } = deps
  const uses = createRemembered<{ count: number; firstAt: Millis }>(
    clock,
    ADDRESSES_REMEMBERED,
    2 * GOOD_FOR_MS,
  )

  function use(url: string, since: Millis | undefined): void {
    const { count, firstAt } = uses.get(url) ?? { count: 0, firstAt: clock.now() }
    if (clock.now() - (since ?? firstAt) >= GOOD_FOR_MS)
      throw new SlackError({ word: 'expired_url', method: METHOD })
    if (count >= MOST_USES) throw new SlackError({ word: 'used_url', method: METHOD })
    uses.set(url, { count: count + 1, firstAt })
  }

  async function send(url: string, message: Message, how: Parameters<SlackApi['respond']>[2]): Promise<void> {
    use(url, how.since)
    const { text, blocks } = message
    const body = {
      text,
      // An empty list takes the blocks of the replaced message away.
      ...(blocks.length === 0 && !how.replace ? {} : { blocks }),
      response_type: how.toAll ? 'in_channel' : 'ephemeral',
      replace_original: how.replace,
      unfurl_links: false,
      unfurl_media: false,
    }
    const answer = await posted(url, JSON.stringify(body), timeoutMs)
    if (answer !== null) throw answer
  }

  return async (url, message, how) => {
    if (!isSlacks(url, apiUrl))
      throw new SlackError({ word: 'foreign_url', method: METHOD, about: hostOf(url) })
    try {
      await sendDrawn(message, 'respond', log, drawn => send(url, drawn, how))
    } catch (error) {
      // Slack knows better than we do what became of it.
      if (isWord(error, 'used_url', 'expired_url')) uses.set(url, { count: MOST_USES, firstAt: clock.now() })
      throw error
    }
  }
}

/** Whoever got hold of the signing secret could otherwise make the bot call anything from inside the lab. */
function isSlacks(url: string, apiUrl: string | null): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host, username, origin } = new URL(url)
  if (protocol === 'https:' && host === SLACK_HOST && username === '') return true
  return apiUrl !== null && URL.canParse(apiUrl) && new URL(apiUrl).origin === origin
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'no address'
}

/** Null when it was taken. The answer is `ok`, JSON, or Slack's word for what was wrong as plain text. */
async function posted(url: string, body: string, timeoutMs: Millis): Promise<SlackError | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const word = wordOf(await response.text())
    if (response.status === 429) {
      const retryAfterMs = Number(response.headers.get('retry-after') ?? 30) * 1_000
      return new SlackError({ word: 'ratelimited', method: METHOD, retryAfterMs })
    }
    if (word !== null) return new SlackError({ word, method: METHOD })
    return response.ok ? null : new SlackError(httpFacts(response.status, METHOD))
  } catch (cause) {
    return new SlackError({ ...networkFacts(cause, METHOD), about: messageOf(cause), cause })
  }
}

function wordOf(text: string): string | null {
  const trimmed = text.trim()
  if (trimmed === 'ok' || trimmed === '') return null
  const word = trimmed.startsWith('{') ? errorOf(trimmed) : trimmed
  return word !== null && /^[a-z0-9_]{1,60}$/.test(word) ? word : null
}

function errorOf(json: string): string | null {
  try {
    const { ok, error } = JSON.parse(json) as { ok?: unknown; error?: unknown }
    return ok === true || typeof error !== 'string' ? null : error
  } catch {
    return null
  }
}

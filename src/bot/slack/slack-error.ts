/** Every way in which Slack can fail us, with a sentence for people and what to do next (docs.slack.dev, methods). */

import type { Millis } from '../../clock.ts'
import { LabError } from '../../errors.ts'

/**
 * `none`: Slack said no, or was never reached. `unclear`: it may have done it all the same, and its answer was lost.
 */
export type Effect = 'none' | 'unclear'

export type SlackErrorFacts = {
  /** Slack's own word, such as `not_in_channel`, or one of ours where it said none. */
  word: string
  /** What was asked of it: `chat.postMessage`. */
  method: string
  /** Values for the sentence: which channel, how large. */
  about?: string
  effect?: Effect
  retryAfterMs?: Millis
  /** What Slack said of the payload: `no more than 50 items allowed [json-pointer:/blocks]`. */
  messages?: readonly string[]
  cause?: unknown
}

export class SlackError extends LabError {
  override readonly name = 'SlackError'
  readonly word: string
  readonly method: string
  readonly effect: Effect
  /** For how long Slack takes no more of this method. */
  readonly retryAfterMs: Millis | null
  constructor(facts: SlackErrorFacts) {
    const { word, method, about = '', effect = 'none', retryAfterMs = null, messages = [], cause } = facts
    const [said, hint] = WORDS.get(word) ?? unknownWords(word, method)
    const where = about === '' ? '' : ` (${about})`
    super(`slack-${word}`, `${said}${where}`, {
      hint,
      failure: 'infrastructure',
      details: { method, effect, retryAfterMs, messages },
      cause,
    })
    this.word = word
    this.method = method
    this.effect = effect
    this.retryAfterMs = retryAfterMs
  }
}

const UNKNOWN_HINT = 'An admin finds the word in the list of errors of that method at docs.slack.dev.'
const PROXY_HINT = 'Slack itself says no in words: an admin looks at the proxy between the lab and Slack.'
const HTTP = 'http_'
const AGAIN_HINT = 'It is tried again by itself.'
const INVITE_HINT = 'Invite the bot there: type /invite and its name in that channel.'
const TOKEN_HINT = 'An admin installs the app again and gives the bot its new SLACK_BOT_TOKEN.'
const OTHER_CHANNEL_HINT = 'Ask in another channel, or in a direct message to the bot.'
const SCOPE_HINT = 'An admin adds the scopes of manifest.json to the app and installs it again.'
const SHORTER_HINT = 'It is sent as plain text instead.'
const OPEN_AGAIN_HINT = 'Ask for it again.'

type Words = readonly [said: string, hint: string]

function unknownWords(word: string, method: string): Words {
  return word.startsWith(HTTP)
    ? [`${method} was answered with HTTP ${word.slice(HTTP.length)}`, PROXY_HINT]
    : [`Slack refused ${method}: ${word}`, UNKNOWN_HINT]
}

const WORDS: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['ratelimited', ['Slack takes no more of these for a while', AGAIN_HINT]],
  ['rate_limited', ['Slack takes no more of these for a while', AGAIN_HINT]],
  ['message_limit_exceeded', ['The workspace has sent too many messages', AGAIN_HINT]],
  ['team_added_to_org', ['The workspace is being moved to an organisation', AGAIN_HINT]],
  ['timeout', ['Slack did not answer in time', AGAIN_HINT]],
  ['cut', ['The connection to Slack was lost before its answer came', AGAIN_HINT]],
  ['unreachable', ['Slack cannot be reached', AGAIN_HINT]],
  ['no_answer', ['Slack is out of order', AGAIN_HINT]],
  ['invalid_auth', ['Slack does not take the bot token', TOKEN_HINT]],
  ['not_authed', ['Slack does not take the bot token', TOKEN_HINT]],
  ['account_inactive', ['The bot was removed from the workspace', TOKEN_HINT]],
  ['token_revoked', ['The bot token was revoked', TOKEN_HINT]],
  ['token_expired', ['The bot token has expired', TOKEN_HINT]],
  ['missing_scope', ['The bot was not given the right to do that', SCOPE_HINT]],
  ['not_in_channel', ['The bot is not in that channel', INVITE_HINT]],
  ['channel_not_found', ['There is no such channel, or the bot is not in it', INVITE_HINT]],
  ['is_archived', ['That channel is archived', OTHER_CHANNEL_HINT]],
  ['restricted_action', ['The workspace does not let the bot post there', OTHER_CHANNEL_HINT]],
  ['message_not_found', ['That message was deleted', OPEN_AGAIN_HINT]],
  ['thread_not_found', ['That thread was deleted', OPEN_AGAIN_HINT]],
  ['invalid_blocks', ['Slack does not take the message as it was drawn', SHORTER_HINT]],
  ['msg_too_long', ['The message is too long for Slack', SHORTER_HINT]],
  ['expired_trigger_id', ['It took more than 3 s to open the form', OPEN_AGAIN_HINT]],
  ['trigger_exchanged', ['That click has opened a form already', OPEN_AGAIN_HINT]],
  ['not_found', ['That form was closed', OPEN_AGAIN_HINT]],
  ['hash_conflict', ['That form has changed meanwhile', OPEN_AGAIN_HINT]],
  ['used_url', ['The address for answers was used 5 times', 'The answer is sent another way.']],
  ['expired_url', ['The address for answers is older than 30 min', 'The answer is sent another way.']],
  ['foreign_url', ['The address for answers is not one of Slack', 'It is not called.']],
  ['foreign_file', ['The file is not kept at Slack', 'Post the file itself, not a link to it.']],
  ['file_not_handed_out', ['Slack showed its log-in page instead of the file', SCOPE_HINT]],
  ['file_deleted', ['That file was deleted', 'Post it again.']],
])

const REVOKED = ['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired']
// "It's possible some aspect of the operation succeeded before the error was raised" (docs.slack.dev, chat.postMessage).
export const UNCLEAR_WORDS: readonly string[] = [
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]
const OUT_OF_REACH = ['timeout', 'cut', 'unreachable', 'no_answer', ...UNCLEAR_WORDS]
/** Too much in all; only `ratelimited` comes with a Retry-After (docs.slack.dev, chat.postMessage, chat.update). */
export const FULL_WORDS: readonly string[] = ['ratelimited', 'rate_limited', 'message_limit_exceeded']
/** The workspace or the channel is being moved, or is shut for a while (the same pages). */
const SHUT = [
  'team_added_to_org',
  'org_login_required',
  'external_channel_migrating',
  'ekm_access_denied',
  'accesslimited',
  'update_failed',
]

/** Whether `error` is Slack saying one of `words`. */
export function isWord(error: unknown, ...words: readonly string[]): error is SlackError {
  return error instanceof SlackError && words.includes(error.word)
}

/** The workspace takes the bot's rights away: nothing works until an admin has done something. */
export function isRevoked(error: unknown): boolean {
  return isWord(error, ...REVOKED)
}

/** Not what Slack says, which refuses in words: a proxy on the way to it (docs.slack.dev, Web API, evaluating responses). */
export function isForeign(error: unknown): boolean {
  return error instanceof SlackError && error.word.startsWith(HTTP)
}

/** It may go well another time: Slack is down, slow or full, or the token is renewed. All else is a no. */
export function isPassing(error: unknown): boolean {
  return (
    !(error instanceof SlackError) ||
    isRevoked(error) ||
    isWord(error, ...FULL_WORDS, ...SHUT, ...OUT_OF_REACH)
  )
}

/** `response_url` is of no use (any more): answer by `whisper`. */
export function isSpentReply(error: unknown): boolean {
  return isWord(error, 'used_url', 'expired_url', 'foreign_url')
}

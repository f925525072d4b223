import { randomUUID } from 'node:crypto'
import type { Millis } from '../../src/clock.ts'
import { refuseBadMessage } from './api/check.ts'
import type { Core } from './core.ts'
import { blocksWithIds } from './elements.ts'
import { type Json, recordsOf, textOf } from './loose.ts'
import { addPosting } from './postings.ts'
import { Refused } from './refused.ts'
import type { Conversation, Posting, Workspace } from './workspace.ts'

/** response_url: "up to 5 times within 30 minutes" (docs.slack.dev, interactivity/handling-user-interaction). */

const USES = 5
const LIFE_MS: Millis = 30 * 60_000
const FLAGS = ['replace_original', 'delete_original'] as const

export type Origin = {
  user: string
  conversation: Conversation
  thread: string | null
  /** The message of the click; null after a slash command. */
  message: Posting | null
}

export type ResponseUrls = {
  mint(origin: Origin): string
  /** Does what was posted to it. Throws Refused. */
  use(core: Core, id: string, body: Json): void
}

type Made = Origin & { uses: number; at: Millis }

export function createResponseUrls(workspace: Workspace, base: () => string): ResponseUrls {
  const made = new Map<string, Made>()
  return {
    mint(origin) {
      const id = randomUUID()
      made.set(id, { ...origin, uses: 0, at: workspace.clock.mono() })
      return `${base()}/response/${id}`
    },
    use(core, id, body) {
      const found = made.get(id)
      if (!found) throw refused(core, 'invalid_url', 'no such response_url')
      if (workspace.clock.mono() - found.at > LIFE_MS)
        throw refused(core, 'expired_url', 'older than 30 minutes')
      if (found.uses >= USES) throw refused(core, 'used_url', `used ${USES} times`)
      refuseBadFlags(core, found, body)
      respond(core, found, body)
      found.uses += 1
    },
  }
}

function refused(core: Core, code: string, detail: string): Refused {
  core.workspace.complain(code, 'response_url', detail)
  return new Refused(code)
}

/** After a click it must be said whether the message is replaced: Slack's clients do not agree on what is usual. */
function refuseBadFlags(core: Core, made: Made, body: Json): void {
  for (const flag of FLAGS)
    if (body[flag] !== undefined && typeof body[flag] !== 'boolean')
      throw refused(core, 'invalid_payload', `${flag} is ${JSON.stringify(body[flag])}, not true or false`)
  const isSaid = FLAGS.some(flag => body[flag] !== undefined) || body['response_type'] !== undefined
  if (made.message !== null && !isSaid)
    core.workspace.complain(
      'ambiguous',
      'response_url',
      'neither replace_original nor response_type is given',
    )
}

function respond(core: Core, made: Made, body: Json): void {
  const { message, conversation } = made
  if (body['delete_original'] === true && message) {
    conversation.postings.splice(conversation.postings.indexOf(message), 1)
    return
  }
  refuseBadMessage(core, 'response_url', body, 'respond')
  const content = {
    text: textOf(body['text']),
    blocks: blocksWithIds(core.workspace, recordsOf(body['blocks'])),
    attachments: recordsOf(body['attachments']),
  }
  if (body['replace_original'] === true && message && conversation.postings.includes(message)) {
    Object.assign(message, content)
    if (message.onlyFor === null) message.edited = { user: core.workspace.bot.user, ts: core.workspace.ts() }
    return
  }
  const isForAll = body['response_type'] === 'in_channel'
  addPosting(core, conversation, {
    ...{ ...content, user: core.workspace.bot.user, isByApp: true },
    thread: textOf(body['thread_ts']) || made.thread,
    onlyFor: isForAll ? null : made.user,
  })
}

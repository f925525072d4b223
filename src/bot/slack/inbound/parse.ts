import { createHash } from 'node:crypto'
import type { Millis } from '../../../clock.ts'
import { understandEvent } from './events.ts'
import {
  understandAction,
  understandSearch,
  understandShortcut,
  understandSlash,
  understandSubmission,
} from './interactions.ts'
import { textAt } from './loose.ts'
import type { Understood } from './types.ts'

/** What one delivery of Slack's means to us, whatever way it came. Pure; any JSON is answered. */
export function understand(body: unknown, now: Millis): Understood {
  const id = `body:${digestOf(body)}`
  if (textAt(body, 'command') !== null) return understandSlash(body, id, now)
  switch (textAt(body, 'type')) {
    case 'event_callback':
      return understandEvent(body, id, now)
    case 'block_actions':
      return understandAction(body, id, now)
    case 'block_suggestion':
      return understandSearch(body)
    case 'view_submission':
      return understandSubmission(body, id, now)
    case 'message_action':
      return understandShortcut(body, id, now)
    default:
      return { kind: 'nothing', why: 'nothing that we know' }
  }
}

/** Where Slack gave no name: the same bytes are the same delivery. */
export function digestOf(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(body) ?? '')
    .digest('hex')
    .slice(0, 32)
}

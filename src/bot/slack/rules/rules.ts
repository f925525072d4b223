/** Slack's rules for what it is sent: what breaks them is refused there, so it is found out here first. */

import { check } from './check.ts'
import { type Issue, issue } from './issue.ts'
import { LIMITS } from './limits.ts'
import { plainText } from './objects.ts'
import {
  ANYTHING,
  isJson,
  type Json,
  listOf,
  object,
  type Rule,
  type Shape,
  shape,
  string,
  word,
  YES_OR_NO,
} from './shape.ts'
import { checkBlocks } from './surfaces.ts'

export type { Issue } from './issue.ts'

/** The call that a message goes with; each has its own limit of `text`. */
export type How = 'post' | 'update' | 'ephemeral' | 'respond'

/** `text` and `blocks` of a call; its other arguments are not looked at. */
export function checkMessage(payload: unknown, how: How): readonly Issue[] {
  if (!isJson(payload)) return check(payload, object(shape({})), '')
  const { text, blocks } = payload
  // An empty list takes the blocks of an edited message away (chat.update).
  if (blocks === undefined || (Array.isArray(blocks) && blocks.length === 0))
    return text === undefined ? [issue('', 'missing_field', 'no text and no blocks')] : checkText(text, how)
  return [...(text === undefined ? [] : checkText(text, how)), ...checkBlocks(blocks, 'message', '/blocks')]
}

/** It is markup: what is to be escaped has been. */
function checkText(text: unknown, how: How): readonly Issue[] {
  const most = how === 'update' ? LIMITS.updateText : LIMITS.messageText
  return check(text, { is: 'string', least: 1, most, counts: 'as it is' }, '/text')
}

const VIEW: Readonly<Record<string, Rule>> = {
  private_metadata: string(LIMITS.privateMetadata, 0),
  callback_id: string(LIMITS.callbackId, 0),
  external_id: string(LIMITS.externalId, 0),
}

const MODAL: Shape = shape(
  { type: word('modal'), title: plainText(LIMITS.viewTitle), blocks: ANYTHING },
  {
    ...VIEW,
    close: plainText(LIMITS.viewTitle),
    submit: plainText(LIMITS.viewTitle),
    clear_on_close: YES_OR_NO,
    notify_on_close: YES_OR_NO,
    submit_disabled: YES_OR_NO,
  },
  needsSubmit,
)

const HOME: Shape = shape({ type: word('home'), blocks: ANYTHING }, VIEW)

export function checkModal(view: unknown): readonly Issue[] {
  return checkView(view, MODAL, 'modal')
}

export function checkHome(view: unknown): readonly Issue[] {
  return checkView(view, HOME, 'home')
}

function checkView(view: unknown, of: Shape, surface: 'modal' | 'home'): readonly Issue[] {
  const blocks =
    isJson(view) && view['blocks'] !== undefined ? checkBlocks(view['blocks'], surface, '/blocks') : []
  return [...check(view, object(of), ''), ...blocks]
}

function needsSubmit(view: Json): readonly Issue[] {
  const asks = listOf(view['blocks']).some(each => isJson(each) && each['type'] === 'input')
  return asks && view['submit'] === undefined
    ? [issue('', 'missing_field', 'a modal with input blocks needs submit')]
    : []
}

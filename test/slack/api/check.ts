import { checkHome, checkMessage, checkModal } from '../../../src/bot/slack/rules/rules.ts'
import type { Core } from '../core.ts'
import { type Json, textOf } from '../loose.ts'
import { Refused } from '../refused.ts'

/** Slack's refusal of what breaks its rules, with Slack's own form of saying so. */

type Issue = { pointer: string; code: string; message: string }

/** Above this a message's text is cut, and nobody is told (docs.slack.dev, chat.postMessage). */
export const LONGEST_TEXT = 40_000
/** docs.slack.dev, views.open: "view_too_large … greater than 250kb". */
const LARGEST_VIEW = 250_000

export type How = Parameters<typeof checkMessage>[1]

/** Throws Refused `no_text`, `msg_too_long`, `invalid_blocks`. */
export function refuseBadMessage(core: Core, where: string, args: Json, how: How): void {
  const { text, blocks } = args
  const hasBlocks = Array.isArray(blocks) && blocks.length > 0
  const hasMore = Array.isArray(args['attachments']) && args['attachments'].length > 0
  const isEmptied = how === 'update' && (blocks !== undefined || args['attachments'] !== undefined)
  if (textOf(text) === '' && !hasBlocks && !hasMore && !isEmptied) throw refused(core, where, 'no_text', [])
  const issues = checkMessage(
    {
      ...(textOf(text) === '' ? {} : { text }),
      ...(hasBlocks || (blocks !== undefined && !Array.isArray(blocks)) ? { blocks } : {}),
    },
    how,
  )
  if (textOf(text) === '' && !hasBlocks) return
  const ofText = issues.filter(({ pointer }) => pointer.startsWith('/text'))
  if (ofText.length > 0) throw refused(core, where, 'msg_too_long', ofText)
  if (issues.length > 0) throw refused(core, where, 'invalid_blocks', issues)
}

/** Throws Refused `invalid_arguments`, `view_too_large`. */
export function refuseBadView(core: Core, where: string, view: Json, type: 'modal' | 'home'): void {
  const issues = type === 'modal' ? checkModal(view) : checkHome(view)
  if (JSON.stringify(view).length > LARGEST_VIEW) throw refused(core, where, 'view_too_large', [])
  if (issues.length === 0) return
  const placed = issues.map(each => ({ ...each, pointer: `/view${each.pointer}` }))
  throw refused(core, where, 'invalid_arguments', placed)
}

function refused(core: Core, where: string, code: string, issues: readonly Issue[]): Refused {
  const messages = issues.map(({ message, pointer }) => `[ERROR] ${message} [json-pointer:${pointer}]`)
  core.workspace.complain(code, where, messages.join(' ') || code)
  return new Refused(code, messages.length === 0 ? {} : { response_metadata: { messages } })
}

/** What Slack would not take is sent as plain text instead: the reader is never left in silence. */

import type { HomeView, ModalView } from '@slack/types'
import type { Log } from '../../../log.ts'
import type { Issue } from '../rules/issue.ts'
import { checkHome, checkMessage, checkModal, type How } from '../rules/rules.ts'
import { isWord } from '../slack-error.ts'
import type { Message } from '../types.ts'

/** chat.update refuses a longer `text`; chat.postMessage advises against it (docs.slack.dev). */
const LONGEST_TEXT = 3_900
/** Where even that was too long: Slack counts what it makes of it. */
const SHORT_TEXT = 1_900

const UNDRAWABLE = [
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
]

/** Sends `message` as it was drawn; as plain text when our rules or Slack itself do not take it. */
export async function sendDrawn<T>(
  message: Message,
  how: How,
  log: Log,
  send: (message: Message) => Promise<T>,
): Promise<T> {
  const issues = checkMessage({ text: message.text, blocks: message.blocks }, how)
  if (issues.length > 0) complain(log, how, issues)
  try {
    return await send(issues.length > 0 ? plainOf(message, LONGEST_TEXT) : message)
  } catch (error) {
    if (!isWord(error, ...UNDRAWABLE)) throw error
    log.warn({ how, ...error.details }, 'Slack did not take a message as it was drawn; sent as plain text')
    return await send(plainOf(message, SHORT_TEXT))
  }
}

function complain(log: Log, how: string, issues: readonly Issue[]): void {
  const pointers = issues.slice(0, 10).map(({ pointer, code, message }) => `${pointer} ${code}: ${message}`)
  log.warn(
    { how, issues: issues.length, pointers },
    'a message breaks the rules of Slack; sent as plain text',
  )
}

function plainOf({ text, warnings }: Message, most: number): Message {
  return {
    text: text.trim() === '' ? 'There is nothing to show.' : shortened(text, most),
    blocks: [],
    warnings,
  }
}

/** Cut between characters, and never inside of `&amp;` or `<@U123>`, which would change what the rest says. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const cut = text.slice(0, most - 1)
  const open = Math.max(
    cut.lastIndexOf('<') > cut.lastIndexOf('>') ? cut.lastIndexOf('<') : -1,
    halfEntity(cut),
  )
  return `${(open < 0 ? cut : cut.slice(0, open)).toWellFormed().replace(/\ufffd$/, '')}…`
}

function halfEntity(cut: string): number {
  const match = /&[a-z]{0,3}$/.exec(cut)
  return match === null ? -1 : match.index
}

export function fitModal(modal: ModalView, log: Log): ModalView {
  const issues = checkModal(modal)
  if (issues.length === 0) return modal
  complain(log, 'modal', issues)
  const { title, callback_id: id, private_metadata: meta } = modal
  const kept = {
    ...(id === undefined ? {} : { callback_id: id }),
    ...(meta === undefined ? {} : { private_metadata: meta }),
  }
  const heading = issues.some(issue => issue.pointer.startsWith('/title')) ? words('Boardroom') : title
  const close = words('Close')
  return { type: 'modal', title: heading, close, blocks: [section(NO_FORM)], ...(isFit(kept) ? kept : {}) }
}

export function fitHome(home: HomeView, log: Log): HomeView {
  const issues = checkHome(home)
  if (issues.length === 0) return home
  complain(log, 'home', issues)
  return { type: 'home', blocks: [section(NO_HOME)] }
}

const NO_FORM = 'This cannot be shown as a form. Type the command with its arguments instead; help shows how.'
const NO_HOME = 'This page cannot be drawn now. Type status, boards or queue in a message to the bot instead.'

/** docs.slack.dev, modal views: callback_id 255, private_metadata 3000. */
function isFit(kept: { callback_id?: string; private_metadata?: string }): boolean {
  return (kept.callback_id?.length ?? 0) <= 255 && (kept.private_metadata?.length ?? 0) <= 3_000
}

function section(text: string): { type: 'section'; text: { type: 'plain_text'; text: string } } {
  return { type: 'section', text: words(text) }
}

function words(text: string): { type: 'plain_text'; text: string } {
  return { type: 'plain_text', text }
}

import { recordsOf, wordsOf } from '../loose.ts'
import type { OpenView } from '../screens.ts'
import type { Conversation, Posting, Workspace } from '../workspace.ts'
import { drawBlocks } from './blocks.ts'
import { nameOf, readMrkdwn } from './mrkdwn.ts'

/** Conversations, modals and the home tab as a person reads them. */

export type Reader = { user: string; reloadedAt: string }

export function drawConversation(
  workspace: Workspace,
  conversation: Conversation,
  reader: Reader | null,
): string {
  const top = seenIn(conversation, reader).filter(each => each.thread === null || each.isBroadcast)
  return top
    .flatMap(each => [...drawPosting(workspace, each), ...drawThread(workspace, conversation, each, reader)])
    .join('\n')
}

/** Ephemeral messages are for one reader, until they load the page again. */
export function seenIn({ postings }: Conversation, reader: Reader | null): Posting[] {
  return postings.filter(
    ({ onlyFor, ts }) =>
      onlyFor === null ||
      (reader !== null && onlyFor === reader.user && Number(ts) > Number(reader.reloadedAt)),
  )
}

function drawThread(
  workspace: Workspace,
  conversation: Conversation,
  parent: Posting,
  reader: Reader | null,
): string[] {
  const replies = seenIn(conversation, reader).filter(each => each.thread === parent.ts && each !== parent)
  return replies.flatMap(each => drawPosting(workspace, each)).map(line => `  | ${line}`)
}

export function drawPosting(workspace: Workspace, posting: Posting): string[] {
  const [first = '', ...rest] = linesOf(workspace, posting)
  const only = posting.onlyFor === null ? '' : '(only you) '
  const edited = posting.edited && !posting.isByApp ? ' (edited)' : ''
  return [`${only}${nameOf(workspace, posting.user)}: ${first}${edited}`, ...rest.map(line => `  ${line}`)]
}

/** With blocks, the text is what notifications show, and is not seen. */
export function linesOf(workspace: Workspace, posting: Posting): string[] {
  const drawing = { workspace, filled: null }
  const isDrawn = posting.isByApp && posting.blocks.length > 0
  const body = isDrawn ? drawBlocks(drawing, posting.blocks) : readMrkdwn(workspace, posting.text).split('\n')
  const attached = posting.attachments.flatMap(each => [
    ...wordsOf(each['text']).split('\n'),
    ...drawBlocks(drawing, recordsOf(each['blocks'])),
  ])
  return [...body, ...attached, ...posting.files.map(({ name }) => `(file: ${name})`)].filter(
    line => line !== '',
  )
}

export function drawView(workspace: Workspace, open: OpenView): string {
  const { given } = open
  const foot = [given['close'], given['submit']].map(wordsOf).filter(text => text !== '')
  const head = given['type'] === 'modal' ? [wordsOf(given['title'])] : []
  const body = drawBlocks({ workspace, filled: open }, recordsOf(given['blocks']))
  const faults = [...open.faults].filter(([block]) => block === '').map(([, text]) => `! ${text}`)
  return [
    ...head,
    ...body,
    ...faults,
    ...(foot.length === 0 ? [] : [foot.map(text => `[${text}]`).join(' ')]),
  ].join('\n')
}

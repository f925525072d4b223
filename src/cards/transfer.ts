/** A file between a person and the board that they hold: on its way, there, or what kept it. */

import { assertNever } from '../errors.ts'
import type { Transfer, TransferProgress } from '../lab/types.ts'
import { copiedWords } from './copied-words.ts'
import { sentence } from './run.ts'
import { fetchedParts } from './run-files.ts'
import { bold, button, code, listed, plain, textOf, user } from './text.ts'
import type { Action, Part, Tone, View } from './view.ts'
import { count, lasted, size, type TimeFrame } from './words.ts'

export type TransferFacts = {
  transfer: Transfer
  progress: TransferProgress | null
  /** Of all files of the lease. */
  pageUrl: string
}

const MOST_PATTERNS = 3

export function transferCard(facts: TransferFacts, frame: TimeFrame): View {
  const { transfer } = facts
  const { id, rev, board, by, startedAt, endedAt } = transfer
  const title = [bold(id), plain(` · ${whatOf(transfer)} · ${board} · `), bold(stateOf(facts))]
  const parts = endedAt === null ? underWay(facts) : ended(facts)
  const first = parts.find(part => part.t === 'text')
  const more = first?.t === 'text' ? `. ${textOf(first.runs, frame)}` : ''
  const took = endedAt === null ? '' : ` · ${lasted(endedAt - startedAt)}`
  return {
    kind: 'message',
    topic: `transfer/${id}`,
    rev,
    tone: toneOf(transfer),
    title,
    aside: [user(by), plain(took)],
    ...(endedAt === null ? {} : { final: true }),
    summary: `${textOf(title, frame)}${more}`,
    parts: [...parts, { t: 'actions', items: actionsOf(transfer) }],
  }
}

function whatOf({ what }: Transfer): string {
  switch (what.kind) {
    case 'send':
      return `send ${what.file}`
    case 'fetch':
      return `fetch ${listed(what.patterns, MOST_PATTERNS)}`
    default:
      return assertNever(what)
  }
}

function stateOf({ transfer, progress }: TransferFacts): string {
  const { endedAt, failure, what } = transfer
  if (endedAt === null) return progress?.stage ?? 'starting'
  if (failure === null) return what.kind === 'send' ? 'sent' : 'fetched'
  if (failure.class === 'cancelled') return 'cancelled'
  return failure.class === 'infrastructure' ? `failed: ${failure.cause}` : 'failed'
}

function toneOf({ endedAt, failure }: Transfer): Tone {
  if (endedAt === null) return 'run'
  if (failure === null) return 'ok'
  return failure.class === 'cancelled' ? 'idle' : failure.class === 'infrastructure' ? 'warn' : 'bad'
}

function underWay({ transfer, progress }: TransferFacts): readonly Part[] {
  const parts: Part[] = []
  const { bytes = 0, total = null, path = null, files = 0 } = progress ?? {}
  if (transfer.what.kind === 'send' && total !== null)
    parts.push({ t: 'progress', done: bytes, total, label: `${size(bytes)} of ${size(total)}` })
  if (path !== null)
    parts.push(said(`${path} · ${size(bytes)} so far${files === 0 ? '' : `, ${count(files, 'file')} whole`}`))
  parts.push(said(`Nobody can type at the console of ${transfer.board} until it is through.`))
  return parts
}

function ended({ transfer, pageUrl }: TransferFacts): readonly Part[] {
  const { what, board, copied, collected, files, message, hint } = transfer
  if (message !== null)
    return [
      said(
        [message, hint ?? '']
          .map(text => text && sentence(text))
          .join(' ')
          .trim(),
      ),
    ]
  if (what.kind === 'send')
    return [
      { t: 'fields', items: [{ name: 'on the board', value: [code(what.to)] }] },
      ...(copied === null ? [] : [said(copiedWords(copied))]),
    ]
  const ask = `lease fetch ${leaseOf(transfer)}`
  return collected === null ? [] : fetchedParts(collected, files, board, pageUrl, ask)
}

function actionsOf(transfer: Transfer): readonly Action[] {
  const line = `lease cancel ${leaseOf(transfer)}`
  return transfer.endedAt === null ? [button('cancel', 'Cancel', line)] : []
}

function leaseOf({ id }: Transfer): string {
  return id.split('.')[0] ?? ''
}

function said(text: string): Part {
  return { t: 'text', runs: [plain(text)] }
}

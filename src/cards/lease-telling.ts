/** What a holder is told: the board is theirs, it ends soon, it has ended and by whom, or cannot come (M3.6, M3.7). */

import type { Lease, Waiting } from '../lab/types.ts'
import { consoleButton, extendButton, holderOf } from './lease.ts'
import { mention, plain, textOf, user } from './text.ts'
import type { Action, Part, Run, View } from './view.ts'
import { clockTime, span, type TimeFrame } from './words.ts'

export type LeaseTellingFacts = {
  lease: Lease
  /** Who comes next on that board, if anybody waits for it. */
  waiter: Waiting | null
  /** What a waiting lease waits for. */
  why?: readonly string[] | undefined
  /** People can connect to consoles. */
  hasConsoles?: boolean
}

export function leaseTelling(facts: LeaseTellingFacts, frame: TimeFrame): View {
  const { lease, waiter, why = [] } = facts
  const holder = holderOf(lease)
  const title: Run[] = holder === null ? [] : [user(holder), plain(' ')]
  title.push(plain(lease.state === 'waiting' ? waits(lease, why) : wordsFor(lease, waiter, frame)))
  return {
    kind: 'message',
    topic: `lease/${lease.id}`,
    rev: lease.rev,
    tone: lease.state === 'active' ? 'warn' : 'idle',
    title,
    summary: textOf(title, frame),
    parts: actionsOf(facts),
  }
}

function actionsOf({ lease, hasConsoles = false }: LeaseTellingFacts): readonly Part[] {
  if (lease.state === 'waiting')
    return [{ t: 'actions', items: [{ ...releaseNow(lease), label: 'Leave the line' }] }]
  if (lease.state !== 'active') return []
  const isNew = lease.warned.length === 0
  const first = isNew && hasConsoles ? [consoleButton(lease)] : []
  return [{ t: 'actions', items: [...first, extendButton(lease), releaseNow(lease)] }]
}

function waits(lease: Lease, why: readonly string[]): string {
  const reason = why.length === 0 ? '' : `: ${why.join('; ')}`
  return `${nameOf(lease)} waits${reason}. You get it by itself when there is one.`
}

function wordsFor(lease: Lease, waiter: Waiting | null, frame: TimeFrame): string {
  const name = nameOf(lease)
  if (lease.state !== 'active' || lease.until === null) return ended(name, lease)
  const warnedMs = lease.warned.at(-1)
  if (warnedMs === undefined)
    return `${name} is yours until ${clockTime(lease.until, frame)} (${span(lease.termMs)}).`
  const next = waiter === null ? '' : ` ${mention(waiter.who.name)} waits for it (${waiter.id}).`
  return `${name} ends in ${span(Math.max(0, lease.until - frame.now))}.${next}`
}

function ended(name: string, lease: Lease): string {
  if (lease.state === 'released' && !lease.ended) return `${name} was released.`
  const why = lease.ended ? `: ${lease.ended}` : ''
  if (lease.state === 'expired') return `${name} has ended${why}. The board is free again.`
  return lease.state === 'released' ? `${name} has ended${why}.` : `${name} is ${lease.state}.`
}

function nameOf(lease: Lease): string {
  return `${lease.id} ${lease.board ?? lease.family ?? ''}`.trim()
}

function releaseNow(lease: Lease): Action {
  const expect = { topic: `lease/${lease.id}`, rev: lease.rev }
  return { id: 'release', label: 'Release now', line: `lease release ${lease.id}`, expect }
}

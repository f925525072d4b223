/** What a holder is told: the board is theirs, it ends soon, it has ended (M3.6, M3.7). */

import type { Lease, Waiting } from '../lab/types.ts'
import { extendButton, holderOf } from './lease.ts'
import { mention, plain, textOf, user } from './text.ts'
import type { Action, Run, View } from './view.ts'
import { clockTime, span, type TimeFrame } from './words.ts'

/** `waiter` is who comes next on that board, if anybody waits for it. */
export function leaseTelling(lease: Lease, waiter: Waiting | null, frame: TimeFrame): View {
  const holder = holderOf(lease)
  const title: Run[] = holder === null ? [] : [user(holder), plain(' ')]
  title.push(plain(wordsFor(lease, waiter, frame)))
  return {
    kind: 'message',
    topic: `lease/${lease.id}`,
    rev: lease.rev,
    tone: lease.state === 'active' ? 'warn' : 'idle',
    title,
    summary: textOf(title, frame),
    parts:
      lease.state === 'active' ? [{ t: 'actions', items: [extendButton(lease), releaseNow(lease)] }] : [],
  }
}

function wordsFor(lease: Lease, waiter: Waiting | null, frame: TimeFrame): string {
  const name = `${lease.id} ${lease.board ?? lease.family ?? ''}`.trim()
  if (lease.state !== 'active' || lease.until === null) return ended(name, lease)
  const warnedMs = lease.warned.at(-1)
  if (warnedMs === undefined)
    return `${name} is yours until ${clockTime(lease.until, frame)} (${span(lease.termMs)}).`
  const next = waiter === null ? '' : ` ${mention(waiter.who.name)} waits for it (${waiter.id}).`
  return `${name} ends in ${span(Math.max(0, lease.until - frame.now))}.${next}`
}

function ended(name: string, lease: Lease): string {
  const why = lease.ended === null || lease.ended === '' ? '' : `: ${lease.ended}`
  if (lease.state === 'expired') return `${name} has ended${why}. The board is free again.`
  return lease.state === 'released' ? `${name} was released${why}.` : `${name} is ${lease.state}.`
}

function releaseNow(lease: Lease): Action {
  const expect = { topic: `lease/${lease.id}`, rev: lease.rev }
  return { id: 'release', label: 'Release now', line: `lease release ${lease.id}`, expect }
}

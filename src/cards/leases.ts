/** All leases of people, and what holds boards beside them. */

import type { Lease } from '../lab/types.ts'
import { holderOf } from './lease.ts'
import { bold, button, plain, textOf, time, user } from './text.ts'
import type { Cell, View } from './view.ts'
import { span, type TimeFrame } from './words.ts'

export function leasesCard(leases: readonly Lease[], frame: TimeFrame): View {
  const held = leases.filter(lease => lease.state === 'active').length
  const waiting = leases.filter(lease => lease.state === 'waiting').length
  const title = [bold('Leases'), plain(' · '), bold(`${held} held, ${waiting} waiting`)]
  const columns = ['id', 'board', 'who', 'state', 'until'].map(name => ({ title: name }))
  const hint = leases.length === 0 ? 'Nobody leases a board. lease FAMILY takes the first free one.' : null
  return {
    kind: 'message',
    topic: 'leases',
    rev: Math.max(0, ...leases.map(lease => lease.rev)),
    tone: held > 0 ? 'run' : 'idle',
    title,
    summary: textOf(title, frame),
    parts:
      hint === null
        ? [
            { t: 'table', columns, rows: leases.map(rowOf) },
            { t: 'actions', items: leases.slice(0, 3).map(releaseButton) },
          ]
        : [{ t: 'note', runs: [plain(hint)] }],
  }
}

function rowOf(lease: Lease): readonly Cell[] {
  const holder = holderOf(lease)
  const who = lease.holder.kind === 'run' ? [plain(lease.holder.run)] : holder === null ? [] : [user(holder)]
  const until = lease.until === null ? [plain(`asks for ${span(lease.termMs)}`)] : [time(lease.until)]
  return [[plain(lease.id)], [plain(lease.board ?? lease.family ?? 'any')], who, [plain(lease.state)], until]
}

function releaseButton(lease: Lease): ReturnType<typeof button> {
  const expect = { topic: `lease/${lease.id}`, rev: lease.rev }
  return button(`release-${lease.id}`, `Release ${lease.id}`, `lease release ${lease.id}`, { expect })
}

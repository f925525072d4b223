import { z } from 'zod'
import { mention, plain, textOf, user } from '../../cards/text.ts'
import { frameOf, showLease } from '../../cards/topics.ts'
import { isSame, personOf } from '../allow.ts'
import { leaseId } from '../arguments.ts'
import { command } from '../command.ts'
import { needsHolder, revOf } from '../owner.ts'
import { lease as leaseShape } from '../results.ts'

export const leaseRelease = command({
  name: 'lease release',
  group: 'use a board',
  summary: 'give a board back, or leave the line',
  examples: ['lease release L3', 'lease release l3'],
  args: z.strictObject({ id: leaseId() }),
  result: z.object({ lease: leaseShape }),
  role: 'user',
  allow: (caller, { id }, lab) => needsHolder(`lease release ${id}`, id, caller, lab),
  danger({ person }, { id }, lab) {
    const lease = lab.lease(id)
    const holder = personOf(lease)
    if (lease === null || holder === null || isSame(holder, person)) return null
    const lost = lease.state === 'waiting' ? 'the place in line' : `${lease.board ?? 'the board'} at once`
    const textRuns = [user(holder), plain(` loses ${lost}.`)]
    return {
      title: `Release ${id} of ${mention(holder.name)}?`,
      text: textOf(textRuns, frameOf(lab)),
      textRuns,
      ok: 'Release',
      expect: { topic: `lease/${id}`, rev: lease.rev },
    }
  },
  http: { method: 'DELETE', path: '/lease/{id}', status: 200 },
  async run({ id }, { lab, caller, expect }) {
    return { lease: await lab.release(id, caller.person, revOf(expect, `lease/${id}`)) }
  },
  show: ({ lease }, { lab, caller }) => showLease(lab, lease, caller.person),
})

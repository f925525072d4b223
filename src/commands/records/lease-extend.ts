import { z } from 'zod'
import { waiterFor } from '../../cards/tellings.ts'
import { plain, textOf, user } from '../../cards/text.ts'
import { frameOf, showLease } from '../../cards/topics.ts'
import { span } from '../../cards/words.ts'
import { durationArgument, leaseId } from '../arguments.ts'
import { command } from '../command.ts'
import { needsHolder, revOf } from '../owner.ts'
import { lease as leaseShape } from '../results.ts'

export const leaseExtend = command({
  name: 'lease extend',
  group: 'use a board',
  summary: 'keep your board for longer',
  examples: ['lease extend L3 30m', 'lease extend L3 1h30m'],
  args: z.strictObject({
    id: leaseId(),
    by: durationArgument({ label: 'TIME', place: 1, hint: 'How much longer, such as 30m.' }),
  }),
  result: z.object({ lease: leaseShape }),
  role: 'user',
  allow: (caller, { id }, lab) => needsHolder(`lease extend ${id}`, id, caller, lab),
  danger(_caller, { id, by }, lab) {
    const lease = lab.lease(id)
    const waiter = lease === null || lease.state !== 'active' ? null : waiterFor(lab, lease)
    if (lease === null || waiter === null) return null
    const who = [user(waiter.who), plain(` waits for ${lease.board ?? 'it'} (${waiter.id}).`)]
    return {
      title: `Extend ${id} by ${span(by)}?`,
      text: textOf(who, frameOf(lab)),
      textRuns: who,
      ok: 'Extend all the same',
      expect: { topic: `lease/${id}`, rev: lease.rev },
    }
  },
  http: { method: 'PATCH', path: '/lease/{id}', status: 200 },
  async run({ id, by }, { lab, caller, expect }) {
    return { lease: await lab.extend(id, by, caller.person, revOf(expect, `lease/${id}`)) }
  },
  show: ({ lease }, { lab, caller }) => showLease(lab, lease, caller.person),
})

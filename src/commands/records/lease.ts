import { z } from 'zod'
import { showLease } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { argument } from '../argument.ts'
import { optionalDuration } from '../arguments.ts'
import { command } from '../command.ts'
import { lease as leaseShape, waiting } from '../results.ts'

const args = z.strictObject({
  target: argument(z.string(), {
    label: 'FAMILY|BOARD',
    place: 0,
    lookup: 'targets',
    hint: 'The first free board of a family, or one board.',
  }),
  term: optionalDuration({
    label: 'TIME',
    place: 1,
    hint: 'How long, such as 2h; without it, the default of the lab.',
  }),
})

export const lease = command({
  name: 'lease',
  group: 'use a board',
  summary: 'have a board to yourself, or wait in line for it',
  examples: ['lease socA', 'lease soc-b-001 2h'],
  args,
  result: z.object({ lease: leaseShape, waiting: waiting.nullable() }),
  role: 'user',
  form: true,
  allow: everyone,
  http: { method: 'POST', path: '/lease', status: 201 },
  async run({ target, term }, { lab, caller }) {
    const lent = await lab.lend({ target, termMs: term ?? null }, caller.person, caller.origin)
    return { lease: lent, waiting: lab.waiting(lent.id) }
  },
  show: (result, { lab, caller }) => showLease(lab, result.lease, caller.person),
  started: result => `lease/${result.lease.id}`,
})

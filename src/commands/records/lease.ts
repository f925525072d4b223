import { z } from 'zod'
import { showLease } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { argument } from '../argument.ts'
import { optionalDuration, optionalText, switchFlag } from '../arguments.ts'
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
  near: optionalText({
    label: 'SITE',
    flag: 'near',
    unasked: true,
    hint: 'A board of this site is preferred; another is given if none is free there.',
  }),
  now: switchFlag({
    label: 'now',
    flag: 'now',
    unasked: true,
    hint: 'Only if one is free: no waiting in line.',
  }),
  worker: optionalText({
    label: 'WORKER',
    flag: 'worker',
    unasked: true,
    hint: 'What the board is for, a worker or a job: kept in the audit.',
  }),
})

export const lease = command({
  name: 'lease',
  group: 'use a board',
  summary: 'have a board to yourself, or wait in line for it',
  examples: ['lease socA', 'lease soc-b-001 2h', 'lease socA --now --near "Lab Site A"'],
  args,
  result: z.object({ lease: leaseShape, waiting: waiting.nullable() }),
  role: 'user',
  form: true,
  allow: everyone,
  http: {
    method: 'POST',
    path: '/lease',
    status: 201,
    names: {
      board_family: 'target',
      timeout: 'term',
      preferred_location: 'near',
      worker_id: 'worker',
      no_wait: 'now',
    },
  },
  async run({ target, term, near, now }, { lab, caller }) {
    const request = {
      target,
      termMs: term ?? null,
      ...(now && { now }),
      ...(near === undefined ? {} : { near }),
    }
    const lent = await lab.lend(request, caller.person, caller.origin)
    return { lease: lent, waiting: lab.waiting(lent.id) }
  },
  show: (result, { lab, caller }) => showLease(lab, result.lease, caller.person),
  started: result => `lease/${result.lease.id}`,
})

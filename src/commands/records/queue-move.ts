import { z } from 'zod'
import { showRun } from '../../cards/topics.ts'
import { priorityArgument, testId } from '../arguments.ts'
import { command } from '../command.ts'
import { needsSubmitter, revOf } from '../owner.ts'
import { run as runShape } from '../results.ts'

export const queueMove = command({
  name: 'queue move',
  group: 'run a test',
  summary: 'give a waiting test another priority',
  examples: ['queue move T12 high', 'queue move T12 low'],
  args: z.strictObject({
    id: testId(),
    priority: priorityArgument({ place: 1, hint: 'high, normal or low.' }),
  }),
  result: z.object({ run: runShape }),
  role: 'user',
  allow: (caller, { id }, lab) => needsSubmitter(`queue move ${id}`, id, caller, lab),
  http: { method: 'PATCH', path: '/tests/{id}', status: 200 },
  async run({ id, priority }, { lab, caller, expect }) {
    return { run: await lab.move(id, priority, caller.person, revOf(expect, `run/${id}`)) }
  },
  show: ({ run }, { lab }) => showRun(lab, run),
})

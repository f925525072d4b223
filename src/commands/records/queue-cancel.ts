import { z } from 'zod'
import { showRun } from '../../cards/topics.ts'
import { testId } from '../arguments.ts'
import { command } from '../command.ts'
import { needsSubmitter, revOf } from '../owner.ts'
import { run as runShape } from '../results.ts'

export const queueCancel = command({
  name: 'queue cancel',
  group: 'run a test',
  summary: 'cancel a test that waits or runs; its log is kept',
  examples: ['queue cancel T12', 'queue cancel t12'],
  args: z.strictObject({ id: testId() }),
  result: z.object({ run: runShape }),
  role: 'user',
  allow: (caller, { id }, lab) => needsSubmitter(`queue cancel ${id}`, id, caller, lab),
  http: { method: 'POST', path: '/tests/{id}/cancel', status: 200 },
  async run({ id }, { lab, caller, expect }) {
    return { run: await lab.cancel(id, caller.person, revOf(expect, `run/${id}`)) }
  },
  show: ({ run }, { lab }) => showRun(lab, run),
})

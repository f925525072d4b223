import { z } from 'zod'
import { showRun } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { testId } from '../arguments.ts'
import { command } from '../command.ts'
import { knownRun } from '../owner.ts'
import { run as runShape } from '../results.ts'

export const testsShow = command({
  name: 'tests show',
  group: 'run a test',
  summary: 'the card of one test',
  examples: ['tests show T12', 'tests show t12'],
  args: z.strictObject({ id: testId() }),
  result: z.object({ run: runShape }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/tests/{id}/status', status: 200 },
  run: async ({ id }, { lab }) => ({ run: await knownRun(lab, id) }),
  show: ({ run }, { lab }) => showRun(lab, run),
})

import { z } from 'zod'
import { showRun } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { testId } from '../arguments.ts'
import { failedCase } from '../case-results.ts'
import { command } from '../command.ts'
import { knownRun } from '../owner.ts'
import { run as runShape } from '../results.ts'

export const testsShow = command({
  name: 'tests show',
  group: 'run a test',
  summary: 'the card of one test, with its failed cases',
  examples: ['tests show T12', 'tests show t12'],
  args: z.strictObject({ id: testId() }),
  /** All failed cases with what was printed, up to a thousand; the record of the run has the first only. */
  result: z.object({ run: runShape, failedCases: z.array(failedCase) }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/tests/{id}/status', status: 200, waits: ({ id }) => `run/${id}` },
  async run({ id }, { lab }) {
    const run = await knownRun(lab, id)
    return { run, failedCases: [...(await lab.failedCases(run))] }
  },
  show: ({ run, failedCases }, { lab }) => showRun(lab, run, failedCases),
})

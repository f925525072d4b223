import { z } from 'zod'
import { compareCard } from '../../cards/compare.ts'
import { frameOf } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { testId } from '../arguments.ts'
import { comparison } from '../case-results.ts'
import { command } from '../command.ts'
import { knownRun } from '../owner.ts'
import { run as runShape } from '../results.ts'

export const testsCompare = command({
  name: 'tests compare',
  group: 'run a test',
  summary: 'the test cases of a test beside those of an earlier one',
  examples: ['tests compare T12 T9', 'tests compare t12 t9'],
  args: z.strictObject({
    id: testId(),
    other: testId({ label: 'OTHER', place: 1, hint: 'The test that it is held against, such as T9.' }),
  }),
  result: z.object({ now: runShape, before: runShape, comparison, isWhole: z.boolean() }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/tests/{id}/compare/{other}', status: 200 },
  async run({ id, other }, { lab }) {
    await Promise.all([knownRun(lab, id), knownRun(lab, other)])
    return await lab.compare(id, other)
  },
  show: (result, { lab }) => compareCard(result, frameOf(lab)),
})

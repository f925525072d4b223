import { z } from 'zod'
import { isOver } from '../../cards/run-words.ts'
import { showRun } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { testId } from '../arguments.ts'
import { command } from '../command.ts'
import { knownRun } from '../owner.ts'
import { run as runShape } from '../results.ts'

export const testsFollow = command({
  name: 'tests follow',
  group: 'run a test',
  summary: 'the card of one test, and its output as it comes, to its end',
  examples: ['tests follow T12', 'tests follow T12 &'],
  args: z.strictObject({ id: testId() }),
  result: z.object({ run: runShape }),
  role: 'user',
  allow: everyone,
  run: async ({ id }, { lab }) => ({ run: await knownRun(lab, id) }),
  show: ({ run }, { lab }) => showRun(lab, run),
  started: ({ run }) => (isOver(run.state) ? null : `run/${run.id}`),
  follows: ({ run }) =>
    isOver(run.state)
      ? null
      : { kind: 'run', id: run.id, console: null, whole: false, grep: null, times: false, after: 0 },
})

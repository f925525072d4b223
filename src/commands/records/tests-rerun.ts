import { z } from 'zod'
import { showRun } from '../../cards/topics.ts'
import { RefusedError } from '../../errors.ts'
import { everyone } from '../allow.ts'
import { argument } from '../argument.ts'
import { testId } from '../arguments.ts'
import { command } from '../command.ts'
import { knownRun } from '../owner.ts'
import { queueFull } from '../queue-full.ts'
import { run as runShape, waiting } from '../results.ts'

const args = z.strictObject({
  id: testId(),
  board: argument(z.string().optional(), {
    label: 'ID',
    flag: 'board',
    lookup: 'boards',
    hint: 'On this board and no other.',
  }),
})

export const testsRerun = command({
  name: 'tests rerun',
  group: 'run a test',
  summary: 'the same test again, with a new id',
  examples: ['tests rerun T12', 'tests rerun T12 --board soc-a-001'],
  args,
  result: z.object({ run: runShape, waiting: waiting.nullable() }),
  role: 'user',
  allow: everyone,
  http: { method: 'POST', path: '/tests/{id}/rerun', status: 201 },
  async run({ id, board }, { lab, caller }) {
    const old = await knownRun(lab, id)
    const again = await lab.rerun(id, caller.person, caller.origin, board).catch((error: unknown) => {
      const isFull = error instanceof RefusedError && error.code === 'queue-full'
      throw isFull ? queueFull(lab, old.family, null) : error
    })
    return { run: again, waiting: lab.waiting(again.id) }
  },
  show: ({ run }, { lab }) => showRun(lab, run),
  started: ({ run }) => `run/${run.id}`,
})

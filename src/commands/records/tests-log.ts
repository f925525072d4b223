import { z } from 'zod'
import { logCard } from '../../cards/log.ts'
import { frameOf } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { argument } from '../argument.ts'
import { switchFlag, testId } from '../arguments.ts'
import { command } from '../command.ts'
import { knownRun } from '../owner.ts'
import { run as runShape } from '../results.ts'

const LINES = 40
const MOST_LINES = 1_000

const args = z.strictObject({
  id: testId(),
  lines: argument(z.number().int().min(1).max(MOST_LINES).default(LINES), {
    label: 'N',
    flag: 'lines',
    hint: `How many of the last lines, at most ${MOST_LINES}.`,
  }),
  whole: switchFlag({
    label: 'whole',
    flag: 'whole',
    hint: "The board's console, not only the program's output.",
  }),
})

export const testsLog = command({
  name: 'tests log',
  group: 'run a test',
  summary: 'the last lines of a test, and where all of them are',
  examples: ['tests log T12', 'tests log T12 --lines 200 --whole'],
  args,
  result: z.object({
    run: runShape,
    lines: z.array(z.string()),
    total: z.number(),
    url: z.string(),
    whole: z.boolean(),
  }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/tests/{id}/log', status: 200 },
  async run({ id, lines: limit, whole }, { lab }) {
    const run = await knownRun(lab, id)
    const { lines, total } = await lab.log(id, { limit, whole })
    return { run, lines: [...lines], total, url: lab.logLink(run), whole }
  },
  show: (result, { lab }) => logCard(result, frameOf(lab)),
})

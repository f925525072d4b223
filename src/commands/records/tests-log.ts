import { z } from 'zod'
import { logCard } from '../../cards/log.ts'
import { isOver } from '../../cards/run-words.ts'
import { frameOf } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { argument } from '../argument.ts'
import { switchFlag, testId } from '../arguments.ts'
import { command } from '../command.ts'
import { logArguments, logQuestion } from '../log-arguments.ts'
import { logLines } from '../log-results.ts'
import { knownRun } from '../owner.ts'
import { run as runShape } from '../results.ts'

const args = z.strictObject({
  id: testId(),
  ...logArguments,
  whole: switchFlag({
    label: 'whole',
    flag: 'whole',
    hint: "The board's console, not only the program's output.",
  }),
  line: argument(z.number().int().min(1).optional(), {
    label: 'N',
    flag: 'line',
    hint: "From this line of the board's console on, as a card names it.",
  }),
})

export const testsLog = command({
  name: 'tests log',
  group: 'run a test',
  summary: 'the last lines of a test, or those that you look for',
  examples: [
    'tests log T12',
    'tests log T12 --from 14:02 --grep panic --whole',
    'tests log T12 --line 2205',
    'tests log T12 --follow',
  ],
  args,
  result: z.object({
    run: runShape,
    ...logLines,
    url: z.string(),
    whole: z.boolean(),
  }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/tests/{id}/log', status: 200 },
  async run({ id, whole: all, times, follow, ...asked }, { lab }) {
    const whole = all || asked.line !== undefined
    const run = await knownRun(lab, id)
    const question = logQuestion(asked, run.attempts.at(-1)?.endedAt ?? lab.now(), lab)
    const found = await lab.log(id, { ...question, whole })
    const { grep = null } = question
    return { run, ...found, lines: [...found.lines], grep, times, follow, url: lab.logLink(run), whole }
  },
  show: (result, { lab }) => logCard(result, frameOf(lab)),
  started: ({ run, follow }) => (follow && !isOver(run.state) ? `run/${run.id}` : null),
  follows: ({ run, follow, whole, grep, times, next }) =>
    follow && !isOver(run.state)
      ? { kind: 'run', id: run.id, console: null, whole, grep, times, after: next }
      : null,
})

import { z } from 'zod'
import { testsCard } from '../../cards/tests.ts'
import { frameOf } from '../../cards/topics.ts'
import type { RunFilter } from '../../lab/lab.ts'
import { RUN_STATES } from '../../lab/types.ts'
import { everyone } from '../allow.ts'
import { argument } from '../argument.ts'
import { familyFlag, optionalText, testId } from '../arguments.ts'
import { command } from '../command.ts'
import { run } from '../results.ts'
import { formatWord } from '../words.ts'

const PAGE = 100

const args = z.strictObject({
  family: familyFlag(),
  state: argument(z.enum(RUN_STATES).optional(), {
    label: 'STATE',
    flag: 'state',
    hint: `One of ${RUN_STATES.join(', ')}.`,
  }),
  by: optionalText({ label: 'NAME', flag: 'by', hint: 'Only of this person.' }),
  board: argument(z.string().optional(), {
    label: 'ID',
    flag: 'board',
    lookup: 'boards',
    hint: 'Only on this board.',
  }),
  before: beforeFlag(),
})

function beforeFlag() {
  return argument(testId().optional(), {
    label: 'TEST',
    flag: 'before',
    hint: 'Only older ones: the next page.',
  })
}

type Args = z.output<typeof args>

export const tests = command({
  name: 'tests',
  group: 'run a test',
  summary: 'the newest tests and how they went',
  examples: ['tests --family socA --state failed', 'tests --by mei'],
  args,
  result: z.object({ tests: z.array(run), older: z.string().nullable() }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/tests', status: 200 },
  async run(given, { lab }) {
    const found = await lab.runs(filterOf(given))
    const last = found.at(-1)
    const older = found.length < PAGE || last === undefined ? null : olderLine(given, last.id)
    return { tests: [...found], older }
  },
  show: (result, { lab }) => testsCard(result.tests, '', result.older, frameOf(lab)),
})

function filterOf({ family, state, by, board, before }: Args): RunFilter {
  return {
    limit: PAGE,
    ...(family === undefined ? {} : { family }),
    ...(state === undefined ? {} : { states: [state] }),
    ...(by === undefined ? {} : { submitter: by.replace(/^@/, '') }),
    ...(board === undefined ? {} : { board }),
    ...(before === undefined ? {} : { before }),
  }
}

function olderLine(given: Args, last: string): string {
  const flags = Object.entries({ ...given, before: last }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${formatWord(value)}`],
  )
  return ['tests', ...flags].join(' ')
}

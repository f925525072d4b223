import { z } from 'zod'
import { boardLogCard } from '../../cards/log.ts'
import { frameOf } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { argument } from '../argument.ts'
import { boardArgument, consoleFlag } from '../arguments.ts'
import { command } from '../command.ts'
import { knownBoard } from '../known-board.ts'
import { logArguments, logQuestion } from '../log-arguments.ts'
import { logLines } from '../log-results.ts'

export const boardsLog = command({
  name: 'boards log',
  group: 'use a board',
  summary: "a board's console, whoever had the board",
  examples: ['boards log soc-a-001 --since 1h', 'boards log soc-a-001 --grep panic --times'],
  args: z.strictObject({
    board: boardArgument(),
    console: consoleFlag(),
    ...logArguments,
    at: argument(z.number().int().min(0).optional(), {
      label: 'BYTE',
      flag: 'at',
      hint: 'From this byte of the log on, as a button names it.',
    }),
  }),
  result: z.object({ board: z.string(), console: z.string().nullable(), ...logLines }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/boards/{board}/log', status: 200 },
  async run({ board, console, times, follow, ...asked }, { lab }) {
    const { config } = knownBoard(lab, board)
    const question = logQuestion(asked, lab.now(), lab)
    const found = await lab.boardLog(config.id, console ?? null, question)
    const how = { grep: question.grep ?? null, times, follow }
    return { board: config.id, console: console ?? null, ...found, lines: [...found.lines], ...how }
  },
  show: (result, { lab }) => boardLogCard(result, frameOf(lab)),
  follows: ({ board, console, follow, grep, times, next }) =>
    follow ? { kind: 'board', id: board, console, whole: true, grep, times, after: next } : null,
})

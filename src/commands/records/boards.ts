import { z } from 'zod'
import { boardsCard } from '../../cards/boards.ts'
import { frameOf } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { argument } from '../argument.ts'
import { command } from '../command.ts'
import { board as boardShape } from '../results.ts'

export const boards = command({
  name: 'boards',
  group: 'use a board',
  summary: 'all boards: what they do, how they are',
  examples: ['boards', 'boards --family socA'],
  args: z.strictObject({
    family: argument(z.string().optional(), {
      label: 'FAMILY',
      flag: 'family',
      lookup: 'families',
      hint: 'Only of this family.',
    }),
  }),
  result: z.object({ boards: z.array(boardShape) }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/boards', status: 200 },
  async run({ family }, { lab }) {
    return { boards: lab.boards().filter(board => family === undefined || board.config.family === family) }
  },
  show: (result, { lab }) => boardsCard(result.boards, frameOf(lab)),
})

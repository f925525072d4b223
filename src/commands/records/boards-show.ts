import { z } from 'zod'
import { boardCard } from '../../cards/board.ts'
import { frameOf } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { boardArgument } from '../arguments.ts'
import { command } from '../command.ts'
import { knownBoard } from '../known-board.ts'
import { board as boardShape, powerEvent } from '../results.ts'

export const boardsShow = command({
  name: 'boards show',
  group: 'use a board',
  summary: 'one board: console, power, health, history',
  examples: ['boards show soc-a-001', '/boards show soc-b-001'],
  args: z.strictObject({ board: boardArgument() }),
  result: z.object({ board: boardShape, power: z.array(powerEvent) }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/boards/{board}/status', status: 200 },
  async run({ board }, { lab }) {
    return { board: knownBoard(lab, board), power: [...(await lab.powerEvents(board))] }
  },
  show: (result, { lab }) => boardCard(result.board, result.power, frameOf(lab)),
})

import { z } from 'zod'
import { showBoard } from '../../cards/topics.ts'
import { needsRole } from '../allow.ts'
import { boardArgument } from '../arguments.ts'
import { command } from '../command.ts'
import { knownBoard } from '../known-board.ts'
import { board as boardShape } from '../results.ts'

export const boardsHealth = command({
  name: 'boards health',
  group: 'run the lab',
  summary: 'ask a board now; an answer makes it healthy again',
  examples: ['boards health soc-b-003', '/boards health soc-b-003'],
  args: z.strictObject({ board: boardArgument() }),
  result: z.object({ board: boardShape }),
  role: 'operator',
  allow: (caller, { board }, lab) => needsRole(`boards health ${board}`, 'operator', caller, lab),
  http: { method: 'POST', path: '/boards/{board}/health', status: 200 },
  run: async ({ board }, { lab, caller }) => ({ board: await lab.check(board, caller.person) }),
  show: (result, { lab }) => showBoard(lab, knownBoard(lab, result.board.config.id)),
  exit: ({ board }) => (board.health === 'unhealthy' || board.status === 'recovery' ? 2 : 0),
})

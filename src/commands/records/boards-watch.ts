import { z } from 'zod'
import { consoleWordCard } from '../../cards/console-word.ts'
import { frameOf } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { boardArgument, consoleFlag } from '../arguments.ts'
import { command } from '../command.ts'
import { consoleWord } from '../results.ts'

export const boardsWatch = command({
  name: 'boards watch',
  group: 'use a board',
  summary: 'a word to watch the console of a board with',
  examples: ['boards watch soc-a-001', '/boards watch soc-b-001 --console main'],
  args: z.strictObject({ board: boardArgument(), console: consoleFlag() }),
  result: consoleWord,
  role: 'user',
  private: true,
  allow: everyone,
  http: { method: 'POST', path: '/boards/{board}/watch', status: 201 },
  run: async ({ board, console = null }, { lab, caller }) =>
    lab.consoles.watchingWord(board, caller.person, console),
  show: (given, { lab }) => consoleWordCard(given, frameOf(lab)),
})

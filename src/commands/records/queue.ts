import { z } from 'zod'
import { queueCard } from '../../cards/queue.ts'
import { frameOf } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { command } from '../command.ts'
import { queue as queueShape } from '../results.ts'

export const queue = command({
  name: 'queue',
  group: 'run a test',
  summary: 'who waits for what, and what runs',
  examples: ['queue', '/lab queue'],
  args: z.strictObject({}),
  result: queueShape,
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/queue', status: 200 },
  run: async (_args, { lab }) => lab.queue(),
  show: (result, { lab }) => queueCard(result, frameOf(lab)),
})

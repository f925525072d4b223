import { z } from 'zod'
import { statusCard } from '../../cards/status.ts'
import { frameOf } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { command } from '../command.ts'
import { labStatus } from '../results.ts'

export const status = command({
  name: 'status',
  group: 'see the lab',
  summary: 'the lab at a glance',
  examples: ['status', '/lab status'],
  args: z.strictObject({}),
  result: labStatus,
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/status', status: 200 },
  run: async (_args, { lab }) => await lab.status(),
  show: (result, { lab }) => statusCard(result, frameOf(lab)),
})

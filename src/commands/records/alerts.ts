import { z } from 'zod'
import { alertsCard } from '../../cards/alert.ts'
import { frameOf } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { command } from '../command.ts'
import { alert } from '../results.ts'

export const alerts = command({
  name: 'alerts',
  group: 'see the lab',
  summary: 'what is wrong with the lab',
  examples: ['alerts', '/alerts'],
  args: z.strictObject({}),
  result: z.object({ alerts: z.array(alert) }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/alerts', status: 200 },
  run: async (_args, { lab }) => ({ alerts: [...lab.alerts()] }),
  show: (result, { lab }) => alertsCard(result.alerts, frameOf(lab)),
})

import { z } from 'zod'
import { alertTelling } from '../../cards/alert.ts'
import { frameOf } from '../../cards/topics.ts'
import { needsRole } from '../allow.ts'
import { alertId } from '../arguments.ts'
import { command } from '../command.ts'
import { alert as alertShape } from '../results.ts'

export const alertsAck = command({
  name: 'alerts ack',
  group: 'see the lab',
  summary: 'say that you look after an alert',
  examples: ['alerts ack A5', 'alerts ack a5'],
  args: z.strictObject({ id: alertId() }),
  result: z.object({ alert: alertShape }),
  role: 'operator',
  allow: (caller, { id }, lab) => needsRole(`alerts ack ${id}`, 'operator', caller, lab),
  http: { method: 'POST', path: '/alerts/{id}/ack', status: 200 },
  run: async ({ id }, { lab, caller }) => ({ alert: await lab.acknowledge(id, caller.person) }),
  show: ({ alert }, { lab }) => alertTelling(alert, frameOf(lab)),
})

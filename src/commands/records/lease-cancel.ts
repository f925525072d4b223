import { z } from 'zod'
import { showTransfer } from '../../cards/topics.ts'
import { leaseId } from '../arguments.ts'
import { command } from '../command.ts'
import { needsHolder } from '../owner.ts'
import { transfer } from '../results.ts'

export const leaseCancel = command({
  name: 'lease cancel',
  group: 'use a board',
  summary: 'end a file that is on its way to or from your board',
  examples: ['lease cancel L3', 'lease cancel l3'],
  args: z.strictObject({ id: leaseId() }),
  result: z.object({ transfer }),
  role: 'user',
  allow: (caller, { id }, lab) => needsHolder(`lease cancel ${id}`, id, caller, lab),
  http: { method: 'POST', path: '/lease/{id}/cancel', status: 202 },
  async run({ id }, { lab, caller }) {
    return { transfer: await lab.cancelTransfer(id, caller.person) }
  },
  show: (result, { lab }) => showTransfer(lab, result.transfer),
  started: result => `transfer/${result.transfer.id}`,
})

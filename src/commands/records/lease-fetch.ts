import { z } from 'zod'
import { showTransfer } from '../../cards/topics.ts'
import { argument } from '../argument.ts'
import { leaseId, pattern } from '../arguments.ts'
import { command } from '../command.ts'
import { needsHolder } from '../owner.ts'
import { transfer } from '../results.ts'
import { interrupts } from '../typing.ts'

export const leaseFetch = command({
  name: 'lease fetch',
  group: 'use a board',
  summary: 'fetch files from your board, and keep them with a link each',
  examples: ['lease fetch L3 /var/log/messages', "lease fetch L3 '/root/results/*.xml'"],
  args: z.strictObject({
    id: leaseId(),
    file: argument(pattern(), {
      label: 'FILE',
      place: 1,
      hint: 'A path on the board, or a pattern; one without / before it is looked for in /tmp/boardroom.',
    }),
  }),
  result: z.object({ transfer }),
  role: 'user',
  allow: (caller, { id }, lab) => needsHolder(`lease fetch ${id}`, id, caller, lab),
  danger: (_caller, { id, file }, lab) => interrupts(`Fetch ${file}`, id, lab),
  http: { method: 'POST', path: '/lease/{id}/fetch', status: 202 },
  async run({ id, file }, { lab, caller }) {
    return { transfer: await lab.fetchFiles(id, [file], caller.person) }
  },
  show: (result, { lab }) => showTransfer(lab, result.transfer),
  started: result => `transfer/${result.transfer.id}`,
})

import { z } from 'zod'
import { showTransfer } from '../../cards/topics.ts'
import { InputError } from '../../errors.ts'
import { argument } from '../argument.ts'
import { leaseId, optionalText } from '../arguments.ts'
import { command } from '../command.ts'
import { fileNamed } from '../file-named.ts'
import { needsHolder } from '../owner.ts'
import { transfer } from '../results.ts'
import { interrupts } from '../typing.ts'

export const leaseSend = command({
  name: 'lease send',
  group: 'use a board',
  summary: 'send a file to your board',
  examples: ['lease send L3 ./hello', 'lease send L3 ./hello /root/', 'lease send L3 T12/hello'],
  args: z.strictObject({
    id: leaseId(),
    file: argument(z.string(), {
      label: 'FILE',
      place: 1,
      file: true,
      hint: 'What to send: a file, an allowed address, or T12/hello.',
    }),
    to: optionalText({
      label: 'PATH',
      place: 2,
      hint: 'Where on the board, a folder with / at its end; without it, /tmp/boardroom/.',
    }),
  }),
  result: z.object({ transfer }),
  role: 'user',
  allow: (caller, { id }, lab) => needsHolder(`lease send ${id}`, id, caller, lab),
  danger: (_caller, { id, file }, lab) => interrupts(`Send ${file}`, id, lab),
  http: { method: 'POST', path: '/lease/{id}/send', status: 202 },
  async run({ id, file: word, to }, ctx) {
    const { lab, caller } = ctx
    const opened = await fileNamed(word, ctx)
    if (opened === null)
      throw new InputError(`"${word}" is only a word here: it opens no file of the bot's machine.`, {
        field: 'file',
        hint: 'Attach the file, name an allowed address or a kept file (T12/hello), or type it at the terminal.',
      })
    return { transfer: await lab.sendFile(id, opened, to ?? null, caller.person) }
  },
  show: (result, { lab }) => showTransfer(lab, result.transfer),
  started: result => `transfer/${result.transfer.id}`,
})

import { z } from 'zod'
import { maintenanceCard } from '../../cards/maintenance.ts'
import { frameOf } from '../../cards/topics.ts'
import { needsRole } from '../allow.ts'
import { boardArgument, optionalDuration, optionalText, switchFlag } from '../arguments.ts'
import { command } from '../command.ts'
import { board as boardShape } from '../results.ts'

const args = z
  .strictObject({
    board: boardArgument(),
    until: optionalDuration({ label: '2h', flag: 'until', hint: 'For how long; without it, until --off.' }),
    reason: optionalText({ label: '"WHY"', flag: 'reason', hint: 'Shown to everyone.' }),
    off: switchFlag({ label: 'off', flag: 'off', hint: 'Back to work.' }),
  })
  .refine(given => !given.off || (given.until === undefined && given.reason === undefined), {
    path: ['off'],
    message: 'stands alone: no --until and no --reason beside it',
  })

export const boardsMaintain = command({
  name: 'boards maintain',
  group: 'run the lab',
  summary: 'take a board out of work for a while, or give it back',
  examples: ['boards maintain soc-b-002 --until 2h --reason "new fan"', 'boards maintain soc-b-002 --off'],
  args,
  result: z.object({ board: boardShape }),
  role: 'operator',
  allow: (caller, { board }, lab) => needsRole(`boards maintain ${board}`, 'operator', caller, lab),
  http: { method: 'POST', path: '/boards/{board}/maintenance', status: 200 },
  async run({ board, until, reason, off }, { lab, caller }) {
    const untilMs = until === undefined ? null : lab.now() + until
    const on = off ? null : { reason: reason ?? '', untilMs }
    return { board: await lab.maintain(board, on, caller.person) }
  },
  show: (result, { lab }) => maintenanceCard(result.board, frameOf(lab)),
})

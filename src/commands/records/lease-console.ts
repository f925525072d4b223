import { z } from 'zod'
import { consoleWordCard } from '../../cards/console-word.ts'
import { mention } from '../../cards/text.ts'
import { frameOf } from '../../cards/topics.ts'
import { isSame, personOf } from '../allow.ts'
import { consoleFlag, leaseId } from '../arguments.ts'
import { command } from '../command.ts'
import { consoleWord } from '../results.ts'

export const leaseConsole = command({
  name: 'lease console',
  group: 'use a board',
  summary: 'a word to type at the console of your board with',
  examples: ['lease console L3', '/lease console L3 --console main'],
  args: z.strictObject({ id: leaseId(), console: consoleFlag() }),
  result: consoleWord,
  role: 'user',
  private: true,
  /** Nobody types in the holder's name: not an operator either, who may switch the power or release. */
  allow({ person }, { id }, lab) {
    const lease = lab.lease(id)
    const holder = personOf(lease)
    if (lease === null || (holder !== null && isSame(holder, person))) return null
    const whose = holder === null ? 'no person holds it' : `that is ${mention(holder.name)}`
    const hint = lease.board === null ? 'Your own: lease list' : `To look on: boards watch ${lease.board}`
    return { message: `lease console ${id} is for its holder alone: ${whose}.`, hint }
  },
  http: { method: 'POST', path: '/lease/{id}/console', status: 201 },
  run: async ({ id, console = null }, { lab, caller }) => lab.consoles.typingWord(id, caller.person, console),
  show: (given, { lab }) => consoleWordCard(given, frameOf(lab)),
})

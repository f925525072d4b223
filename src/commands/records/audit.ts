import { z } from 'zod'
import { auditCard } from '../../cards/audit.ts'
import { frameOf } from '../../cards/topics.ts'
import { needsRole } from '../allow.ts'
import { argument } from '../argument.ts'
import { command } from '../command.ts'
import { auditEntry } from '../results.ts'

const PAGE = 50

export const audit = command({
  name: 'audit',
  group: 'run the lab',
  summary: 'who did what, when, and what came of it',
  examples: ['audit 7F3K', 'audit mei soc-b-001'],
  args: z.strictObject({
    words: argument(z.string().default(''), {
      label: 'WORDS',
      place: 0,
      all: true,
      hint: 'Only entries with all of these: a name, a board, a reference.',
    }),
  }),
  result: z.object({ entries: z.array(auditEntry), words: z.array(z.string()) }),
  role: 'admin',
  allow: (caller, _args, lab) => needsRole('audit', 'admin', caller, lab),
  http: { method: 'GET', path: '/audit', status: 200 },
  async run({ words }, { lab }) {
    const wanted = words.split(/\s+/).filter(word => word !== '')
    return { entries: [...(await lab.audit(wanted, PAGE))], words: wanted }
  },
  show: (result, { lab }) => auditCard(result.entries, result.words, frameOf(lab)),
})

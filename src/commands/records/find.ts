import { z } from 'zod'
import { findCard } from '../../cards/find.ts'
import { frameOf } from '../../cards/topics.ts'
import { everyone } from '../allow.ts'
import { argument } from '../argument.ts'
import { command } from '../command.ts'
import { find as findAmong } from '../find.ts'
import { candidatesOf } from '../findables.ts'

const MOST = 20

export const find = command({
  name: 'find',
  group: 'see the lab',
  summary: 'search boards, tests, leases, people and alerts',
  examples: ['find soc-b', 'find mei failed'],
  args: z.strictObject({
    words: argument(z.string().trim().min(1, 'what is to be found?'), {
      label: 'WORDS',
      place: 0,
      all: true,
      hint: 'Names, ids, states or people; all of them must fit.',
    }),
  }),
  /** `more` were found beside these. */
  result: z.object({
    words: z.string(),
    found: z.array(
      z.object({
        kind: z.enum(['board', 'family', 'test', 'lease', 'person', 'alert']),
        id: z.string(),
        about: z.string(),
        line: z.string(),
      }),
    ),
    more: z.number(),
  }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/find', status: 200 },
  async run({ words }, { lab }) {
    const wanted = words.split(/\s+/)
    const runs = await lab.runs({ words: wanted })
    const all = findAmong(wanted, candidatesOf(lab, runs))
    return { words, found: all.slice(0, MOST), more: Math.max(0, all.length - MOST) }
  },
  show: ({ words, found, more }, { lab }) => findCard(words, found, more, frameOf(lab)),
})

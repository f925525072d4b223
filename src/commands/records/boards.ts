import { z } from 'zod'
import { boardsCard } from '../../cards/boards.ts'
import { frameOf } from '../../cards/topics.ts'
import type { BoardSummary } from '../../lab/types.ts'
import { everyone } from '../allow.ts'
import { familyFlag, optionalText } from '../arguments.ts'
import { command } from '../command.ts'
import { board as boardShape } from '../results.ts'
import { formatWord } from '../words.ts'

/** Listings come in hundreds (M7.5). */
const PAGE = 100

const args = z.strictObject({
  family: familyFlag(),
  after: optionalText({ label: 'ID', flag: 'after', hint: 'Only those behind this board: the next page.' }),
})

export const boards = command({
  name: 'boards',
  group: 'use a board',
  summary: 'all boards: what they do, how they are',
  examples: ['boards', 'boards --family socA'],
  args,
  result: z.object({
    /** By id, at most a hundred. */
    boards: z.array(boardShape),
    /** Of all that are meant, those of other pages too. */
    total: z.number(),
    usable: z.number(),
    /** The line of the next page. */
    older: z.string().nullable(),
  }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/boards', status: 200 },
  async run(given, { lab }) {
    const { family, after } = given
    const meant = lab.boards().filter(({ config }) => family === undefined || config.family === family)
    const rest = meant.filter(({ config }) => after === undefined || config.id > after).sort(byId)
    const shown = rest.slice(0, PAGE)
    const last = shown.at(-1)
    const older = rest.length > shown.length && last !== undefined ? nextLine(given, last.config.id) : null
    return { boards: shown, total: meant.length, usable: meant.filter(each => each.usable).length, older }
  },
  show: ({ boards: shown, ...rest }, { lab }) => boardsCard(shown, frameOf(lab), rest),
})

function nextLine({ family }: z.output<typeof args>, last: string): string {
  return ['boards', ...(family === undefined ? [] : ['--family', formatWord(family)]), '--after', last].join(
    ' ',
  )
}

function byId(a: BoardSummary, b: BoardSummary): number {
  return a.config.id < b.config.id ? -1 : 1
}

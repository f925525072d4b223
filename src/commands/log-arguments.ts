/** What commands that show a log take, and how it is asked for. */

import { z } from 'zod'
import { InputError } from '../errors.ts'
import type { Lab, LogQuestion } from '../lab/lab.ts'
import { argument } from './argument.ts'
import { optionalDuration, optionalText, switchFlag } from './arguments.ts'
import { latestMoment } from './clock-time.ts'

const LINES = 40
const MOST_LINES = 1_000

export const logArguments = {
  lines: argument(z.number().int().min(1).max(MOST_LINES).default(LINES), {
    label: 'N',
    flag: 'lines',
    hint: `How many of the last lines, at most ${MOST_LINES}.`,
  }),
  from: optionalText({ label: 'TIME', flag: 'from', hint: 'From a time of day on, such as 14:02.' }),
  since: optionalDuration({ label: 'TIME', flag: 'since', hint: 'Only the last so long, such as 10m.' }),
  grep: optionalText({
    label: 'TEXT',
    flag: 'grep',
    hint: 'Only lines with this text in them, letters large or small.',
  }),
  times: switchFlag({ label: 'times', flag: 'times', hint: 'When each line came.' }),
  follow: switchFlag({ label: 'follow', flag: 'follow', hint: 'And what comes from now on.' }),
}

type Asked = {
  lines: number
  from?: string | undefined
  since?: number | undefined
  grep?: string | undefined
  /** Of a test's log, and of a board's. */
  line?: number | undefined
  at?: number | undefined
}

/** The question that these arguments ask of a log whose last line came at `end`. Throws InputError. */
export function logQuestion(asked: Asked, end: number, lab: Lab): LogQuestion {
  const { lines: limit, from, since, grep, line, at } = asked
  if (from !== undefined && since !== undefined)
    throw new InputError('--from and --since say the same in two ways.', {
      field: 'since',
      hint: 'Take one of them: --from 14:02, or --since 10m.',
    })
  const after = from === undefined ? (since === undefined ? null : end - since) : momentOf(from, end, lab)
  const begin = { ...(line === undefined ? {} : { line }), ...(at === undefined ? {} : { at }) }
  return { limit, since: after, grep: grep ?? null, ...begin }
}

function momentOf(text: string, end: number, lab: Lab): number {
  const moment = latestMoment(text, lab.inventory().settings.timeZone, end)
  if (moment !== null) return moment
  throw new InputError(`"${text}" is no time of day.`, {
    field: 'from',
    hint: 'Write 14:02, or 14:02:30; for the last so long: --since 10m',
  })
}

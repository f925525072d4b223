/** The last lines of a test's log, and where all of it is. */

import type { Run } from '../lab/types.ts'
import { placeOf, programName, stateWord, toneOf } from './run-words.ts'
import { bold, plain, shorten, textOf } from './text.ts'
import type { View } from './view.ts'
import { count, type TimeFrame } from './words.ts'

const LONGEST_LINE = 1_000

export type LogFacts = { run: Run; lines: readonly string[]; total: number; url: string; whole: boolean }

export function logCard({ run, lines, total, url, whole }: LogFacts, frame: TimeFrame): View {
  const title = [
    bold(run.id),
    plain(` · ${whole ? 'console log' : 'output'} of ${programName(run.program)} on ${placeOf(run)} · `),
    bold(stateWord(run, null)),
  ]
  return {
    kind: 'message',
    topic: `run/${run.id}`,
    rev: run.rev,
    tone: toneOf(run),
    title,
    aside: [plain(count(total, 'line'))],
    summary: `${textOf(title, frame)}. ${url}`,
    parts: [
      { t: 'log', lines: lines.map(line => shorten(line, LONGEST_LINE)), total, link: { text: 'log', url } },
    ],
  }
}

/** The last lines of a log, or those that were asked for, and where all of it is. */

import type { LogLine, LogLines } from '../lab/lab.ts'
import type { Run } from '../lab/types.ts'
import { placeOf, programName, stateWord, toneOf } from './run-words.ts'
import { bold, plain, shorten, textOf } from './text.ts'
import type { Part, View } from './view.ts'
import { count, gutterTime, type TimeFrame } from './words.ts'

const LONGEST_LINE = 1_000

/** What was found in a log, and how it was asked for. */
export type FoundLines = Pick<LogLines, 'lines' | 'total' | 'matched'> & {
  grep: string | null
  times: boolean
}
export type LogFacts = FoundLines & { run: Run; url: string; whole: boolean }
export type BoardLogFacts = FoundLines & { board: string; console: string | null }

export function logCard(facts: LogFacts, frame: TimeFrame): View {
  const { run, url, whole } = facts
  const title = [
    bold(run.id),
    plain(` · ${whole ? 'console log' : 'output'} of ${programName(run.program)} on ${placeOf(run)} · `),
    bold(stateWord(run, null)),
  ]
  return {
    kind: 'message',
    topic: `log/${run.id}`,
    rev: run.rev,
    tone: toneOf(run),
    title,
    aside: [plain(amount(facts))],
    summary: `${textOf(title, frame)}. ${url}`,
    parts: linesPart(facts, frame, { text: 'log', url }),
  }
}

export function boardLogCard(facts: BoardLogFacts, frame: TimeFrame): View {
  const title = [bold(facts.board), plain(` · ${facts.console ?? 'console'} log`)]
  return {
    kind: 'message',
    topic: `log/${facts.board}`,
    rev: 0,
    tone: 'idle',
    title,
    aside: [plain(amount(facts))],
    summary: `${textOf(title, frame)}, ${amount(facts)}`,
    parts: linesPart(facts, frame),
  }
}

/** A line of a log as people see it; a mark stands apart from what the board said. */
export function logLine({ t, text, mark }: LogLine, times: boolean, frame: TimeFrame): string {
  const at = gutterTime(t, frame)
  if (mark !== undefined) return `--- ${MARKS[mark]} ${at} ---`
  const shown = shorten(text, LONGEST_LINE)
  return times ? `${at}  ${shown}` : shown
}

const MARKS: Readonly<Record<NonNullable<LogLine['mark']>, string>> = {
  connected: 'console connected',
  lost: 'console lost',
  dropped: 'bytes are missing here: the disk was full or too slow',
}

function amount({ total, matched, grep }: FoundLines): string {
  return grep === null ? count(matched, 'line') : `${matched} of ${count(total, 'line')} with "${grep}"`
}

function linesPart(
  facts: FoundLines,
  frame: TimeFrame,
  link?: { text: string; url: string },
): readonly Part[] {
  const lines = facts.lines.map(line => logLine(line, facts.times, frame))
  const log: Part = { t: 'log', lines, total: facts.matched, ...(link === undefined ? {} : { link }) }
  if (lines.length > 0) return [log]
  const nothing = facts.total === 0 ? 'Nothing was printed.' : 'Nothing in it is what you look for.'
  return [{ t: 'note', runs: [plain(nothing)] }, log]
}

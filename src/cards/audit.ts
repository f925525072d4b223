/** Who did what, when, and what came of it (S4). */

import type { Lab } from '../lab/lab.ts'
import { bold, plain, shorten, textOf, time, user } from './text.ts'
import type { Cell, View } from './view.ts'
import { count, type TimeFrame } from './words.ts'

type AuditEntry = Awaited<ReturnType<Lab['audit']>>[number]

const LONGEST_LINE = 60
const LONGEST_RESULT = 80

export function auditCard(entries: readonly AuditEntry[], words: readonly string[], frame: TimeFrame): View {
  const about = words.length === 0 ? '' : ` with ${words.join(' ')}`
  const title = [bold('Audit'), plain(' · '), bold(`${count(entries.length, 'entry', 'entries')}${about}`)]
  const columns = ['when', 'who', 'where', 'typed', 'decision', 'result'].map(name => ({ title: name }))
  return {
    kind: 'message',
    topic: 'audit',
    rev: 0,
    tone: 'idle',
    title,
    summary: textOf(title, frame),
    parts: [
      entries.length === 0
        ? { t: 'note', runs: [plain('Nothing fits; audit alone shows the newest.')] }
        : { t: 'table', columns, rows: entries.map(rowOf) },
    ],
  }
}

function rowOf(entry: AuditEntry): readonly Cell[] {
  const reference = entry.reference === undefined ? '' : `${entry.reference} `
  return [
    [time(entry.at, 'date')],
    [user(entry.who)],
    [plain(entry.where ?? '')],
    [plain(shorten(entry.line, LONGEST_LINE))],
    [plain(entry.decision)],
    [plain(shorten(`${reference}${entry.result}`, LONGEST_RESULT))],
  ]
}

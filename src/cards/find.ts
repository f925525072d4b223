/** What a few words find, all over the lab (S1). */

import { bold, button, code, plain, textOf } from './text.ts'
import type { Part, Run, View } from './view.ts'
import { count, type TimeFrame } from './words.ts'

export type Found = {
  kind: 'board' | 'family' | 'test' | 'lease' | 'person' | 'alert'
  id: string
  /** What it is, in a few words. */
  about: string
  /** The command line that shows it. */
  line: string
}

const MOST_BUTTONS = 5

/** `more` were found and are not among them. */
export function findCard(words: string, found: readonly Found[], more: number, frame: TimeFrame): View {
  const title = [
    bold('Find'),
    plain(` ${words} · `),
    bold(found.length === 0 ? 'nothing' : `${found.length + more} found`),
  ]
  return {
    kind: 'message',
    topic: 'find',
    rev: 0,
    tone: 'idle',
    title,
    summary: [textOf(title, frame), ...found.map(each => `${each.kind} ${each.id}`)].join(', '),
    parts: found.length === 0 ? [none()] : foundParts(found, more),
  }
}

function none(): Part {
  const where =
    'Boards, families, tests, leases, people and alerts were looked through. All words must fit; try fewer.'
  return { t: 'note', runs: [plain(where)] }
}

function foundParts(found: readonly Found[], more: number): readonly Part[] {
  const columns = ['what', 'name', '', 'to see it'].map(name => ({ title: name }))
  const rows = found.map(({ kind, id, about, line }): readonly (readonly Run[])[] => [
    [plain(kind)],
    [plain(id)],
    [plain(about)],
    [code(line)],
  ])
  const left: readonly Part[] =
    more === 0
      ? []
      : [{ t: 'note', runs: [plain(`and ${count(more, 'more', 'more')}: say more words to narrow it down`)] }]
  const first = [...new Map(found.map(each => [each.line, each])).values()].slice(0, MOST_BUTTONS)
  const items = first.map(({ id, line }, index) => button(`show-${index + 1}`, `Show ${id}`, line))
  return [{ t: 'table', columns, rows }, ...left, { t: 'actions', items }]
}

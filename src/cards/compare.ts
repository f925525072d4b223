/** The test cases of two runs, side by side. */

import type { CaseGroup, ComparedCase, ComparedRuns, Run } from '../lab/types.ts'
import { placeOf, programName, stateWord } from './run-words.ts'
import { bold, button, plain, shorten, textOf } from './text.ts'
import type { Cell, Part, Run as Text, View } from './view.ts'
import { count, type TimeFrame } from './words.ts'

const MOST_ROWS = 20
const LONGEST_NAME = 60
const LONGEST_WHY = 80

type Listed = Exclude<CaseGroup, 'same'>

const ORDER: readonly Listed[] = [
  'newlyFailing',
  'newlyPassing',
  'stillFailing',
  'appeared',
  'gone',
  'changed',
]
const WORDS: Readonly<Record<CaseGroup, string>> = {
  newlyFailing: 'newly failing',
  newlyPassing: 'newly passing',
  stillFailing: 'still failing',
  appeared: 'new',
  gone: 'gone',
  changed: 'skipped in one of them',
  same: 'the same',
}

export function compareCard(compared: ComparedRuns, frame: TimeFrame): View {
  const { now, before, comparison } = compared
  const { counts, listed } = comparison
  const title = [
    bold(`${now.id} beside ${before.id}`),
    plain(` · ${programName(now.program)} · `),
    bold(headline(counts)),
  ]
  const parts: Part[] = [
    { t: 'text', runs: [plain(`${sentenceOf(now)} ${sentenceOf(before)}`)] },
    ...caveats(compared).map((text): Part => ({ t: 'note', runs: [plain(text)] })),
    ...ORDER.flatMap(group => groupParts(WORDS[group], listed[group], counts[group], compared)),
    { t: 'note', runs: [plain(totalsOf(counts))] },
  ]
  const show = [now, before].map(run => button(run.id, `Show ${run.id}`, `tests show ${run.id}`))
  return {
    kind: 'message',
    topic: `compare/${now.id}/${before.id}`,
    rev: Math.max(now.rev, before.rev),
    tone: counts.newlyFailing > 0 ? 'bad' : 'ok',
    title,
    final: true,
    summary: `${textOf(title, frame)}. ${totalsOf(counts)}`,
    parts: [...parts, { t: 'actions', items: show }],
  }
}

function headline(counts: Record<CaseGroup, number>): string {
  const said = (['newlyFailing', 'newlyPassing'] as const).filter(group => counts[group] > 0)
  if (said.length > 0) return said.map(group => `${counts[group]} ${WORDS[group]}`).join(', ')
  return ORDER.every(group => group === 'stillFailing' || counts[group] === 0)
    ? 'no difference'
    : 'nothing newly failing'
}

/** `T128 on soc-a-003: failed: 1 case.` */
function sentenceOf(run: Run): string {
  return `${run.id} on ${placeOf(run)}: ${stateWord(run, null)}.`
}

/** What makes the two hard to compare, and must be said. */
function caveats({ now, before, isWhole }: ComparedRuns): readonly string[] {
  const said: string[] = []
  if (now.family !== before.family)
    said.push(`Different families: ${now.id} on ${now.family}, ${before.id} on ${before.family}.`)
  const [here, then] = [programName(now.program), programName(before.program)]
  if (here !== then) said.push(`Different programs: ${now.id} is ${here}, ${before.id} is ${then}.`)
  else if (now.args.join('\0') !== before.args.join('\0')) said.push('Their arguments differ.')
  if (!isWhole)
    said.push('One of them had more cases than are listed: those beyond the list are not compared.')
  for (const { id, result } of [now, before]) {
    const { total = 0, announced = null } = result?.cases?.totals ?? {}
    if (announced !== null && announced > total) said.push(`${id}: ${announced} announced, ${total} seen.`)
  }
  return said
}

function groupParts(
  words: string,
  cases: readonly ComparedCase[],
  total: number,
  { now, before }: ComparedRuns,
): readonly Part[] {
  if (total === 0) return []
  const rows = cases.slice(0, MOST_ROWS)
  const more = total > rows.length ? `; ${rows.length} of them are shown` : ''
  return [
    {
      t: 'table',
      caption: `${words}: ${total}${more}`,
      columns: [{ title: 'case', keep: true }, { title: before.id }, { title: now.id }, { title: 'why' }],
      rows: rows.map(rowOf),
    },
  ]
}

function rowOf({ name, before, now, why, flaky }: ComparedCase): readonly Cell[] {
  const notes = [
    ...(why === null ? [] : [shorten(why, LONGEST_WHY)]),
    ...(flaky === undefined ? [] : [`flaky: failed in ${flaky.failed} of the last ${flaky.of} runs`]),
  ]
  const cell = (text: string): readonly Text[] => [plain(text)]
  return [cell(shorten(name, LONGEST_NAME)), cell(before ?? '–'), cell(now ?? '–'), cell(notes.join('; '))]
}

function totalsOf(counts: Record<CaseGroup, number>): string {
  const said = [...ORDER, 'same' as const].filter(group => counts[group] > 0)
  if (said.length === 0) return 'Neither has a case.'
  const all = Object.values(counts).reduce((sum, each) => sum + each, 0)
  return `${count(all, 'case')}: ${said.map(group => `${counts[group]} ${WORDS[group]}`).join(', ')}.`
}

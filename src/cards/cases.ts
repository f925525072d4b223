/** What the test cases of a run did: live, at its end, and beside the runs before (M6.6). */

import type { CaseTotals, FailedCase, Run, RunCases, RunProgress } from '../lab/types.ts'
import { plain, shorten, time } from './text.ts'
import type { Cell, Part, Run as Text } from './view.ts'
import { count } from './words.ts'

const MOST_NAMED = 3
const MOST_ROWS = 5
const MOST_SAID = 3
const LONGEST_NAME = 60
const LONGEST_WHY = 120

export function failedCount({ fail, error }: Pick<CaseTotals, 'fail' | 'error'>): number {
  return fail + error
}

/** The cases that it failed by; null where something else ended it. */
export function failedByCases({ result }: Run): RunCases | null {
  return result?.failure?.cause === 'test cases' ? (result.cases ?? null) : null
}

// ---- while it runs --------------------------------------------------------------------------------------------

type Live = NonNullable<RunProgress['cases']>

/** `31 of 46 cases · 1 failed`, as a bar where it is known how many there will be. */
export function livePart({ totals }: Live): Part {
  const { total, announced, skip } = totals
  const failed = failedCount(totals)
  const more = [...(failed > 0 ? [`${failed} failed`] : []), ...(skip > 0 ? [`${skip} skipped`] : [])]
  const of = announced === null ? count(total, 'case') : `${total} of ${count(announced, 'case')}`
  const label = [of, ...more].join(' · ')
  if (announced === null || announced === 0) return { t: 'text', runs: [plain(label)] }
  return { t: 'progress', done: Math.min(total, announced), total: announced, label }
}

/** The last cases, a line each. */
export function latestLines({ latest }: Live): readonly string[] {
  return latest.map(({ name, result, reason }) => {
    const word = result === 'pass' ? 'ok' : result === 'fail' ? 'not ok' : result
    return `${word} ${shorten(name, LONGEST_NAME)}${reason === null ? '' : `  (${shorten(reason, LONGEST_NAME)})`}`
  })
}

// ---- at its end -----------------------------------------------------------------------------------------------

/** `45 of 46 cases passed. Failed: atomic_swap (new since T121, 2 days ago).` */
export function casesSentence(cases: RunCases): readonly Text[] {
  const { totals, failed } = cases
  const { pass, skip, xfail, xpass, total, announced } = totals
  const others = [
    ...(skip > 0 ? [`${skip} skipped`] : []),
    ...(xfail > 0 ? [`${xfail} failed as expected`] : []),
    ...(xpass > 0 ? [`${xpass} passed although expected to fail`] : []),
  ]
  const runs: Text[] = [
    plain([`${pass} of ${count(total, 'case')} passed`, ...others].join(', ')),
    plain('.'),
  ]
  if (failed.length > 0) runs.push(plain(' Failed: '), ...named(cases), plain('.'))
  if (announced !== null && announced > total) {
    const missing = announced - total
    runs.push(
      plain(
        ` ${announced} announced, ${total} seen: ${count(missing, 'result')} ${missing === 1 ? 'is' : 'are'} missing.`,
      ),
    )
  }
  return runs
}

function named(cases: RunCases): readonly Text[] {
  const shown = cases.failed.slice(0, MOST_NAMED)
  const more = failedCount(cases.totals) - shown.length
  const names = shown.flatMap((each, index) => [
    plain(`${index === 0 ? '' : ', '}${shorten(each.name, LONGEST_NAME)}`),
    ...history(each),
  ])
  return more > 0 ? [...names, plain(` and ${more} more`)] : names
}

/** ` (new since T121, 2 days ago)`; nothing where no run before tells. */
function history({ passed, isNew, flaky }: FailedCase): readonly Text[] {
  if (flaky !== undefined) return [plain(` (flaky: failed in ${flaky.failed} of the last ${flaky.of} runs)`)]
  if (passed === undefined || passed === null) return []
  const words = isNew === true ? 'new since' : 'last passed in'
  return [plain(` (${words} ${passed.run}, `), time(passed.at, 'relative'), plain(')')]
}

/**
 * The cases of a run that has ended: how many, which failed and why, and what is damaged or missing. `each`: failed
 * ones to be shown one by one; `fileUrl`: where all cases are.
 */
export function casesParts(run: Run, each: readonly FailedCase[], fileUrl: string): readonly Part[] {
  const cases = run.result?.cases
  if (cases === undefined) return []
  const { failed, totals } = cases
  const isTold = totals.total > 0 || totals.announced !== null
  const sentence: readonly Part[] = isTold ? [{ t: 'text', runs: casesSentence(cases) }] : []
  const shown = each.length > 0 ? failedParts(each, fileUrl) : failed.length > 0 ? [tableOf(run, cases)] : []
  return [...sentence, ...shown, ...saidParts(cases)]
}

/** `atomic_swap: expected 4, got 5 … line 412`. */
function tableOf(run: Run, { failed, totals }: RunCases): Part {
  const all = failedCount(totals)
  const hidden = `${MOST_ROWS} of ${all} failed cases; all of them: tests show ${run.id}`
  return {
    t: 'table',
    columns: [{ title: 'failed', keep: true }, { title: 'why' }, { title: 'where', align: 'right' }],
    rows: failed.slice(0, MOST_ROWS).map(rowOf),
    ...(all > MOST_ROWS ? { caption: hidden } : {}),
  }
}

function rowOf(found: FailedCase): readonly Cell[] {
  return [
    [plain(shorten(found.name, LONGEST_NAME))],
    [plain(found.reason === null ? '' : shorten(found.reason, LONGEST_WHY))],
    [plain(whereOf(found))],
  ]
}

/** `line 412`; of a file that was collected, which of its cases. */
export function whereOf({ line, file }: Pick<FailedCase, 'line' | 'file'>): string {
  return file === undefined ? `line ${line}` : `${file}, case ${line}`
}

/** Damage that the sentence has not said, then what is worth knowing. */
function saidParts({ problems, notes, totals }: RunCases): readonly Part[] {
  const isSaid = ` ${totals.announced} announced, ${totals.total} seen`
  const damage = problems.filter(each => !each.endsWith(isSaid))
  const all = [...damage, ...notes]
  const shown = all.slice(0, MOST_SAID)
  if (all.length > shown.length) shown.push(`${all.length - shown.length} more of these are in cases.json`)
  return shown.map((text): Part => ({ t: 'note', runs: [plain(`${text}.`)] }))
}

// ---- in the thread --------------------------------------------------------------------------------------------

/** `, 46 cases` of one that passed; nothing where it told of none. */
export function casesTold({ result }: Run): string {
  const { total = 0, announced = null } = result?.cases?.totals ?? {}
  if (announced !== null && announced > total) return `, ${total} of ${announced} cases seen`
  return total === 0 ? '' : `, ${count(total, 'case')}`
}

/** `atomic_swap (1 of 46)`. */
export function failedWords({ failed, totals }: RunCases): string {
  const names = failed.slice(0, MOST_NAMED).map(each => shorten(each.name, LONGEST_NAME))
  const more = failedCount(totals) - names.length
  const all = `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return `${all} (${failedCount(totals)} of ${totals.total})`
}

/** `atomic_swap: expected 4, got 5`, of those that say why. */
export function failedLines(run: Run): readonly string[] {
  const failed = failedByCases(run)?.failed ?? []
  return failed.flatMap(({ name, reason }) => (reason === null ? [] : [`${name}: ${reason}`]))
}

/** `#L412`: where the first failed case is in the log. */
export function firstFailed(run: Run): string {
  const first = failedByCases(run)?.failed.find(each => each.file === undefined)
  return first === undefined ? '' : `#L${first.line}`
}

// ---- one by one -----------------------------------------------------------------------------------------------

const MOST_SHOWN = 50
const LINES_EACH = 20

/** Every failed case with what was printed while it ran. */
function failedParts(failed: readonly FailedCase[], fileUrl: string): readonly Part[] {
  const parts = failed.slice(0, MOST_SHOWN).map((found): Part => {
    const title = `${shorten(found.name, LONGEST_NAME)} · ${whereOf(found)}`
    const lines = found.output.slice(0, LINES_EACH)
    const why = found.reason ?? 'it printed nothing that says why'
    const isIn = lines.some(line => line.includes(why))
    const reason: readonly Part[] = isIn ? [] : [{ t: 'text', runs: [plain(why)] }]
    const output: readonly Part[] = lines.length === 0 ? [] : [{ t: 'log', lines, total: lines.length }]
    return { t: 'fold', title, parts: [...reason, ...output] }
  })
  if (failed.length <= MOST_SHOWN) return parts
  const left = `${failed.length - MOST_SHOWN} more failed cases: `
  return [...parts, { t: 'note', runs: [plain(left), { r: 'link', text: 'all of them', url: fileUrl }] }]
}

import { InputError, NotFoundError } from '../../../errors.ts'
import type { Core } from '../../core.ts'
import type { Run } from '../../types.ts'
import { isFinal } from '../run-state.ts'
import { noRun, type Runs } from '../runs.ts'
import { compareCases } from './compare.ts'
import { storedReport } from './files.ts'
import { isFailing } from './merge.ts'
import { flakyBook } from './past.ts'
import { failedCase } from './summary.ts'
import type { ComparedRuns, Comparison, FailedCase, RunCase, RunReport } from './types.ts'

const MOST_FAILED_SHOWN = 1000
const MOST_LINES_SHOWN = 100

export type CaseQuestions = {
  failedCases(run: Run): Promise<readonly FailedCase[]>
  cases(run: Run): Promise<readonly RunCase[]>
  /** Throws NotFoundError, and InputError where one of them has no cases. */
  compare(now: string, before: string): Promise<ComparedRuns>
}

export function createCaseQuestions(core: Core, runs: Pick<Runs, 'find'>): CaseQuestions {
  const cases = async (run: Run): Promise<RunReport | null> =>
    run.result?.cases === undefined ? null : await storedReport(core.artifacts, run.id)
  const known = async (id: string): Promise<{ run: Run; report: RunReport }> => {
    const run = await runs.find(id)
    if (run === null) throw noRun(core, id)
    const report = isFinal(run.state) ? await cases(run) : null
    if (report === null) throw withoutCases(run)
    return { run, report }
  }
  return {
    async failedCases(run) {
      const kept = run.result?.cases?.failed ?? []
      if (kept.length === 0) return kept
      const report = await cases(run)
      const all = report?.cases.filter(each => isFailing(each.result)).slice(0, MOST_FAILED_SHOWN) ?? []
      // The record knows more of the first ones: when they passed last.
      return all.length < kept.length
        ? kept
        : all.map((each, index) => ({ ...kept[index], ...failedCase(each, MOST_LINES_SHOWN) }))
    },
    cases: async run => (await cases(run))?.cases ?? [],
    async compare(now, before) {
      if (now.toUpperCase() === before.toUpperCase()) throw same(now)
      const [here, then] = [await known(now), await known(before)]
      const compared = compareCases(then.report.cases, here.report.cases)
      const flaky = await flakyBook(core, here.run)
      return {
        now: here.run,
        before: then.run,
        comparison: withFlaky(compared, flaky),
        isWhole: !isUnlisted(then.report) && !isUnlisted(here.report),
      }
    },
  }
}

/** Of very many cases only the first are listed. */
function isUnlisted({ cases, totals }: RunReport): boolean {
  return cases.length < totals.total
}

function withFlaky(compared: Comparison, flaky: Awaited<ReturnType<typeof flakyBook>>): Comparison {
  const groups = Object.entries(compared.listed).map(([group, cases]) => [
    group,
    cases.map(each => {
      const found = flaky(each.name)
      return found === null ? each : { ...each, flaky: found }
    }),
  ])
  return { ...compared, listed: Object.fromEntries(groups) as Comparison['listed'] }
}

function withoutCases(run: Run): InputError {
  if (!isFinal(run.state)) {
    return new InputError(`${run.id} is ${run.state}: its cases are not all known yet.`, {
      field: 'id',
      hint: `Compare it when it has ended. Until then: tests show ${run.id}`,
    })
  }
  if (run.result?.cases?.totals.total) {
    return new NotFoundError(`The list of ${run.id}'s cases is no longer kept.`, {
      field: 'id',
      hint: 'How long files are kept is set by ARTIFACT_RETENTION_DAYS and MAX_DISK_USAGE_GB. Newer tests: tests',
    })
  }
  return new InputError(`${run.id} told of no test cases, so there is nothing to compare.`, {
    field: 'id',
    hint: 'Cases are read from TAP, KTAP, gtest, LTP and LAVA output, and from JUnit XML files: --collect results.xml',
  })
}

function same(id: string): InputError {
  return new InputError(`${id.toUpperCase()} beside itself has no differences.`, {
    field: 'other',
    hint: 'Name another test of the same program: tests',
  })
}

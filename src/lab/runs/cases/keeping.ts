import type { CaseReport } from '../../../reading/cases/types.ts'
import type { Core } from '../../core.ts'
import type { CollectedFiles, Run } from '../../types.ts'
import type { AttemptLog } from '../attempt-log.ts'
import { numberOf } from '../job-of.ts'
import { reportOf, writeReport } from './files.ts'
import { hasCases } from './outcome.ts'
import { comparedCases } from './past.ts'
import type { RunCases, RunReport } from './types.ts'

/**
 * The cases of the attempt under way, once its program has ended and its files are here. What was read while it ran
 * is used where it is whole. Never throws: null where they cannot be read.
 */
export async function casesOfAttempt(
  core: Core,
  run: Run,
  log: AttemptLog | null,
  collected: CollectedFiles | null,
): Promise<RunReport | null> {
  try {
    const live: CaseReport | null = log?.cases() ?? null
    if (live === null) await log?.seal()
    const attempt = numberOf(core.state().runs[run.id])
    return await reportOf(
      core.artifacts,
      { run: run.id, attempt, printed: log?.printed ?? null, collected },
      live,
    )
  } catch (error) {
    core.log.error({ run: run.id, error }, 'the cases of a run could not be read')
    return null
  }
}

/**
 * Stores all cases of a run that is being collected, and gives what goes into its record: its cases beside those of
 * the runs before. `report`: where this process knows them; after a restart they are read again. Never throws.
 */
export async function keepCases(
  core: Core,
  run: Run,
  report: RunReport | null,
): Promise<{ cases?: RunCases }> {
  const { cases, output = null, collected = null } = run.result ?? {}
  if (cases === undefined || !hasCases(cases.totals)) return {}
  try {
    const source = { run: run.id, attempt: numberOf(run), printed: output, collected }
    const all = report ?? (await reportOf(core.artifacts, source, null))
    await writeReport(core.artifacts, run.id, all)
    return { cases: await comparedCases(core, run, all, cases) }
  } catch (error) {
    core.log.error({ run: run.id, error }, 'the cases of a run could not be kept')
    return {}
  }
}

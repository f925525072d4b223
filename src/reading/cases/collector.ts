import { CASE_RESULTS, type CaseReport, type CaseResult, type CaseTotals, type TestCase } from './types.ts'

export type Limits = { failed: number; others: number; outputCharacters: number; problems: number }

/** A million cases are counted, not kept: a card shows failures, and a list of ten thousand is long enough for anybody. */
export const LIMITS: Limits = { failed: 10_000, others: 10_000, outputCharacters: 4_000_000, problems: 200 }

export type Found = Pick<TestCase, 'name' | 'suite' | 'format' | 'result' | 'lines'> &
  Partial<Pick<TestCase, 'durationMs' | 'reason' | 'measurement'>> & {
    /** Asked for only where the case failed and is kept. */
    output?: () => string[]
  }

export type Collector = {
  /** The case as it is listed, to be completed by what follows it; null when it is counted only. */
  add(found: Found): TestCase | null
  /** More of a failed case's output, within what may be kept in all. */
  append(kept: TestCase, text: string): void
  /** So many more are announced; `stated` when the log itself says so, and not only by showing them. */
  announce(more: number, stated: boolean): void
  problem(text: string): void
  note(text: string): void
  totals(): CaseTotals
  /** The last few, listed or not. */
  latest(): readonly Latest[]
  report(): CaseReport
}

/** What a card of a running test says of a case. */
export type Latest = Pick<TestCase, 'name' | 'result' | 'reason'>

/** How many of the last cases a card shows. */
const LATEST = 3
/** Lines of output kept of one failed case. */
const LONGEST_OUTPUT = 200
/** Of a name and of a reason, in characters. */
const LONGEST_NAME = 500

export function isFailure(result: CaseResult): boolean {
  return result === 'fail' || result === 'error'
}

export function createCollector(limits: Limits = LIMITS): Collector {
  const cases: TestCase[] = []
  const counts: Record<CaseResult, number> = { pass: 0, fail: 0, skip: 0, xfail: 0, xpass: 0, error: 0 }
  const problems = createSentences(limits.problems)
  const notes = createSentences(limits.problems)
  let keptFailed = 0
  let room = limits.outputCharacters
  let announced = 0
  let isStated = false
  const latest: Latest[] = []

  const totals = (): CaseTotals => ({
    ...counts,
    total: CASE_RESULTS.reduce((sum, result) => sum + counts[result], 0),
    announced: isStated ? announced : null,
  })

  const hasRoom = (result: CaseResult): boolean =>
    isFailure(result) ? keptFailed < limits.failed : cases.length - keptFailed < limits.others

  const withinRoom = (lines: string[]): string[] => {
    const kept: string[] = []
    for (const line of lines) {
      if (line.length > room) break
      room -= line.length
      kept.push(line)
    }
    return kept
  }

  const leftOut = (): string[] => {
    const failed = counts.fail + counts.error
    const said: string[] = []
    if (failed > keptFailed) said.push(`${failed} cases failed; the first ${keptFailed} of them are listed`)
    const others = totals().total - failed
    const listed = cases.length - keptFailed
    if (others > listed) said.push(`${others} cases did not fail; the first ${listed} of them are listed`)
    if (room < LONGEST_OUTPUT) said.push('the output of later failures is left out: there was too much of it')
    return said
  }

  return {
    add({ output, ...found }) {
      counts[found.result] += 1
      if (latest.length === LATEST) latest.shift()
      if (!hasRoom(found.result)) {
        latest.push({ name: shorten(found.name), result: found.result, reason: found.reason ?? null })
        return null
      }
      const kept: TestCase = {
        durationMs: null,
        measurement: null,
        ...found,
        name: shorten(found.name),
        reason: found.reason === undefined || found.reason === null ? null : shorten(found.reason),
        output: isFailure(found.result) && output !== undefined ? withinRoom(output()) : [],
      }
      if (isFailure(found.result)) keptFailed += 1
      cases.push(kept)
      latest.push(kept)
      return kept
    },
    append(kept, text) {
      if (!isFailure(kept.result) || kept.output.length >= LONGEST_OUTPUT) return
      kept.output.push(...withinRoom([text]))
    },
    announce(more, stated) {
      announced += more
      isStated ||= stated
    },
    problem: problems.add,
    note: notes.add,
    totals,
    latest: () => latest.map(({ name, result, reason }) => ({ name, result, reason })),
    report: () => ({
      cases: [...cases],
      totals: totals(),
      problems: problems.all(),
      notes: [...notes.all(), ...leftOut()],
    }),
  }
}

function shorten(text: string): string {
  return text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text
}

function createSentences(most: number): { add(text: string): void; all(): string[] } {
  const kept: string[] = []
  let more = 0
  return {
    add(text) {
      if (kept.length < most) kept.push(text)
      else more += 1
    },
    all: () => (more === 0 ? [...kept] : [...kept, `… and ${more} more`]),
  }
}

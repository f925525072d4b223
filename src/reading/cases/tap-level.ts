import { type Collector, isFailure } from './collector.ts'
import { COMMENT_STEP, type TapLine, type TapResult } from './tap-line.ts'
import type { CaseResult, Fit, TestCase } from './types.ts'

/** One list of numbered results at one indentation, and what was announced for it. */
export type Level = {
  /** Its indentation. */
  readonly at: number
  /** Known before its end where a `# Subtest:` line says so; else its result's line gives it. */
  name: string | null
  readonly hasVersion: boolean
  readonly from: number
  plan: number | null
  /** Lines seen, by result. */
  readonly seen: Record<CaseResult, number>
  lines: number
  /** Some number their results, some do not; few do both. */
  isNumbered: boolean
  last: number
  /** Numbers passed over, as they may still come. */
  readonly gaps: [number, number][]
  /** Results of this level that have a level of their own, those of them that were seen, and those that are a case. */
  subs: number
  ended: number
  own: number
  /** What of this level was announced to the collector. */
  announced: number
  /** Cases listed, whose names still lack this level's. */
  readonly cases: TestCase[]
}

export type LevelStart = { at: number; name: string | null; hasVersion: boolean; from: number }

/** More gaps than this are more damage than anybody counts. */
const MOST_GAPS = 1000

export function createLevel(start: LevelStart): Level {
  return {
    ...start,
    plan: null,
    seen: { pass: 0, fail: 0, skip: 0, xfail: 0, xpass: 0, error: 0 },
    lines: 0,
    isNumbered: false,
    last: 0,
    gaps: [],
    subs: 0,
    ended: 0,
    own: 0,
    announced: 0,
    cases: [],
  }
}

export function isComplete(level: Level): boolean {
  return level.plan !== null && level.lines >= level.plan
}

function failuresOf(level: Level): number {
  return level.seen.fail + level.seen.error
}

/** Without a plan a level announces what it shows; what has results of its own announces those. */
export function announce(level: Level, collector: Collector): void {
  const now = (level.plan === null ? level.lines - level.ended : level.plan - level.subs) + level.own
  collector.announce(now - level.announced, level.plan !== null)
  level.announced = now
}

/** Takes the next result's number; answers with what is wrong about it. */
export function count(level: Level, line: TapResult, result: CaseResult): string | null {
  level.lines += 1
  level.seen[result] += 1
  const expected = level.last + 1
  if (line.number === null && level.isNumbered) {
    level.last = expected
    return `a result without its number behind ${expected - 1}`
  }
  level.isNumbered ||= line.number !== null
  const number = line.number ?? expected
  const what = `${line.isOk ? 'ok' : 'not ok'} ${number}`
  if (number > expected) {
    if (level.gaps.length < MOST_GAPS) level.gaps.push([expected, number - 1])
    const jump =
      level.last === 0 ? `numbers begin at ${number}` : `numbers jump from ${level.last} to ${number}`
    level.last = number
    return jump
  }
  if (number < expected) {
    return fillGap(level.gaps, number) ? `${what} came after ${level.last}` : `${what} announced twice`
  }
  level.last = number
  return level.plan !== null && number > level.plan ? `${what} is beyond the plan 1..${level.plan}` : null
}

function fillGap(gaps: [number, number][], number: number): boolean {
  const index = gaps.findIndex(([from, to]) => number >= from && number <= to)
  const gap = gaps[index]
  if (gap === undefined) return false
  const [from, to] = gap
  const rest: [number, number][] = [
    [from, number - 1],
    [number + 1, to],
  ]
  gaps.splice(index, 1, ...rest.filter(([first, last]) => first <= last))
  return true
}

/** How well a line fits into the levels that are open, the innermost last. */
export function fitOf(line: TapLine | null, stack: readonly Level[]): Fit {
  if (line?.kind !== 'result') return line === null ? 0 : 1
  const level = stack.find(open => open.at === line.at)
  const innermost = stack.at(-1)?.at ?? -1
  if (level === undefined)
    return line.at > innermost && line.at < innermost + COMMENT_STEP && line.number === 1 ? 2 : 0
  return line.number === level.last + 1 ? 2 : 1
}

/** Whether a result of this indentation belongs somewhere: its level is open, or it begins one inside of the innermost. */
export function hasPlace(
  line: TapResult,
  stack: readonly Level[],
  known: { isConfirmed: boolean; isNamed: boolean },
): boolean {
  const level = stack.at(-1)
  if (level === undefined) return false
  if (line.at > level.at) {
    const begins = line.number === 1 || (line.number !== null && known.isNamed)
    return begins && known.isConfirmed && !isComplete(level) && line.at < level.at + COMMENT_STEP / 2
  }
  if (stack.length === 1 && isComplete(level)) return line.number !== null && line.at === level.at
  return stack.some(open => open.at === line.at)
}

/** What a summary says against what was seen; null where it is of none of the levels that are open. */
export function contradictions(stack: readonly Level[], line: TapLine & { kind: 'totals' }): string[] | null {
  // KUnit's `# Totals` count parameters, kselftest's the level; `# SUITE:` counts the suite's own results.
  const isLevels = line.of === 'Totals' && 'xfail' in line.counts
  const level = stack.find(open => (isLevels ? open.at === line.at : open.name === line.of))
  if (level === undefined) return null
  const fail = line.counts.error === undefined ? failuresOf(level) : level.seen.fail
  const seen = { ...level.seen, fail }
  return (['pass', 'fail', 'skip', 'xfail', 'error'] as const)
    .filter(key => line.counts[key] !== undefined && line.counts[key] !== seen[key])
    .map(key => `its summary says ${key}:${line.counts[key]}, ${seen[key]} seen`)
}

export function resultOf(line: TapResult): CaseResult {
  switch (line.directive) {
    case 'skip':
      return 'skip'
    case 'todo':
      return line.isOk ? 'xpass' : 'xfail'
    case 'xfail':
    case 'xpass':
    case 'error':
      return line.directive
    case 'timeout':
      return 'fail'
    case null:
      return line.isOk ? 'pass' : 'fail'
  }
}

/** Of a nameless result: its header's; its reason, which older kselftest prints instead of its name; its number. */
export function nameOf(line: TapResult, header: string | null, number: number): string {
  if (line.description !== '') return line.description
  return header ?? (line.directive === null ? null : line.reason) ?? `${line.number ?? number}`
}

/** The level failed, and none of its cases says why: the level itself is the failed case. */
export function isOwnCase(level: Level, result: CaseResult): boolean {
  return level.lines === 0 || (isFailure(result) && failuresOf(level) === 0)
}

export type Complaints = { problems: string[]; notes: string[] }

/** What a level at its end lacks. `own` is its result in the level around it, null where that was not seen. */
export function complaints(
  level: Level,
  own: CaseResult | null,
  where: string,
  around: { depth: number; isKtap: boolean },
): Complaints {
  const problems: string[] = []
  const notes: string[] = []
  if (level.plan !== null && level.plan !== level.lines) {
    problems.push(`${where}: ${level.plan} announced, ${level.lines} seen`)
  }
  if (level.plan === null) {
    const text = `${where}: no plan was seen; what is missing at its end would not show`
    // KUnit prints none for the parameters of a test (lib/kunit/test.c).
    if (around.isKtap && around.depth > 2) notes.push(text)
    else problems.push(text)
  }
  if (own === null && around.depth > 1) problems.push(`${where}: its own result was not seen`)
  if (own === 'pass' && failuresOf(level) > 0) {
    problems.push(`${where} is ok though ${failuresOf(level)} of its cases failed`)
  }
  return { problems, notes }
}

/** Puts a level's name before those of its cases. */
export function nameCases(cases: readonly TestCase[], name: string): void {
  if (name === '') return
  for (const found of cases) {
    found.suite = found.suite === '' ? name : `${name}/${found.suite}`
    found.name = `${name}/${found.name}`
  }
}

import { type Collector, isFailure } from './collector.ts'
import type { CaseResult, Place } from './types.ts'

/** One run of a test program: what it announced, against what was seen. */
export type GtestRun = {
  /** `--gtest_brief=1` prints neither its beginning nor what passed. */
  readonly isBrief: boolean
  suite(name: string, count: number, isEnd: boolean, place: Place): void
  began(name: string, place: Place): void
  ended(result: CaseResult): void
  ran(count: number): void
  summary(result: CaseResult, count: number): void
  listed(result: CaseResult): void
  end(): void
}

export function createGtestRun(collector: Collector, from: number, announced: number | null): GtestRun {
  const seen = { pass: 0, fail: 0, skip: 0 }
  const listed = { pass: 0, fail: 0, skip: 0 }
  const said: Partial<Record<keyof typeof seen, number>> = {}
  let began = 0
  let ran: number | null = null
  let suite: { name: string; count: number | null; seen: number } | null = null
  let stated = 0

  const where = `the gtest run from line ${from}`
  const total = (): number => seen.pass + seen.fail + seen.skip
  const announce = (count: number, isStated: boolean): void => {
    collector.announce(count - stated, isStated)
    stated = count
  }
  if (announced !== null) announce(announced, true)

  const endSuite = (): void => {
    if (suite !== null && suite.count !== null && suite.count !== suite.seen) {
      collector.problem(`suite ${suite.name}: ${suite.count} announced, ${suite.seen} seen`)
    }
    suite = null
  }

  const isBrief = (): boolean => announced === null && began === 0

  const checkSummary = (): void => {
    if (isBrief()) return
    if (said.pass === undefined)
      collector.problem(`${where}: the line [  PASSED  ] of its summary was not seen`)
    for (const result of ['pass', 'fail', 'skip'] as const) {
      const count = said[result] ?? (result === 'pass' ? seen.pass : 0)
      if (count !== seen[result]) {
        collector.problem(`${where}: its summary says ${count} ${WORDS[result]}, ${seen[result]} seen`)
      }
      if (result !== 'pass' && count !== listed[result]) {
        collector.problem(`${where}: ${count} ${WORDS[result]} announced in its list, ${listed[result]} seen`)
      }
    }
  }

  return {
    get isBrief() {
      return isBrief()
    },
    suite(name, count, isEnd, place) {
      if (isEnd && suite?.name !== name)
        collector.problem(`line ${place.to}: suite ${name} ended and did not begin`)
      endSuite()
      if (!isEnd) suite = { name, count, seen: 0 }
    },
    began(name, place) {
      began += 1
      if (suite === null || !name.startsWith(`${suite.name}.`)) {
        endSuite()
        collector.problem(`line ${place.to}: the line that announces the suite of ${name} was not seen`)
        suite = { name: name.slice(0, Math.max(0, name.lastIndexOf('.'))), count: null, seen: 0 }
      }
    },
    ended(result) {
      if (suite !== null) suite.seen += 1
      if (isFailure(result)) seen.fail += 1
      else if (result === 'skip') seen.skip += 1
      else seen.pass += 1
      if (announced === null) announce(Math.max(total(), ran ?? 0), false)
    },
    ran(count) {
      endSuite()
      ran = count
      if (announced === null) {
        if (!isBrief()) collector.problem(`${where}: the line that announces its tests was not seen`)
        announce(count, true)
        // What passed is printed by nobody then.
        if (isBrief())
          collector.note(`${where} is brief: ${count} ran, and only those that did not pass were printed`)
      } else if (count !== announced) {
        collector.problem(`${where}: ${announced} announced, its end says that ${count} ran`)
      }
    },
    summary(result, count) {
      said[result === 'skip' || result === 'pass' ? result : 'fail'] = count
    },
    listed(result) {
      listed[result === 'skip' || result === 'pass' ? result : 'fail'] += 1
    },
    end() {
      endSuite()
      if (announced !== null && announced !== total()) {
        collector.problem(`${where}: ${announced} announced, ${total()} seen`)
      }
      if (ran === null) collector.problem(`${where}: its end was not seen`)
      else checkSummary()
    },
  }
}

const WORDS = { pass: 'passed', fail: 'failed', skip: 'skipped' } as const

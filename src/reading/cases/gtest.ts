import type { Collector } from './collector.ts'
import { createGtestRun, type GtestRun } from './gtest-run.ts'
import type { RecentOutput } from './output.ts'
import type { CaseResult, FormatReader, Place } from './types.ts'

/**
 * What GoogleTest prints (googletest/src/gtest.cc, PrettyUnitTestResultPrinter; tried on 1.12). A test that printed
 * text without an end leaves its result in mid-line, so the brackets may stand anywhere.
 */
export function createGtestReader(collector: Collector, recent: RecentOutput): FormatReader {
  let run: GtestRun | null = null
  let test: { name: string; place: Place } | null = null
  let disabled = 0
  /** The line after the last result, where the output of a test whose beginning is lost may begin. */
  let looseFrom = 1

  const add = (end: Omit<GtestEnd, 'kind'>, from: number, to: number, outputFrom: number): void => {
    collector.add({
      name: end.name,
      suite: suiteOf(end.name),
      format: 'gtest',
      result: end.result,
      durationMs: end.durationMs,
      reason: end.parameter,
      lines: [from, to],
      output: () => recent.since(outputFrom),
    })
    run?.ended(end.result)
  }

  const broken = (): void => {
    if (test === null) return
    const { name, place } = test
    test = null
    collector.problem(`line ${place.to}: ${name} began and did not end`)
    add({ name, result: 'error', durationMs: null, parameter: null }, place.from, place.to, place.to + 1)
  }

  const ended = (line: GtestEnd, place: Place): void => {
    if (test !== null && test.name !== line.name) broken()
    const began = test?.place
    test = null
    if (began === undefined && run?.isBrief === false) {
      collector.problem(`line ${place.to}: ${line.name} ended and did not begin`)
    }
    add(line, began?.from ?? place.from, place.to, began === undefined ? looseFrom : began.to + 1)
    looseFrom = place.to + 1
  }

  /** A brief run prints only how many there are. */
  const checkDisabled = (count: number, place: Place): void => {
    const text = `line ${place.to}: ${count} disabled ${count === 1 ? 'test' : 'tests'} announced, ${disabled} seen`
    if (disabled !== count) (run?.isBrief ? collector.note : collector.problem)(text)
    disabled = 0
  }

  const finish = (): void => {
    broken()
    run?.end()
    run = null
  }

  const read = (line: GtestLine, place: Place): boolean => {
    if (line.kind === 'running') finish()
    run ??= createGtestRun(collector, place.from, line.kind === 'running' ? line.count : null)
    switch (line.kind) {
      case 'running':
        break
      case 'run':
        broken()
        run.began(line.name, place)
        test = { name: line.name, place }
        break
      case 'end':
        // Without its time a failed one's name stands in the list at the end, too.
        if (line.durationMs === null && test?.name !== line.name && line.result !== 'pass')
          run.listed(line.result)
        else ended(line, place)
        break
      case 'suite':
        broken()
        run.suite(line.name, line.count, line.isEnd, place)
        break
      case 'ran':
        broken()
        run.ran(line.count)
        break
      case 'summary':
        run.summary(line.result, line.count)
        break
      case 'disabled':
        disabled += 1
        collector.announce(1, false)
        collector.add({
          name: line.name,
          suite: suiteOf(line.name),
          format: 'gtest',
          result: 'skip',
          reason: 'disabled',
          lines: [place.from, place.to],
        })
        break
      case 'disabledCount':
        checkDisabled(line.count, place)
    }
    return true
  }

  return {
    read(text, place) {
      const line = parseGtestLine(text)
      if (line === null || !isExpected(line, run !== null)) return false
      return read(line, place)
    },
    fits(text) {
      const line = parseGtestLine(text)
      return line !== null && isExpected(line, run !== null) ? 2 : 0
    },
    isPair: (first, second) => parseGtestLine(first) !== null && parseGtestLine(second) !== null,
    end: finish,
  }
}

type GtestEnd = {
  kind: 'end'
  name: string
  result: CaseResult
  durationMs: number | null
  parameter: string | null
}
type GtestLine =
  | { kind: 'running'; count: number }
  | { kind: 'ran'; count: number }
  | { kind: 'suite'; name: string; count: number; isEnd: boolean }
  | { kind: 'run'; name: string }
  | GtestEnd
  | { kind: 'summary'; result: CaseResult; count: number }
  | { kind: 'disabled'; name: string }
  | { kind: 'disabledCount'; count: number }

/** A run begins with its own first lines; what else looks like one of it is text. */
function isExpected(line: GtestLine, isRunning: boolean): boolean {
  return (
    isRunning || line.kind === 'running' || line.kind === 'run' || line.kind === 'ran' || line.kind === 'end'
  )
}

const BRACKET =
  /\[(={10}|-{10}| RUN {6}| {7}OK | {2}FAILED {2}| {2}SKIPPED | {2}PASSED {2}| DISABLED )\] (.*)$/
const RUNNING = /^Running (\d{1,9}) tests? from \d+ test (?:suite|case)s?\.$/
const RAN = /^(\d{1,9}) tests? from \d+ test (?:suite|case)s? ran\.(?: \(\d+ ms total\))?$/
const SUITE = /^(\d{1,9}) tests? from ([^\s,]+)(?:, where .*?)?( \(\d+ ms total\))?$/
const NAME = /^([^\s,.]+\.[^\s,]+)$/
const END = /^([^\s,.]+\.[^\s,]+?)(?:, where (.*?))?(?: \((\d{1,12}) ms\))?$/
const SUMMARY = /^(\d{1,9}) tests?[.,]/
const DISABLED = /^ {2}YOU HAVE (\d{1,9}) DISABLED TESTS?$/

const RESULTS: Readonly<Record<string, CaseResult>> = {
  OK: 'pass',
  FAILED: 'fail',
  SKIPPED: 'skip',
  PASSED: 'pass',
}

function parseGtestLine(text: string): GtestLine | null {
  if (!text.includes('[')) return parseDisabled(text)
  const match = BRACKET.exec(text)
  if (match === null) return null
  const [, mark = '', rest = ''] = match
  if (mark.startsWith('=')) return counted('running', RUNNING, rest) ?? counted('ran', RAN, rest)
  if (mark.startsWith('-')) return parseSuite(rest)
  if (mark === ' RUN      ') {
    const name = NAME.exec(rest)?.[1]
    return name === undefined ? null : { kind: 'run', name }
  }
  if (mark === ' DISABLED ') {
    const name = NAME.exec(rest)?.[1]
    return name === undefined ? null : { kind: 'disabled', name }
  }
  const result = RESULTS[mark.trim()] ?? 'error'
  return counted('summary', SUMMARY, rest, result) ?? parseEnd(rest, result)
}

function parseDisabled(text: string): GtestLine | null {
  return text.startsWith('  YOU') ? counted('disabledCount', DISABLED, text) : null
}

function counted(
  kind: 'running' | 'ran' | 'summary' | 'disabledCount',
  pattern: RegExp,
  text: string,
  result: CaseResult = 'pass',
): GtestLine | null {
  const count = pattern.exec(text)?.[1]
  if (count === undefined) return null
  return kind === 'summary' ? { kind, result, count: Number(count) } : { kind, count: Number(count) }
}

function parseSuite(rest: string): GtestLine | null {
  const match = SUITE.exec(rest)
  if (match === null) return null
  return { kind: 'suite', count: Number(match[1]), name: match[2] ?? '', isEnd: match[3] !== undefined }
}

function parseEnd(rest: string, result: CaseResult): GtestEnd | null {
  const [, name, parameter, ms] = END.exec(rest) ?? []
  if (name === undefined) return null
  return {
    kind: 'end',
    name,
    result,
    durationMs: ms === undefined ? null : Number(ms),
    parameter: parameter ?? null,
  }
}

function suiteOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}

import fc from 'fast-check'
import type { CaseResult } from '../../../src/reading/cases/types.ts'

/** Tests as somebody has them: suites of cases, or suites in suites. */
export type Given = { name: string; result: CaseResult; subs: Given[] }
/** A line of a log; `tells` when without it somebody would be told something else. */
export type Written = { text: string; tells: boolean }
export type Expected = [name: string, result: CaseResult]
export type Format = {
  name: string
  given: fc.Arbitrary<Given[]>
  write(given: Given[]): Written[]
  expected(given: Given[]): Expected[]
}

const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,8}$/)
const words = fc.array(word, { minLength: 1, maxLength: 3 }).map(parts => parts.join(' '))

function caseOf(name: fc.Arbitrary<string>, results: readonly CaseResult[]): fc.Arbitrary<Given> {
  return fc.record({ name, result: fc.constantFrom(...results), subs: fc.constant([]) })
}

/** A suite's result is that of its cases. */
function suiteOf(name: fc.Arbitrary<string>, subs: fc.Arbitrary<Given[]>): fc.Arbitrary<Given> {
  return fc.tuple(name, subs).map(([named, list]) => ({ name: named, result: worst(list), subs: list }))
}

function worst(list: readonly Given[]): CaseResult {
  return list.some(sub => sub.result === 'fail' || sub.result === 'error') ? 'fail' : 'pass'
}

function list(one: fc.Arbitrary<Given>, minLength = 1, maxLength = 4): fc.Arbitrary<Given[]> {
  return fc.array(one, { minLength, maxLength })
}

function leaves(given: readonly Given[], join: string, path: readonly string[] = []): Expected[] {
  return given.flatMap(({ name, result, subs }): Expected[] =>
    subs.length === 0 ? [[[...path, name].join(join), result]] : leaves(subs, join, [...path, name]),
  )
}

const told = (text: string): Written => ({ text, tells: true })
const free = (text: string): Written => ({ text, tells: false })

const TAP_RESULTS: readonly CaseResult[] = ['pass', 'fail', 'skip', 'xfail', 'xpass']
const TAP_WORDS = {
  pass: ['ok', ''],
  fail: ['not ok', ''],
  skip: ['ok', ' # SKIP not here'],
  xfail: ['not ok', ' # TODO later'],
  xpass: ['ok', ' # TODO later'],
  error: ['not ok', ' # ERROR broke'],
} as const

function resultLine(given: Given, number: number, dash: string): string {
  const [verdict, directive] = TAP_WORDS[given.result]
  return `${verdict} ${number}${dash}${given.name}${directive}`
}

const nestedTap = list(
  fc.oneof(
    { weight: 2, arbitrary: caseOf(words, TAP_RESULTS) },
    {
      weight: 1,
      arbitrary: suiteOf(
        words,
        list(
          fc.oneof(
            { weight: 3, arbitrary: caseOf(words, TAP_RESULTS) },
            { weight: 1, arbitrary: suiteOf(words, list(caseOf(words, TAP_RESULTS))) },
          ),
        ),
      ),
    },
  ),
)

function tap14(given: Given[], indent: string, isPlanLast: boolean): Written[] {
  const plan = told(`${indent}1..${given.length}`)
  const body = given.flatMap((one, index): Written[] => {
    const own = told(indent + resultLine(one, index + 1, ' - '))
    const diagnostics =
      one.result === 'fail'
        ? [free(`${indent}  ---`), free(`${indent}  at: line 3`), free(`${indent}  ...`)]
        : []
    if (one.subs.length === 0) return [own, ...diagnostics]
    return [free(`${indent}# Subtest: ${one.name}`), ...tap14(one.subs, `${indent}    `, isPlanLast), own]
  })
  return isPlanLast ? [...body, plan] : [plan, ...body]
}

function ktap(given: Given[], indent: string): Written[] {
  const body = given.flatMap((one, index): Written[] => {
    const own = told(indent + resultLine(one, index + 1, ' '))
    if (one.subs.length === 0) return [free(`${indent}# ${one.name}: initializing`), own]
    const [first, ...rest] = ktap(one.subs, `${indent}    `)
    const name = free(`${indent}    # Subtest: ${one.name}`)
    return first === undefined ? [own] : [first, name, ...rest, own]
  })
  return [free(`${indent}KTAP version 1`), told(`${indent}1..${given.length}`), ...body]
}

const stamped = (lines: Written[]): Written[] =>
  lines.map(({ text, tells }, index) => ({
    text: `[    1.${String(index).padStart(6, '0')}] ${text}`,
    tells,
  }))

function kselftest(given: Given[]): Written[] {
  const body = given.flatMap((one, index) => [
    free(`# selftests: net: ${one.name}`),
    free('# TAP version 13'),
    told(`# 1..${one.subs.length}`),
    ...one.subs.map((sub, at) => told(`# ${resultLine(sub, at + 1, ' ')}`)),
    told(
      `${one.result === 'pass' ? 'ok' : 'not ok'} ${index + 1} selftests: net: ${one.name}${one.result === 'pass' ? '' : ' # exit=1'}`,
    ),
  ])
  return [free('TAP version 13'), told(`1..${given.length}`), ...body]
}

function lava(given: Given[]): Written[] {
  return given.flatMap(run => [
    told(`<LAVA_SIGNAL_STARTRUN ${run.name} 12_1.2>`),
    ...run.subs.flatMap(one => [
      told(`<LAVA_SIGNAL_STARTTC ${one.name}>`),
      free(`output of ${one.name}`),
      told(`<LAVA_SIGNAL_ENDTC ${one.name}>`),
      told(
        `<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=${one.name} RESULT=${one.result === 'error' ? 'unknown' : one.result} UNITS=ms MEASUREMENT=1.5>`,
      ),
    ]),
    told(`<LAVA_SIGNAL_ENDRUN ${run.name} 12_1.2>`),
  ])
}

const GTEST_MARKS = { pass: '       OK ', fail: '  FAILED  ', skip: '  SKIPPED ' } as const
const GREEN = '\u001b[0;32m'
const PLAIN = '\u001b[m'

function gtest(given: Given[]): Written[] {
  const all = given.flatMap(suite =>
    suite.subs.map(one => ({ name: `${suite.name}.${one.name}`, result: one.result })),
  )
  const of = (result: CaseResult): typeof all => all.filter(one => one.result === result)
  const tests = (count: number): string => `${count} test${count === 1 ? '' : 's'}`
  const suites = `${given.length} test suite${given.length === 1 ? '' : 's'}`
  const mark = (text: string): string => `${GREEN}[${text}]${PLAIN} `
  const listed = (result: 'fail' | 'skip'): Written[] =>
    of(result).length === 0
      ? []
      : [
          told(`${mark(GTEST_MARKS[result])}${tests(of(result).length)}, listed below:`),
          ...of(result).map(one => told(`${mark(GTEST_MARKS[result])}${one.name}`)),
        ]
  return [
    told(`${mark('==========')}Running ${tests(all.length)} from ${suites}.`),
    free(`${mark('----------')}Global test environment set-up.`),
    ...given.flatMap(suite => [
      told(`${mark('----------')}${tests(suite.subs.length)} from ${suite.name}`),
      ...suite.subs.flatMap(one => [
        told(`${mark(' RUN      ')}${suite.name}.${one.name}`),
        ...(one.result === 'fail' ? [free('test.cc:3: Failure')] : []),
        told(`${mark(GTEST_MARKS[one.result as 'pass'])}${suite.name}.${one.name} (3 ms)`),
      ]),
      free(`${mark('----------')}${tests(suite.subs.length)} from ${suite.name} (3 ms total)`),
      free(''),
    ]),
    free(`${mark('----------')}Global test environment tear-down`),
    told(`${mark('==========')}${tests(all.length)} from ${suites} ran. (9 ms total)`),
    told(`${mark('  PASSED  ')}${tests(of('pass').length)}.`),
    ...listed('skip'),
    ...listed('fail'),
  ]
}

const LTP_WORDS = { pass: 'TPASS', fail: 'TFAIL', error: 'TBROK', skip: 'TCONF' } as const
const LTP_EXIT = { pass: 0, fail: 1, error: 2, skip: 32 } as const

function ltp(given: Given[]): Written[] {
  const blocks = given.flatMap(program => {
    const of = (result: CaseResult): number => program.subs.filter(sub => sub.result === result).length
    const exit = program.subs.reduce((bits, sub) => bits | LTP_EXIT[sub.result as 'pass'], 0)
    return [
      told('<<<test_start>>>'),
      told(`tag=${program.name} stime=1559078706`),
      free(`cmdline="${program.name}"`),
      free('<<<test_output>>>'),
      free('tst_test.c:1558: TINFO: Timeout per run is 0h 02m 30s'),
      ...program.subs.map(sub =>
        told(`${program.name}.c:3: ${LTP_WORDS[sub.result as 'pass']}: ${sub.name}`),
      ),
      free(''),
      told('Summary:'),
      told(`passed   ${of('pass')}`),
      told(`failed   ${of('fail')}`),
      told(`broken   ${of('error')}`),
      told(`skipped  ${of('skip')}`),
      told('warnings 0'),
      free('<<<execution_status>>>'),
      free('initiation_status="ok"'),
      told(`duration=1 termination_type=exited termination_id=${exit} corefile=no`),
      told('<<<test_end>>>'),
    ]
  })
  return blocks
}

const uniqueSuites = (subs: fc.Arbitrary<Given[]>): fc.Arbitrary<Given[]> =>
  fc.uniqueArray(suiteOf(word, subs), { minLength: 1, maxLength: 3, selector: one => one.name })

const uniqueCases = (results: readonly CaseResult[]): fc.Arbitrary<Given[]> =>
  fc.uniqueArray(caseOf(word, results), { minLength: 1, maxLength: 4, selector: one => one.name })

export const FORMATS: readonly Format[] = [
  {
    name: 'TAP 14, plans first',
    given: nestedTap,
    write: given => [free('TAP version 14'), ...tap14(given, '', false)],
    expected: given => leaves(given, '/'),
  },
  {
    name: 'TAP 14, plans last',
    given: nestedTap,
    write: given => [free('TAP version 14'), ...tap14(given, '', true)],
    expected: given => leaves(given, '/'),
  },
  {
    name: 'TAP 12, no version line',
    given: list(caseOf(words, TAP_RESULTS)),
    write: given => tap14(given, '', false),
    expected: given => leaves(given, '/'),
  },
  { name: 'KTAP', given: nestedTap, write: given => ktap(given, ''), expected: given => leaves(given, '/') },
  {
    name: 'KTAP of the kernel itself',
    given: nestedTap,
    write: given => stamped(ktap(given, '')),
    expected: given => leaves(given, '/'),
  },
  {
    name: 'kselftest',
    given: list(suiteOf(word, list(caseOf(words, ['pass', 'fail', 'skip', 'xfail', 'xpass'])))),
    write: kselftest,
    expected: given => leaves(given, '/', ['selftests', 'net']),
  },
  {
    name: 'LAVA signals',
    given: uniqueSuites(uniqueCases(['pass', 'fail', 'skip', 'error'])),
    write: lava,
    expected: given => leaves(given, '/'),
  },
  {
    name: 'gtest',
    given: uniqueSuites(uniqueCases(['pass', 'fail', 'skip'])),
    write: gtest,
    expected: given => leaves(given, '.'),
  },
  {
    name: 'LTP',
    given: uniqueSuites(uniqueCases(['pass', 'fail', 'skip', 'error'])),
    write: ltp,
    expected: given =>
      given.flatMap(program =>
        program.subs.map((sub, at): Expected => [`${program.name}/${at + 1}`, sub.result]),
      ),
  },
]

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeJunit } from '../../../src/reading/cases/junit-write.ts'
import { readCases } from '../../../src/reading/cases/read-cases.ts'
import { CASE_RESULTS, type CaseReport, type TestCase } from '../../../src/reading/cases/types.ts'
import { chunksOf, cuts, utf8 } from '../chunks.ts'
import { brief, once } from './reading.ts'

function readXml(text: string, places: readonly number[] = []): Promise<CaseReport> {
  return readCases(once(...chunksOf(utf8(text), places).map(({ bytes }) => bytes)), 'results.xml')
}

async function written(report: CaseReport): Promise<string> {
  let text = ''
  for await (const piece of writeJunit(report, 'T12')) text += piece
  return text
}

const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
const plainText = fc.stringMatching(/^[\w .:<>&"'#[\]äß🙂-]{1,12}$/u)
const suite = fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 3 }).map(parts => parts.join('/'))

function caseOf(name: fc.Arbitrary<string>): fc.Arbitrary<TestCase> {
  return fc
    .record({
      own: name,
      suite,
      result: fc.constantFrom(...CASE_RESULTS),
      durationMs: fc.option(fc.nat({ max: 10_000_000 }), { nil: null }),
      reason: fc.option(plainText, { nil: null }),
      output: fc.array(
        plainText.map(text => `|${text}|`),
        { minLength: 1, maxLength: 3 },
      ),
    })
    .map(({ own, ...rest }) => ({
      ...rest,
      name: rest.suite === '' ? own : `${rest.suite}/${own}`,
      format: 'junit' as const,
      measurement: null,
      lines: [1, 1] as [number, number],
    }))
}

function reportOf(cases: TestCase[]): CaseReport {
  const totals = {
    pass: 0,
    fail: 0,
    skip: 0,
    xfail: 0,
    xpass: 0,
    error: 0,
    total: cases.length,
    announced: null,
  }
  for (const { result } of cases) totals[result] += 1
  return { cases, totals, problems: ['46 announced, 44 seen'], notes: [] }
}

/** As a reader that knows no JUnit sees it: only what JUnit has a word for. */
function kept({ name, suite: of, result, durationMs, reason, output }: TestCase): unknown {
  const isTold = result !== 'pass' && result !== 'xpass'
  const isFailed = result === 'fail' || result === 'error'
  return {
    name,
    suite: of,
    result,
    durationMs,
    reason: isTold ? reason : null,
    output: isFailed ? output : [],
  }
}

test('M6.6 cases written as JUnit XML are read as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(caseOf(plainText), { maxLength: 8 }), async cases => {
      const report = await readXml(await written(reportOf(cases)))
      const bySuite = [...Map.groupBy(cases, found => found.suite).values()].flat()
      expect(report.cases.map(kept)).toEqual(bySuite.map(kept))
      expect(report.problems).toEqual([])
      expect(report.totals).toEqual({ ...reportOf(cases).totals, announced: cases.length })
    }),
    { numRuns: 200 },
  )
})

test('any text makes a file that is well-formed, with as many cases', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(caseOf(anyText), { maxLength: 4 }), cuts, async (cases, places) => {
      const text = await written(reportOf(cases.map(found => ({ ...found, output: [found.name] }))))
      expect((await readXml(text, places)).totals.total).toBe(cases.length)
      expect(await readXml(text, places)).toEqual(await readXml(text))
    }),
    { numRuns: 150 },
  )
})

test('a file cut short is read as far as it goes, and that it ends there is said', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(caseOf(plainText), { minLength: 1, maxLength: 5 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      async (cases, at) => {
        const text = (await written(reportOf(cases))).trimEnd()
        const report = await readXml(text.slice(0, Math.max(300, Math.floor(at * text.length))).slice(0, -1))
        expect(report.totals.total).toBeLessThanOrEqual(cases.length)
        expect(report.problems.join()).toContain('the file ends')
      },
    ),
    { numRuns: 100 },
  )
})

describe('dialects', () => {
  test("Jenkins': suites alone, in suites, without counts, with a class longer than the suite's name", async () => {
    const report = await readXml(
      '<testsuite name="org.acme" tests="3" failures="1" errors="0" skipped="1" time="1,234.5">' +
        '<testcase classname="org.acme.Sums" name="adds" time="0.25"/>' +
        '<testcase classname="org.acme.Sums" name="divides"><failure message="by zero" type="E">at line 3\nat line 4</failure></testcase>' +
        '<testcase classname="other" name="later"><skipped/></testcase></testsuite>',
    )
    expect(brief(report)).toEqual([
      ['org.acme.Sums/adds', 'pass'],
      ['org.acme.Sums/divides', 'fail'],
      ['org.acme/other/later', 'skip'],
    ])
    expect(report.cases[1]).toMatchObject({ reason: 'by zero', output: ['at line 3', 'at line 4'] })
    expect(report.cases[0]?.durationMs).toBe(250)
    expect(report.problems).toEqual([])
  })

  test("pytest's expected failure, Surefire's flaky one, an error with its message alone, CDATA and output", async () => {
    const report = await readXml(
      '<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="1" failures="0" skipped="1" tests="3">' +
        '<testcase classname="tests.test_a" name="test_x"><skipped type="pytest.xfail" message="known" /></testcase>' +
        '<testcase classname="tests.test_a" name="test_y"><flakyFailure message="once">x</flakyFailure></testcase>' +
        '<testcase classname="tests.test_a" name="test_z"><error message="failed on setup&#10;with more" />' +
        '<system-out><![CDATA[a <b> & c]]></system-out></testcase></testsuite></testsuites>',
    )
    expect(report.cases.map(({ name, result, reason, output }) => [name, result, reason, output])).toEqual([
      ['pytest/tests.test_a/test_x', 'xfail', 'known', []],
      ['pytest/tests.test_a/test_y', 'pass', null, []],
      ['pytest/tests.test_a/test_z', 'error', 'failed on setup', ['a <b> & c']],
    ])
    expect(report.problems).toEqual([])
  })

  test('M6.6 counts that are not those of its cases are said', async () => {
    const report = await readXml(
      '<testsuite name="s" tests="46" failures="1"><testcase name="a"/></testsuite>',
    )
    expect(report.problems).toEqual([
      'suite "s": 46 tests announced, 1 seen',
      'suite "s": 1 failures announced, 0 seen',
    ])
    expect(report.totals).toMatchObject({ total: 1, announced: 46 })
  })

  test('suites in suites are counted once', async () => {
    const report = await readXml(
      '<testsuites tests="3"><testsuite name="a" tests="3"><testsuite name="b" tests="2"><testcase name="x"/><testcase name="y"/>' +
        '</testsuite><testsuite name="c" tests="1"><testcase name="z"/></testsuite></testsuite></testsuites>',
    )
    expect(brief(report).map(([name]) => name)).toEqual(['a/b/x', 'a/b/y', 'a/c/z'])
    expect(report.totals).toMatchObject({ total: 3, announced: 3 })
    expect(report.problems).toEqual([])
  })
})

describe('what is refused', () => {
  const bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
  test.each([
    [
      'a document type',
      `<?xml version="1.0"?>\n${bomb}<testsuite>&b;</testsuite>`,
      /line 2: a document type/,
    ],
    ['an entity of its own', '<testsuite><testcase name="&b;"/></testsuite>', /unknown entity: &b;/],
    ['an element left open', '<testsuite><testcase></testsuite>', /<\/testsuite> closes what is not open/],
    ['another document', '<?xml version="1.0"?><html></html>', /the document is <html>/],
    ['text behind it', '<testsuite></testsuite>more', /text outside of the document/],
    ['a tag that is none', '<testsuite><testcase name=x></testsuite>', /not a tag: <testcase name=x>/],
    ['an attribute twice', '<testsuite name="a" name="b"></testsuite>', /the attribute name twice/],
    [
      'an ampersand alone',
      '<testsuite><testcase>a & b</testcase></testsuite>',
      /an "&" that is no reference/,
    ],
    ['a depth without end', `<testsuites>${'<testsuite>'.repeat(100)}`, /deeper than 64/],
    ['a tag without end', `<testsuite name="${'x'.repeat(1_100_000)}`, /longer than 1000000/],
  ])('%s, with its line', async (_, text, message) => {
    await expect(readXml(text)).rejects.toThrow(message)
    await expect(readXml(text)).rejects.toMatchObject({ name: 'InputError', failure: { class: 'input' } })
  })

  test('a compressed file', async () => {
    await expect(readCases(once(Uint8Array.from([0x1f, 0x8b, 8, 0])), 'a.gz')).rejects.toThrow(
      'a.gz is compressed',
    )
  })
})

test('a file is what its first bytes say: XML behind a BOM and blanks, a console log that begins with a bracket', async () => {
  expect((await readXml('\ufeff \n<testsuite><testcase name="a"/></testsuite>')).totals.total).toBe(1)
  expect((await readXml('<6>[    1.000000] Linux\n1..1\nok 1 a\n')).totals.total).toBe(1)
  expect((await readXml('')).totals.total).toBe(0)
})

import { isFailure } from './collector.ts'
import type { CaseReport, TestCase } from './types.ts'

/**
 * Our cases as JUnit XML, of the form that Jenkins' plug-in reads (src/main/resources/…/jenkins-junit.xsd): a
 * `testsuite` for each suite, in the order of their first case. `status` holds the result where JUnit has no word for
 * it; what is damaged is a property of the first suite, so that whoever reads the file learns of it.
 */
export async function* writeJunit(report: CaseReport, name: string): AsyncGenerator<string> {
  const suites = Map.groupBy(report.cases, found => found.suite)
  if (suites.size === 0) suites.set('', [])
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name=${quoted(name)}${countsOf(report.cases)}>\n`
  let problems: readonly string[] = [...report.problems, ...report.notes]
  for (const [suite, cases] of suites) {
    yield `  <testsuite name=${quoted(suite === '' ? '(root)' : suite)}${countsOf(cases)}>\n`
    yield propertiesOf(problems)
    problems = []
    for (const found of cases) yield caseOf(found)
    yield '  </testsuite>\n'
  }
  yield '</testsuites>\n'
}

function countsOf(cases: readonly TestCase[]): string {
  const count = (is: (found: TestCase) => boolean): number => cases.filter(is).length
  const seconds = cases.reduce((sum, found) => sum + (found.durationMs ?? 0), 0) / 1000
  return [
    ` tests="${cases.length}"`,
    ` failures="${count(({ result }) => result === 'fail')}"`,
    ` errors="${count(({ result }) => result === 'error')}"`,
    ` skipped="${count(({ result }) => result === 'skip' || result === 'xfail')}"`,
    ` time="${plain(seconds)}"`,
  ].join('')
}

function propertiesOf(problems: readonly string[]): string {
  if (problems.length === 0) return ''
  const lines = problems.map(problem => `      <property name="problem" value=${quoted(problem)}/>\n`)
  return `    <properties>\n${lines.join('')}    </properties>\n`
}

function caseOf(found: TestCase): string {
  const { suite, result, durationMs } = found
  const name = ownName(found)
  const time = durationMs === null ? '' : ` time="${plain(durationMs / 1000)}"`
  const head = `    <testcase classname=${quoted(suite)} name=${quoted(name)} status="${result}"${time}`
  const told = tellingOf(found)
  return told === '' ? `${head}/>\n` : `${head}>\n${told}    </testcase>\n`
}

/** Without its suite, unless what is left would look like a whole name again. */
function ownName({ name, suite }: TestCase): string {
  if (suite === '' || !name.startsWith(`${suite}/`)) return name
  const own = name.slice(suite.length + 1)
  return own.startsWith(`${suite}/`) || own.startsWith(`${suite}.`) ? name : own
}

function tellingOf(found: TestCase): string {
  const message = found.reason === null ? '' : ` message=${quoted(found.reason)}`
  if (found.result === 'skip' || found.result === 'xfail') {
    return `      <skipped type="${found.result}"${message}/>\n`
  }
  if (!isFailure(found.result)) return ''
  const element = found.result === 'fail' ? 'failure' : 'error'
  return `      <${element}${message}>${escaped(found.output.join('\n'))}</${element}>\n`
}

const SIGNS: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}
/** What XML 1.0 cannot hold at all, not even as a reference (section 2.2). */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

function quoted(text: string): string {
  return `"${legal(text).replace(/[<>&"\t\n\r]/g, sign => SIGNS[sign] ?? sign)}"`
}

function escaped(text: string): string {
  return legal(text).replace(/[<>&\r]/g, sign => SIGNS[sign] ?? sign)
}

function legal(text: string): string {
  return text.toWellFormed().replace(FORBIDDEN, '\ufffd')
}

/** Never with an exponent, which few readers know. */
function plain(seconds: number): string {
  return seconds.toFixed(6).replace(/\.?0+$/, '')
}

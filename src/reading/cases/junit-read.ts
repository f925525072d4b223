import type { Collector } from './collector.ts'
import type { CaseResult, Place } from './types.ts'
import { createXmlReader, type XmlEvents } from './xml.ts'

export type JunitReader = {
  /** Throws an `XmlError` where the file is no XML. */
  push(text: string): void
  end(): void
}

/**
 * JUnit's XML in its usual dialects: Ant's and Jenkins' (`testsuite`s, in `testsuites` or alone, also nested),
 * Surefire's (`flakyFailure`), pytest's (`skipped type="pytest.xfail"`), GoogleTest's (`status="notrun"`), and ours
 * (junit-write.ts, whose `status` is the result).
 */
export function createJunitReader(collector: Collector): JunitReader {
  const suites: Suite[] = []
  let found: Found | null = null
  /** The element whose text is a failed case's output. */
  let telling: string | null = null
  let count = 0

  const openSuite = (attributes: Attributes, isRoot: boolean): void => {
    const name = attributes.get('name') ?? ''
    const isNameless = isRoot || name === '(root)'
    const seen = { tests: 0, failures: 0, errors: 0, skipped: 0 }
    suites.push({ name: isNameless ? '' : name, isLeaf: true, attributes, seen })
  }

  const closeSuite = (): void => {
    const suite = suites.pop()
    if (suite === undefined) return
    for (const key of KEYS) {
      const said = suite.attributes.get(key)
      if (said !== undefined && /^\d{1,9}$/.test(said))
        check(suite, key, Number(said) + (key === 'skipped' ? disabledOf(suite) : 0))
    }
    const outer = suites.at(-1)
    if (outer === undefined) return
    outer.isLeaf = false
    for (const key of KEYS) outer.seen[key] += suite.seen[key]
  }

  const check = (suite: Suite, key: keyof Suite['seen'], said: number): void => {
    // Of suites in suites only the innermost announce, so that nothing is announced twice.
    if (key === 'tests' && suite.isLeaf) collector.announce(said - suite.seen.tests, true)
    if (said === suite.seen[key]) return
    const where = suite.name === '' ? 'the file' : `suite "${suite.name}"`
    collector.problem(`${where}: ${said} ${key} announced, ${suite.seen[key]} seen`)
  }

  const openCase = (attributes: Attributes): void => {
    count += 1
    const status = attributes.get('status') ?? ''
    const path = pathOf(suites, attributes)
    found = {
      ...nameOf(path, attributes),
      result:
        OURS[status] ??
        (SKIPPED.has(status) || SKIPPED.has(attributes.get('result') ?? '') ? 'skip' : 'pass'),
      isStated: status in OURS,
      reason: null,
      message: null,
      output: [],
      durationMs: millis(attributes.get('time')),
    }
  }

  const closeCase = (): void => {
    if (found === null) return
    const { output, message, isStated, ...rest } = found
    found = null
    const at: Place = { from: count, to: count }
    collector.add({
      ...rest,
      format: 'junit',
      lines: [at.from, at.to],
      output: () => linesOf(output.join('')),
    })
    collector.announce(1, false)
    const suite = suites.at(-1)
    if (suite === undefined) return
    suite.seen.tests += 1
    const key = KEY_OF[isStated && rest.result === 'xfail' ? 'skip' : rest.result]
    if (key !== undefined) suite.seen[key] += 1
  }

  const tell = (name: string, attributes: Attributes): void => {
    if (found === null) return
    const message = attributes.get('message') ?? null
    const type = attributes.get('type') ?? ''
    if (name === 'failure' || name === 'error') {
      if (!found.isStated && found.result !== 'error') found.result = name === 'error' ? 'error' : 'fail'
      found.message ??= message
      found.reason ??= firstLine(message)
      telling = name
    } else if (name === 'skipped') {
      if (!found.isStated) found.result = type.endsWith('xfail') ? 'xfail' : 'skip'
      found.reason ??= firstLine(message)
    } else if (name === 'system-out' || name === 'system-err') telling = name
  }

  const events: XmlEvents = {
    open(name, attributes) {
      if (name === 'testsuites' || name === 'testsuite') openSuite(attributes, name === 'testsuites')
      else if (name === 'testcase') openCase(attributes)
      else tell(name, attributes)
    },
    text(piece) {
      if (found !== null && telling !== null && found.output.length < MOST_PIECES) {
        found.output.push(piece.slice(0, LONGEST_PIECE))
      }
    },
    close(name) {
      if (name === telling) {
        found?.output.push('\n')
        telling = null
      }
      if (name === 'testcase') closeCase()
      else if (name === 'testsuite' || name === 'testsuites') closeSuite()
    },
  }
  const xml = createXmlReader(events, ['testsuites', 'testsuite'])

  return {
    push: xml.push,
    end() {
      if (xml.end()) return
      const where = found === null ? `behind ${count} cases` : `in the middle of ${found.name}`
      collector.problem(`the file ends ${where}: what would follow is missing`)
      while (suites.length > 0) closeSuite()
    },
  }
}

type Attributes = ReadonlyMap<string, string>
type Suite = {
  name: string
  isLeaf: boolean
  attributes: Attributes
  seen: Record<'tests' | 'failures' | 'errors' | 'skipped', number>
}
type Found = {
  name: string
  suite: string
  result: CaseResult
  isStated: boolean
  reason: string | null
  message: string | null
  output: string[]
  durationMs: number | null
}

const KEYS = ['tests', 'failures', 'errors', 'skipped'] as const
const KEY_OF: Readonly<Partial<Record<CaseResult, keyof Suite['seen']>>> = {
  fail: 'failures',
  error: 'errors',
  skip: 'skipped',
  xfail: 'skipped',
}
const OURS: Readonly<Record<string, CaseResult>> = {
  pass: 'pass',
  fail: 'fail',
  skip: 'skip',
  xfail: 'xfail',
  xpass: 'xpass',
  error: 'error',
}
/** GoogleTest's and CTest's words for what was not run. */
const SKIPPED = new Set(['notrun', 'disabled', 'skipped', 'suppressed'])
const MOST_PIECES = 400
const LONGEST_PIECE = 40_000
const LONGEST_OUTPUT = 200

/** GoogleTest and CTest count them apart. */
function disabledOf({ attributes }: Suite): number {
  return Number(attributes.get('disabled') ?? 0) || 0
}

function pathOf(suites: readonly Suite[], attributes: Attributes): string[] {
  const path = suites.map(suite => suite.name).filter(name => name !== '')
  const className = attributes.get('classname') ?? ''
  const last = path.at(-1) ?? ''
  const [own, around] = [slashed(className), slashed(path.join('/'))]
  if (className === '' || className === last || own === around) return path
  if (around === '' || own.startsWith(`${around}/`)) return [className]
  return own.startsWith(`${slashed(last)}/`) ? [...path.slice(0, -1), className] : [...path, className]
}

function slashed(name: string): string {
  return name.replaceAll(/[.:]+/g, '/')
}

function nameOf(path: readonly string[], attributes: Attributes): { name: string; suite: string } {
  const suite = path.join('/')
  const own = attributes.get('name') ?? '(unnamed)'
  if (suite === '') return { name: own, suite }
  // A whole name, and GoogleTest's, whose file is to name its tests as its console does.
  if (own.startsWith(`${suite}.`) || own.startsWith(`${suite}/`)) return { name: own, suite }
  return { name: `${suite}${attributes.has('result') ? '.' : '/'}${own}`, suite }
}

function firstLine(text: string | null): string | null {
  return text?.split('\n', 1)[0] ?? null
}

/** Seconds; some write `1,234.5`. */
function millis(time: string | undefined): number | null {
  const seconds = Number((time ?? '').replaceAll(',', '') || Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 1_000_000) / 1000 : null
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/)
  while (lines.at(-1)?.trim() === '') lines.pop()
  while (lines[0]?.trim() === '') lines.shift()
  return lines.length > LONGEST_OUTPUT
    ? [...lines.slice(0, LONGEST_OUTPUT), '… (more is in the file)']
    : lines
}

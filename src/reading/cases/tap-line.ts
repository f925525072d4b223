/**
 * One line of TAP (testanything.org: versions 13 and 14), KTAP (Documentation/dev-tools/ktap.rst) or kselftest
 * (tools/testing/selftests/kselftest/runner.sh, kselftest.h, kselftest_harness.h).
 */
export type Directive = 'skip' | 'todo' | 'xfail' | 'xpass' | 'timeout' | 'error'
export type TapResult = {
  kind: 'result'
  at: number
  isOk: boolean
  number: number | null
  description: string
  directive: Directive | null
  reason: string | null
  /** node-tap's `# time=12.3ms`. */
  timeMs: number | null
}
type Counts = { pass?: number; fail?: number; skip?: number; xfail?: number; error?: number }
export type TapLine =
  | TapResult
  | { kind: 'version'; at: number; isKtap: boolean; version: number }
  | { kind: 'plan'; at: number; count: number; reason: string | null }
  /** `# Subtest: NAME`, and what kselftest prints before each program: `# selftests: DIR: PROGRAM`. */
  | { kind: 'name'; at: number; name: string; isProgram: boolean }
  /** `# Totals: pass:1 fail:0 …` of kselftest, `# SUITE: pass:1 fail:0 …` of KUnit. */
  | { kind: 'totals'; at: number; of: string; counts: Counts }
  | { kind: 'bail'; at: number; reason: string }

/** How far one `# ` is to the right of any spaces: kselftest nests a program's own results by it. */
export const COMMENT_STEP = 1000
const TAB_STEP = 4
const HASH = 0x23
const SPACE = 0x20
const TAB = 0x09
/** No nesting goes deeper; a line of spaces is looked at no further. */
const DEEPEST = 64

const VERSION = /^(K?TAP) version (\d{1,3})\s*$/
const PLAN = /^1\.\.(\d{1,9})\s*(?:#\s*(.*))?$/
// Old kselftest numbers like `ok 1..3 selftests: x [PASS]`.
const RESULT = /^(not )?ok(?:\s+(\d{1,9})(?:\.\.\d{1,9})?(?=\s|$))?(?:\s+(.*))?$/
const NAME = /^Subtest:\s*(.*)$/
const PROGRAM = /^(selftests: .+)$/
const TOTALS = /^(.{1,200}): (pass:\d{1,9} fail:\d{1,9} .*)$/
const BAIL = /^Bail out!\s*(.*)$/
const DIRECTIVE = /^(SKIP|TODO|XFAIL|XPASS|TIMEOUT|ERROR)\b\S*[:\s]*(.*)$/i
const TIME = /^time=(\d{1,9}(?:\.\d{1,9})?)(ms|s)$/
const OLD_VERDICT = /(?<!\s)\s{1,8}\[(?:PASS|FAIL|SKIP)\]$/

export function parseTapLine(text: string): TapLine | null {
  let at = 0
  let position = 0
  let comment = -1
  for (let steps = 0; steps < DEEPEST; steps++) {
    const code = text.charCodeAt(at)
    if (code === SPACE) position += 1
    else if (code === TAB) position += TAB_STEP
    else if (code === HASH && text.charCodeAt(at + 1) === SPACE) {
      comment = position
      position += COMMENT_STEP
      at += 1
    } else break
    at += 1
  }
  return parseRest(text.slice(at), position, comment)
}

/** Whether both lines are results, and the second is the next one by its number. */
export function isNextResult(first: string, second: string): boolean {
  const [one, two] = [parseTapLine(first), parseTapLine(second)]
  if (one?.kind !== 'result' || two?.kind !== 'result') return false
  return one.number !== null && two.number === one.number + 1
}

function parseRest(rest: string, at: number, comment: number): TapLine | null {
  switch (rest[0]) {
    case 'o':
    case 'n':
      return parseResult(rest, at) ?? parseTotals(rest, comment)
    case '1':
      return parsePlan(rest, at)
    case 'T':
    case 'K':
      return parseVersion(rest, at) ?? parseTotals(rest, comment)
    case 'B': {
      const reason = BAIL.exec(rest)?.[1]
      return reason === undefined ? parseTotals(rest, comment) : { kind: 'bail', at, reason }
    }
    case 'S':
    case 's':
      return parseName(rest, comment) ?? parseTotals(rest, comment)
    default:
      return parseTotals(rest, comment)
  }
}

function parseVersion(rest: string, at: number): TapLine | null {
  const match = VERSION.exec(rest)
  return match === null
    ? null
    : { kind: 'version', at, isKtap: match[1] === 'KTAP', version: Number(match[2]) }
}

function parsePlan(rest: string, at: number): TapLine | null {
  const match = PLAN.exec(rest)
  return match === null
    ? null
    : { kind: 'plan', at, count: Number(match[1]), reason: match[2]?.trim() ?? null }
}

function parseName(rest: string, comment: number): TapLine | null {
  if (comment === -1) return null
  const subtest = NAME.exec(rest)?.[1]?.trim()
  if (subtest !== undefined) return { kind: 'name', at: comment, name: subtest, isProgram: false }
  const program = PROGRAM.exec(rest)?.[1]
  return program === undefined
    ? null
    : { kind: 'name', at: comment, name: programName(program), isProgram: true }
}

function parseTotals(rest: string, comment: number): TapLine | null {
  if (comment === -1 || !rest.includes(': pass:')) return null
  const match = TOTALS.exec(rest)
  if (match === null) return null
  const counts: Record<string, number> = {}
  for (const [, key, count] of (match[2] ?? '').matchAll(/(\w+):(\d{1,9})/g))
    counts[key ?? ''] = Number(count)
  return { kind: 'totals', at: comment, of: match[1] ?? '', counts }
}

function parseResult(rest: string, at: number): TapResult | null {
  const match = RESULT.exec(rest)
  if (match === null) return null
  const { before, after } = cutAtHash((match[3] ?? '').trim())
  const directive = DIRECTIVE.exec(after)
  const reason = (directive?.[2] ?? after).trim()
  const description = before.replace(/^-(?:\s+|$)/, '').replace(OLD_VERDICT, '')
  const time = TIME.exec(reason)
  return {
    kind: 'result',
    at,
    isOk: match[1] === undefined,
    number: match[2] === undefined ? null : Number(match[2]),
    description: description.startsWith('selftests: ') ? programName(description) : description,
    directive: (directive?.[1]?.toLowerCase() as Directive | undefined) ?? null,
    reason: reason === '' || time !== null ? null : reason,
    timeMs: time === null ? null : Number(time[1]) * (time[2] === 's' ? 1000 : 1),
  }
}

/** At the first `#` that stands alone or at a word's beginning and has no backslash before it. */
function cutAtHash(text: string): { before: string; after: string } {
  for (let at = text.indexOf('#'); at !== -1; at = text.indexOf('#', at + 1)) {
    if (at === 0 || /\s/.test(text[at - 1] ?? '')) {
      return { before: unescaped(text.slice(0, at).trimEnd()), after: text.slice(at + 1).trim() }
    }
  }
  return { before: unescaped(text), after: '' }
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\([#\\])/g, '$1') : text
}

/** `selftests: net: tls` is the program `tls` of the folder `net`. */
function programName(text: string): string {
  return text.split(/:\s+/).join('/')
}

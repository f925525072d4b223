import { frameOf, isTraceLine, LAST_LINE, OF_BEFORE, OF_NOW, pointerOf, SANITIZER_RULE } from './frames.ts'
import { BY_POWER, BY_WATCHDOG, isLoaderLine, RESET_REASON } from './loaders.ts'
import type { Finding } from './types.ts'

/** A line as a trace keeps it. `seconds` is the kernel's stamp; null on a line without. */
export type TraceLine = { text: string; to: number; number: number; seconds: number | null }

/** Follows the trace of one finding at a time; each method answers the findings that became whole. */
export type Traces = {
  open(finding: Finding): Finding[]
  /** A line that the kernel said, or where `finding` is a start the boot loader. */
  line(line: TraceLine): Finding[]
  /** Any line at all: a trace that nothing was added to for long is over. */
  passed(at: number): Finding[]
  /** Nothing more comes. */
  settle(): Finding[]
  /** Just past the last line kept of the open trace, which moves as it grows; null where none is open. */
  pending(): number | null
  /** The open trace is a start's or a boot loader's: its lines have no stamps. */
  isOfLoader(): boolean
  forget(): void
}

const MOST_LINES = 96
/** With `panic=` the kernel goes on to restart (kernel/panic.c). */
const PANIC_LAST = /^(?:---\[ end Kernel panic|Rebooting in )/
/** So much log of others behind the last line kept, and a trace is over. */
const APART_BYTES = 32 * 1024
/** So many lines of the kernel about other things, that much later by its own clock (console.md 9). */
const OTHER_LINES = 4
const QUIET_SECONDS = 2
/** A panic this soon after an oops or a lockup is what became of it. */
const FOLLOWS_SECONDS = 10
/** These say themselves where; their own trace shows only how a panic was asked for. */
const NAMES_ITSELF =
  /sysrq triggered|deadlocked on memory|Out of memory|stack is corrupted in|VFS: |[Ii]nit\b/

type Open = {
  finding: Finding
  kept: string[]
  more: number
  pointer: string | null
  frame: string | null
  /** Its lines are of where memory came from. */
  isOfBefore: boolean
  inherited: string | null
  reason: string | null
  seconds: number | null
  to: number
  number: number
  others: number
  /** The stamp of the last of them. */
  otherAt: number
}
type Fault = { place: string | null; seconds: number | null }

export function createTraces(): Traces {
  let open: Open | null = null
  let fault: Fault | null = null

  const settle = (): Finding[] => {
    if (open === null) return []
    const whole = wholeOf(open)
    if (whole.cause !== 'out of memory' && whole.cause !== 'boot')
      fault = { place: whole.place, seconds: open.seconds }
    open = null
    return [whole]
  }

  const keep = (trace: Open, { text, to, number, seconds }: TraceLine): void => {
    trace.others = 0
    trace.otherAt = -1
    if (trace.kept.length < MOST_LINES) trace.kept.push(text)
    else trace.more += 1
    trace.pointer ??= pointerOf(text)
    if (OF_BEFORE.test(text)) trace.isOfBefore = true
    else if (OF_NOW.test(text)) trace.isOfBefore = false
    if (!trace.isOfBefore) trace.frame ??= frameOf(text)
    trace.reason ??= RESET_REASON.exec(text)?.[1] ?? null
    trace.seconds = seconds ?? trace.seconds
    trace.to = to
    trace.number = number
  }

  return {
    open(finding) {
      const done = settle()
      const inherited = finding.cause === 'panic' && follows(fault, finding) ? (fault?.place ?? null) : null
      const { seconds, to, lines } = finding
      const where = { seconds, to, number: lines?.[1] ?? 0, others: 0, otherAt: -1, more: 0 }
      const kept = [...finding.proof]
      const places = { pointer: null, frame: null, isOfBefore: false, inherited }
      open = { finding, kept, ...places, reason: null, ...where }
      return done
    },
    line(line) {
      if (open === null) return []
      if (belongs(open, line.text)) {
        keep(open, line)
        return isLast(open, line.text) ? settle() : []
      }
      // A line from elsewhere, printed over and over, is no clock that goes on.
      const at = line.seconds ?? 0
      const isLater = at - (open.seconds ?? Infinity) > QUIET_SECONDS && at > open.otherAt
      if (isLater || (open.seconds === null && !isOfLoader(open))) open.others += 1
      if (isLater) open.otherAt = at
      return open.others >= OTHER_LINES ? settle() : []
    },
    passed: at => (open !== null && at - open.to > APART_BYTES ? settle() : []),
    settle,
    pending: () => open?.to ?? null,
    isOfLoader: () => open !== null && isOfLoader(open),
    forget() {
      fault = null
    },
  }
}

function follows(fault: Fault | null, panic: Finding): boolean {
  if (fault === null) return false
  return (panic.seconds ?? 0) - (fault.seconds ?? 0) <= FOLLOWS_SECONDS
}

function isOfLoader({ finding }: Open): boolean {
  return finding.cause === 'reset' || finding.cause === 'boot'
}

function belongs(open: Open, text: string): boolean {
  return isOfLoader(open) ? isLoaderLine(text) : isTraceLine(text)
}

function isLast({ finding, kept }: Open, text: string): boolean {
  if (finding.cause === 'panic') return PANIC_LAST.test(text)
  if (SANITIZER_RULE.test(text)) return kept.length > 1
  return LAST_LINE.test(text)
}

function wholeOf(open: Open): Finding {
  const { finding, kept, more, to, number } = open
  const proof = more > 0 ? [...kept, `(${more} more lines of it)`] : kept
  const lines = finding.lines === undefined ? {} : { lines: [finding.lines[0], number] as const }
  return { ...finding, ...told(open), proof, whole: true, to, ...lines }
}

/** What the trace adds to the first line: where it happened, why it started again. */
function told({ finding, pointer, frame, inherited, reason }: Open): Partial<Finding> {
  if (finding.cause === 'reset') return reason === null ? {} : startedBy(finding, reason)
  if (finding.cause === 'boot' || finding.cause === 'out of memory') return {}
  const isStackDump = finding.kind === 'bug' && !finding.title.startsWith('kernel BUG at')
  const own = isStackDump ? (frame ?? pointer) : (pointer ?? frame)
  const place = finding.place ?? inherited ?? own
  const isSaid = place === null || finding.title.includes(place)
  if (isSaid || (inherited === null && NAMES_ITSELF.test(finding.title))) return { place }
  return { place, title: `${finding.title}, ${place}` }
}

function startedBy(finding: Finding, reason: string): Partial<Finding> {
  const title = `${finding.title} (${reason.trim().slice(0, 60)})`
  if (BY_WATCHDOG.test(reason)) return { kind: 'watchdog reset', title }
  return BY_POWER.test(reason) ? { kind: 'power loss', title } : { title }
}

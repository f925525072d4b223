import type { Millis } from '../clock.ts'
import { stripAnsi } from './ansi.ts'
import { type BootLine, createBootWatch, type Start } from './boot.ts'
import { findKernelStamp, parseKernelLine } from './kernel.ts'
import type { Line } from './lines.ts'
import { COPY_MARKS, PATTERNS, type Pattern } from './patterns.ts'
import type { Finding } from './types.ts'

export type Scanner = {
  /** Every line once, in order, those of overwritten text too; `t` is the wall time at which it was there. */
  push(line: Line, t?: Millis): Finding[]
  /** True while somebody switches or restarts the board: a boot is no finding then. */
  expectReset(expected: boolean): void
}

/** An oops is followed by others and by its own summary: within so much log they are one event. */
const EVENT_BYTES = 16 * 1024
/** Findings remembered, so that `dmesg` printing one again is not taken for a second. */
const REMEMBERED = 256
const LONGEST_TITLE = 160
/** How much of the text before a stamp is looked at. */
const MARK_WINDOW = 80
/** No stamp is shorter, so the next cannot begin earlier. */
const SHORTEST_STAMP = 14

/**
 * Reads what kernels and boot loaders say about failing. Pure, and linear in the length of what it is given.
 * A kernel line may be cut into any other; a copy of one that a program prints is left alone as far as it shows.
 */
export function createScanner(patterns: readonly Pattern[] = PATTERNS): Scanner {
  const boot = createBootWatch()
  const bare = patterns.filter(pattern => pattern.bare)
  const events = createEvents()
  let atLineStart = true

  const match = (table: readonly Pattern[], line: BootLine, seconds: number | null): Finding[] => {
    for (const pattern of table) {
      const found = pattern.match.exec(line.text)
      if (found === null) continue
      const finding = toFinding(pattern.cause, titleOf(pattern, found), line)
      return events.isNew(finding, seconds) ? [finding] : []
    }
    return []
  }

  const reset = (start: Start | null): Finding[] => {
    if (start === null) return []
    events.forget()
    return start.expected ? [] : [toFinding('reset', `reset: ${start.banner}`, start)]
  }

  const readPlain = (line: BootLine): Finding[] => [...reset(boot.plain(line)), ...match(bare, line, null)]

  const readKernel = (line: BootLine): Finding[] => {
    const kernel = parseKernelLine(line.text)
    if (kernel === null) return []
    const said = { ...line, text: kernel.text.trimEnd() }
    return [...reset(boot.kernel(said, kernel.seconds)), ...match(patterns, said, kernel.seconds)]
  }

  return {
    push(line, t) {
      const whole = { from: line.from, to: line.to, text: stripAnsi(line.text), t }
      const [head, ...pieces] = cutAtStamps(whole.text)
      const findings = atLineStart && head !== '' ? readPlain({ ...whole, text: head ?? '' }) : []
      atLineStart = line.complete
      if (isCopy(head ?? '')) return findings
      for (const text of pieces) findings.push(...readKernel({ ...whole, text }))
      return findings
    },
    expectReset: expected => boot.expect(expected),
  }
}

/** What comes before the first kernel line, then one piece for each kernel line begun. */
function cutAtStamps(text: string): string[] {
  const pieces: string[] = []
  let from = 0
  for (let at = findKernelStamp(text); at !== -1; at = findKernelStamp(text, at + SHORTEST_STAMP)) {
    pieces.push(text.slice(from, at))
    from = at
  }
  pieces.push(text.slice(from))
  return pieces
}

function isCopy(before: string): boolean {
  const end = before.length > MARK_WINDOW ? before.slice(-MARK_WINDOW) : before
  return COPY_MARKS.some(mark => mark.test(end))
}

function titleOf(pattern: Pattern, found: RegExpExecArray): string {
  const title = pattern.title.replace(/\$(\d)/g, (_, group: string) => found[Number(group)]?.trim() ?? '')
  return title.replace(/: $/, '').slice(0, LONGEST_TITLE)
}

function toFinding(cause: Finding['cause'], title: string, line: BootLine): Finding {
  return { cause, title, line: line.text, from: line.from, to: line.to }
}

type Events = {
  /** One event, one finding. `seconds` is the stamp, null without one. */
  isNew(finding: Finding, seconds: number | null): boolean
  /** The board started again: what it says now is news, even if it is the same as before. */
  forget(): void
}

function createEvents(): Events {
  const lastAt = new Map<string, number>()
  const seen = new Set<string>()

  const isRecent = (key: string, at: number): boolean => at - (lastAt.get(key) ?? -Infinity) <= EVENT_BYTES

  const isRepeated = (stamped: string): boolean => {
    if (seen.has(stamped)) return true
    seen.add(stamped)
    for (const oldest of seen) {
      if (seen.size <= REMEMBERED) break
      seen.delete(oldest)
    }
    return false
  }

  return {
    isNew(finding, seconds) {
      if (seconds !== null && isRepeated(`${seconds} ${finding.title}`)) return false
      const key = eventKey(finding)
      if (isRecent(key, finding.from)) return false
      lastAt.set(key, finding.from)
      return true
    },
    forget: () => lastAt.clear(),
  }
}

function eventKey(finding: Finding): string {
  switch (finding.cause) {
    case 'oops':
    case 'bug':
      return 'oops'
    case 'lockup':
      return 'lockup'
    case 'panic':
    case 'reset':
    case 'out of memory':
      return finding.title
  }
}

import type { Millis } from '../clock.ts'
import { stripAnsi } from './ansi.ts'
import { type BootLine, createBootWatch, type Start } from './boot.ts'
import { type Copy, createCopies } from './copies.ts'
import { createEvents } from './events.ts'
import { findKernelStamp, parseKernelLine } from './kernel.ts'
import type { Line } from './lines.ts'
import { createLoaderWatch } from './loader-watch.ts'
import { PATTERNS, type Pattern } from './patterns.ts'
import { createTraces } from './traces.ts'
import type { Finding } from './types.ts'

export type Scanner = {
  /**
   * Every line once, in order, those of overwritten text too; `t` is the wall time at which it was there, `number`
   * the line's own in its log. Each finding is answered twice: at its first line, and `whole` with its trace.
   */
  push(line: Line, t?: Millis, number?: number): Finding[]
  /** Where the open trace ends so far: it moves as the trace grows. Null where no trace is open. */
  pending(): number | null
  /** The line was quiet for two seconds, or ended: what is open is whole. */
  settle(): Finding[]
  /** The log ended: also what only the end of it proves. */
  end(): Finding[]
  /** True while somebody switches or restarts the board: a boot is no finding then. */
  expectReset(expected: boolean): void
}

const LONGEST_TITLE = 160
/** No stamp is shorter, so the next cannot begin earlier. */
const SHORTEST_STAMP = 14
/** A program's own words through /dev/kmsg: a facility above the kernel's (printk.c, `console_msg_format=syslog`). */
const OF_A_PROGRAM = /^<(?:[89]|\d{2,3})>/
/** Behind an oops and a warning (kernel/panic.c, print_oops_end_marker). */
const END_OF_TRACE = '---[ end trace'
const PLACE = /\b([A-Za-z_][\w.]*\+0x[0-9a-f]+)\/0x/

/**
 * Reads what kernels and boot loaders say about failing. Pure, and linear in the length of what it is given.
 * A kernel line may be cut into any other; a copy of one that a program prints is left alone as far as it shows.
 */
export function createScanner(patterns: readonly Pattern[] = PATTERNS): Scanner {
  const boot = createBootWatch()
  const bare = patterns.filter(pattern => pattern.stamped !== true)
  const events = createEvents()
  const copies = createCopies()
  const loader = createLoaderWatch()
  const traces = createTraces()
  let atLineStart = true
  let isSwitched = false

  const begin = (finding: Finding): Finding[] =>
    [finding, ...traces.open(finding)].reverse().toSorted(byWhole)

  const match = (
    table: readonly Pattern[],
    said: BootLine,
    seconds: number | null,
    copy: Copy | null,
  ): Finding[] => {
    for (const pattern of table) {
      const found = pattern.match.exec(said.text)
      if (found === null) continue
      if (isCopied(copy, pattern)) return []
      if (pattern.cause === 'reset' && isSwitched) return []
      const finding = toFinding(pattern, titleOf(pattern.title, found), said, seconds)
      if (!events.isNew(finding, seconds)) {
        // A lockup that is told again has been told whole.
        if (finding.cause === 'lockup') return traces.settle()
        break
      }
      copies.believe()
      return begin(finding)
    }
    return seconds === null && !loader.isUnstamped() ? [] : grow(said, seconds, copy)
  }

  const grow = (said: BootLine, seconds: number | null, copy: Copy | null): Finding[] => {
    if (copy !== null && copy !== 'older') return []
    if (said.text.startsWith(END_OF_TRACE)) events.traceEnded()
    return traces.line({ text: said.text, to: said.to, number: said.number ?? 0, seconds })
  }

  const reset = (start: Start | null): Finding[] => {
    if (start === null) return []
    const done = traces.settle()
    for (const part of [events, copies, traces]) part.forget()
    if (start.expected) return done
    const kind = start.asked ? ('restart' as const) : ('reset' as const)
    const about = { kind, cause: 'reset' as const }
    return [...done, ...begin(toFinding(about, `reset: ${start.banner}`, start, null))]
  }

  const readPlain = (said: BootLine): Finding[] => {
    if (copies.shows() === 'file') return []
    const started = reset(boot.plain(said))
    const failure = loader.plain(said.text)
    if (started.length > 0) return started
    if (failure !== null) {
      const about = { kind: 'boot loader' as const, cause: 'boot' as const }
      const finding = toFinding(about, `boot loader: ${failure}`, said, null)
      if (events.isNew(finding, null)) return begin(finding)
    }
    if (loader.isActive() && traces.isOfLoader()) return grow(said, null, null)
    return loader.isUnstamped() && copies.shows() === null ? match(bare, said, null, null) : []
  }

  const readKernel = (line: BootLine): Finding[] => {
    const kernel = parseKernelLine(line.text)
    if (kernel === null || OF_A_PROGRAM.test(line.text)) return []
    const said = { ...line, text: kernel.text.trimEnd() }
    const copy = copies.kernel(kernel.seconds, said.text, line.t)
    loader.kernel(said.text, copy !== null)
    const isShown = copy === 'buffer' || copy === 'file'
    const start = isShown ? null : boot.kernel(said, kernel.seconds, copy === 'repeated')
    return [...reset(start), ...match(patterns, said, kernel.seconds, copy)]
  }

  return {
    push(line, t, number) {
      const whole = { from: line.from, to: line.to, text: stripAnsi(line.text), t, number }
      const [head = '', ...pieces] = cutAtStamps(whole.text)
      const findings = traces.passed(line.from)
      const isQuoted = pieces.length > 0 && copies.isQuoted(head, pieces.join(''))
      if (atLineStart && head !== '') {
        copies.plain(head, t)
        findings.push(...readPlain({ ...whole, text: head.trimEnd() }))
      }
      atLineStart = line.complete
      if (isQuoted) return findings
      for (const text of pieces) findings.push(...readKernel({ ...whole, text }))
      return findings
    },
    pending: traces.pending,
    settle: traces.settle,
    end: () => [...traces.settle(), ...reset(boot.end()), ...traces.settle()],
    expectReset(expected) {
      isSwitched = expected
      boot.expect(expected)
    },
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

/** A panic is never in the buffer of the kernel that printed it. */
function isCopied(copy: Copy | null, pattern: Pattern): boolean {
  return copy !== null && !(copy === 'buffer' && pattern.cause === 'panic')
}

function titleOf(template: string, found: RegExpExecArray): string {
  const title = template.replace(/\$(\d)/g, (_, group: string) => found[Number(group)]?.trim() ?? '')
  return title.replace(/:? $/, '').slice(0, LONGEST_TITLE)
}

function toFinding(
  about: Pick<Finding, 'kind' | 'cause'> & { told?: true },
  title: string,
  { text, from, to, number }: BootLine,
  seconds: number | null,
): Finding {
  const lines = number === undefined ? {} : { lines: [number, number] as const }
  const place = PLACE.exec(text)?.[1] ?? null
  const severity = about.told === true ? 'told' : 'ends'
  const { kind, cause } = about
  return {
    ...{ kind, cause, severity, title, line: text, place, proof: [text], whole: false, from, to, seconds },
    ...lines,
  }
}

/** What became whole was there before what begins. */
function byWhole(a: Finding, b: Finding): number {
  return Number(b.whole) - Number(a.whole)
}

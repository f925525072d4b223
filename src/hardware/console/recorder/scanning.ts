import type { Clock, Millis, Timer } from '../../../clock.ts'
import type { Line } from '../../../reading/lines.ts'
import { createScanner } from '../../../reading/scanner.ts'
import type { Finding } from '../../../reading/types.ts'
import type { RecorderNews } from '../../types.ts'

/** A trace that nothing was added to for so long is whole (console.md 9). */
export const TRACE_QUIET_MS: Millis = 2_000

export type Scanning = {
  scan(lines: readonly Line[], t: Millis): void
  expectReset(expected: boolean): void
  close(): void
}

/** A console's lines past the scanner; what it finds is told at once, and again when its trace is whole. */
export function createScanning(clock: Clock, tell: (news: RecorderNews) => void): Scanning {
  const scanner = createScanner()
  let grown: { to: number; at: Millis } | null = null
  let timer: Timer | null = null

  const say = (findings: readonly Finding[]): void => {
    for (const finding of findings) tell({ kind: finding.whole ? 'trace' : 'finding', finding })
  }
  const arm = (ms: Millis): void => {
    timer ??= clock.after(ms, () => {
      timer = null
      if (grown === null) return
      const left = TRACE_QUIET_MS - (clock.mono() - grown.at)
      if (left > 0) return arm(left)
      grown = null
      say(scanner.settle())
    })
  }

  return {
    scan(lines, t) {
      for (const line of lines) say(scanner.push(line, t))
      const to = scanner.pending()
      if (to === null) grown = null
      else if (to !== grown?.to) grown = { to, at: clock.mono() }
      if (grown !== null) arm(TRACE_QUIET_MS)
    },
    expectReset: scanner.expectReset,
    close() {
      timer?.cancel()
      grown = null
    },
  }
}

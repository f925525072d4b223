import type { Clock, Millis } from '../clock.ts'
import type { Finding } from '../reading/types.ts'
import { type Verdict, type VerdictContext, verdictOf } from '../reading/verdict.ts'

/** The verdict is to be there within so long (console.md 9). */
const WHOLE_WITHIN_MS: Millis = 2_000
/** An oops that is whole may become a panic: that line follows at once, at 9600 baud too. */
const FOLLOWS_WITHIN_MS: Millis = 300

/** What the console tells while a test runs, until it is told to its end. */
export type Trace = {
  /** A finding at its first line, and again whole. */
  heard(finding: Finding): void
  /** Resolves when what was found is whole and nothing followed from it, when the signal aborts, and after 2 s at last. */
  whole(signal: AbortSignal): Promise<void>
  /** Something was told that is not whole yet. */
  isOpen(): boolean
  /** What all that was heard comes to. */
  verdict(context: VerdictContext): Verdict | null
}

export function createTrace(clock: Clock): Trace {
  const findings: Finding[] = []
  const open = new Set<number>()
  let changed = (): void => {}

  const isOver = (): boolean =>
    open.size === 0 && findings.some(({ cause, whole }) => whole && cause === 'panic')

  return {
    heard(finding) {
      findings.push(finding)
      if (finding.whole) open.delete(finding.from)
      else open.add(finding.from)
      changed()
    },
    whole(signal) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const last = clock.after(WHOLE_WITHIN_MS, resolve)
      let follows = clock.after(WHOLE_WITHIN_MS, resolve)
      changed = () => {
        follows.cancel()
        if (isOver()) resolve()
        else if (open.size === 0) follows = clock.after(FOLLOWS_WITHIN_MS, resolve)
      }
      changed()
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
      return promise.finally(() => {
        changed = () => {}
        last.cancel()
        follows.cancel()
      })
    },
    isOpen: () => open.size > 0,
    verdict: context => verdictOf(findings, context),
  }
}

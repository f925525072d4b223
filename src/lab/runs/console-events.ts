import type { Millis } from '../../clock.ts'
import type { Finding } from '../../reading/types.ts'
import { keyOf } from '../../reading/verdict.ts'
import { createLineNumbers } from '../logs/line-numbers.ts'
import type { ConsoleEvent } from '../types.ts'

/** What the console tells while an attempt goes on. */
export type ConsoleEvents = {
  log(offset: number, bytes: Uint8Array): void
  /** At its first line, and again whole. */
  heard(finding: Finding, at: Millis): void
  /** In the order of the log, with lines of the attempt's own. */
  findings(): readonly Finding[]
  events(): readonly ConsoleEvent[]
  /** Those that were not kept. */
  readonly omitted: number
}

type Heard = { finding: Finding; at: Millis }

/** What ends a run is never crowded out by what is only told. */
const MOST = { ends: 20, told: 30 } as const

export function createConsoleEvents(): ConsoleEvents {
  const numbers = createLineNumbers()
  const kept = new Map<string, Heard>()
  const room: Record<Finding['severity'], number> = { ...MOST }
  let omitted = 0

  const inOrder = (): Heard[] => [...kept.values()].toSorted((a, b) => a.finding.from - b.finding.from)
  const open = (): number[] =>
    [...kept.values()].flatMap(({ finding }) => (finding.whole ? [] : [finding.from]))
  const take = (key: string, finding: Finding, at: Millis): void => {
    if (room[finding.severity] === 0) {
      omitted += 1
      return
    }
    room[finding.severity] -= 1
    const line = numbers.lineAt(finding.from)
    kept.set(key, { finding: { ...finding, lines: [line, line] }, at })
  }

  return {
    log: numbers.push,
    heard(finding, at) {
      const key = keyOf(finding)
      const known = kept.get(key)
      if (known !== undefined) {
        const line = known.finding.lines?.[0] ?? 1
        const lines = [line, Math.max(line, numbers.lineAt(finding.to - 1))] as const
        kept.set(key, { ...known, finding: { ...finding, lines } })
      } else if (!finding.whole) take(key, finding, at)
      const from = open()
      numbers.keepFrom(from.length === 0 ? null : Math.min(...from))
    },
    findings: () => inOrder().map(({ finding }) => finding),
    events: () => inOrder().map(eventOf),
    get omitted() {
      return omitted
    },
  }
}

function eventOf({ finding, at }: Heard): ConsoleEvent {
  const { kind, severity, title, lines = [1, 1] } = finding
  return { at, kind, severity, title, lines }
}

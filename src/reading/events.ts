import type { Finding } from './types.ts'

/** Which lines are of one event: an oops is followed by others and by its own summary. */
export type Events = {
  /** One event, one finding. `seconds` is the stamp, null without one. */
  isNew(finding: Finding, seconds: number | null): boolean
  /** The board started again: what it says now is news, even if it is the same as before. */
  forget(): void
}

/** Within so much log they are one event. */
const EVENT_BYTES = 16 * 1024
/** Findings remembered, so that `dmesg` printing one again is not taken for a second. */
const REMEMBERED = 256

export function createEvents(): Events {
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
      if (lastAt.size > REMEMBERED) lastAt.delete(lastAt.keys().next().value ?? '')
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
    case 'boot':
      return finding.cause
    case 'panic':
    case 'reset':
    case 'warning':
    case 'out of memory':
      return finding.title
  }
}

import { createMemory } from './memory.ts'
import type { Finding } from './types.ts'

/** Which lines are of one event: an oops is followed by others and by its own summary. */
export type Events = {
  /** One event, one finding. `seconds` is the stamp, null without one. */
  isNew(finding: Finding, seconds: number | null): boolean
  /** A trace came to its end marker: an oops after it is another. */
  traceEnded(): void
  /** The board started again: what it says now is news, even if it is the same as before. */
  forget(): void
}

/** Within so much log they are one event. */
const EVENT_BYTES = 16 * 1024
/** An oops is told at once; what comes later by the kernel's clock is another. A lockup is told again as long as it lasts. */
const EVENT_SECONDS = 10
/** Findings remembered, so that `dmesg` printing one again is not taken for a second. */
const REMEMBERED = 256
/** The kernel counts its oopses (die_counter of arch/…/kernel/traps.c and dumpstack.c). */
const NUMBER = /\[#(\d{1,9})\]/
const OOPS = 'oops'

export function createEvents(): Events {
  const lastAt = new Map<string, { at: number; seconds: number | null }>()
  const seen = createMemory(REMEMBERED)
  /** Of lines without stamps, since the board started. */
  const bare = createMemory(REMEMBERED)
  /** Of the last oops; 0 while no line of it had one. */
  let number = 0

  const isRecent = (key: string, finding: Finding): boolean => {
    const last = lastAt.get(key)
    if (last === undefined || finding.from - last.at > EVENT_BYTES) return false
    if (finding.cause === 'lockup' || finding.cause === 'panic') return true
    return (finding.seconds ?? 0) - (last.seconds ?? finding.seconds ?? 0) <= EVENT_SECONDS
  }

  /** Its number tells, where the end of the one before it was lost or both were told at once. */
  const isSameOops = (finding: Finding): boolean => {
    const own = numberOf(finding)
    const isSame = isRecent(OOPS, finding) && (number === 0 || own <= number)
    number = isSame ? Math.max(number, own) : own
    return isSame
  }

  return {
    isNew(finding, seconds) {
      const key = eventKey(finding)
      if (seconds === null) {
        // Nothing else tells what `dmesg` prints again; a second oops has the next number.
        const isNumbered = key === OOPS && numberOf(finding) > number
        if (bare.has(finding.title) && !isNumbered) return false
      } else if (seen.has(`${seconds} ${finding.title}`)) return false
      const isSame = key === OOPS ? isSameOops(finding) : isRecent(key, finding)
      if (isSame && finding.cause !== 'lockup') return false
      lastAt.set(key, { at: finding.from, seconds })
      if (lastAt.size > REMEMBERED) lastAt.delete(lastAt.keys().next().value ?? '')
      return !isSame
    },
    traceEnded: () => void lastAt.delete(OOPS),
    forget() {
      lastAt.clear()
      bare.forget()
      number = 0
    },
  }
}

/** 0 where its line has none. */
function numberOf({ line }: Finding): number {
  return Number(NUMBER.exec(line)?.[1] ?? 0)
}

function eventKey(finding: Finding): string {
  switch (finding.cause) {
    case 'oops':
    case 'bug':
      return OOPS
    case 'lockup':
      // Told again and again, for longer each time.
      return finding.title.replace(/\b\d+ ?s(?:econds)?\b/, '')
    case 'boot':
      return finding.cause
    case 'panic':
    case 'reset':
    case 'warning':
    case 'out of memory':
      return finding.title
  }
}

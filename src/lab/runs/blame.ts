import type { Millis } from '../../clock.ts'
import type { Cause, Failure } from '../../errors.ts'
import type { Incident } from '../types.ts'

/** What is known of a board besides the console of the test that just ended on it. */
export type BoardPast = {
  board: string
  /** What it answered as last; null: unknown. */
  kernel: string | null
  incidents: readonly Incident[]
  /** The others of its family. */
  others: readonly OtherBoard[]
}
export type OtherBoard = {
  board: string
  kernel: string | null
  incidents: readonly Incident[]
  /** The very same program passed there within a day. */
  passed: boolean
}
export type Tested = { id: string; name: string; by: string }

/** What is proved against a board: when and what, and where the test went well. */
export type Evidence = { incident: Incident; passedOn: string }

export const BLAME_WINDOW_MS: Millis = 24 * 60 * 60_000
const OF_THE_KERNEL: ReadonlySet<Cause> = new Set(['panic', 'oops', 'bug', 'lockup', 'reset'])

/** A test's failure that a board may be to blame for: its kernel died or started again while the program ran. */
export function mayBeTheBoards(failure: Failure): boolean {
  return failure.class === 'test' && OF_THE_KERNEL.has(failure.cause)
}

/**
 * Whether a kernel's failure under a test is the board's (docs/verdicts.md): it failed before, while nobody used it
 * or under another person's other test; the very same program passed on another board with the same kernel; and no
 * board with this kernel but this one failed so within a day. Anything unknown speaks for the board.
 */
export function boardToBlame(failure: Failure, test: Tested, past: BoardPast, now: Millis): Evidence | null {
  if (!mayBeTheBoards(failure) || past.kernel === null) return null
  const isOfLate = ({ at, severity, cause }: Incident): boolean =>
    at > now - BLAME_WINDOW_MS && severity === 'ends' && OF_THE_KERNEL.has(cause)
  const passedOn = past.others.find(({ passed, kernel }) => passed && kernel === past.kernel)?.board
  const alike = past.others.filter(({ kernel }) => kernel === null || kernel === past.kernel)
  if (passedOn === undefined || alike.some(({ incidents }) => incidents.some(isOfLate))) return null
  const incident = past.incidents.findLast(each => isOfLate(each) && isAnothers(each, test))
  return incident === undefined ? null : { incident, passedOn }
}

function isAnothers({ during, test, by, blame }: Incident, mine: Tested): boolean {
  // What the power, the site, the kernel or a use just before explains proves nothing.
  if (during === null) return blame === undefined || blame === 'board'
  return test !== undefined && test !== mine.name && by !== mine.by
}

/** Added to what is said of the failure. */
export function evidenceWords(
  { incident, passedOn }: Evidence,
  board: string,
  time: (at: Millis) => string,
): string {
  const when = incident.during === null ? 'while nobody used it' : `during ${incident.during}`
  return `${board} is to blame, not the test: it failed at ${time(incident.at)} ${when} (${incident.title}), and the same program passed on ${passedOn} with the same kernel.`
}

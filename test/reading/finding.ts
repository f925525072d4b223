import type { Finding, FindingCause } from '../../src/reading/types.ts'

const KIND = {
  panic: 'panic',
  oops: 'oops',
  bug: 'bug',
  warning: 'warning',
  lockup: 'soft lockup',
  reset: 'reset',
  boot: 'boot loader',
  'out of memory': 'oom kill',
} as const

const TOLD: ReadonlySet<FindingCause> = new Set(['warning', 'lockup', 'out of memory'])

/** A finding as the scanner tells it first; what matters to a test is given. */
export function findingOf(given: Partial<Finding> & Pick<Finding, 'cause' | 'title'>): Finding {
  const line = given.line ?? given.title
  return {
    kind: KIND[given.cause],
    severity: TOLD.has(given.cause) ? 'told' : 'ends',
    line,
    place: null,
    proof: [line],
    whole: false,
    from: 0,
    to: 1,
    seconds: null,
    ...given,
  }
}

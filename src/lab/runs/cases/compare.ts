import { isFailing, worse } from './merge.ts'
import { failedCase } from './summary.ts'
import {
  CASE_GROUPS,
  type CaseGroup,
  type CaseResult,
  type ComparedCase,
  type Comparison,
  type RunCase,
} from './types.ts'

/** So many of each group are named. */
export const MOST_COMPARED = 100

type Known = { result: CaseResult; found: RunCase }

/**
 * The cases of a run beside those of another. Each name is in one group; where several cases have one name, the worst
 * of them stands for it. Pure: the order of the cases does not matter.
 */
export function compareCases(before: readonly RunCase[], now: readonly RunCase[]): Comparison {
  const [then, here] = [byName(before), byName(now)]
  const counts = { ...NONE }
  const listed = emptyGroups()
  for (const name of [...new Set([...then.keys(), ...here.keys()])].sort()) {
    const [was, is] = [then.get(name) ?? null, here.get(name) ?? null]
    const group = groupOf(was?.result ?? null, is?.result ?? null)
    counts[group] += 1
    if (group === 'same' || listed[group].length >= MOST_COMPARED) continue
    listed[group].push({ name, before: was?.result ?? null, now: is?.result ?? null, why: whyOf(is) })
  }
  return { counts, listed }
}

export function groupOf(before: CaseResult | null, now: CaseResult | null): CaseGroup {
  if (before === null) return 'appeared'
  if (now === null) return 'gone'
  if ((before === 'skip') !== (now === 'skip')) return 'changed'
  if (isFailing(before)) return isFailing(now) ? 'stillFailing' : 'newlyPassing'
  return isFailing(now) ? 'newlyFailing' : 'same'
}

const NONE = Object.fromEntries(CASE_GROUPS.map(group => [group, 0])) as Record<CaseGroup, number>

function emptyGroups(): Record<Exclude<CaseGroup, 'same'>, ComparedCase[]> {
  return { newlyFailing: [], newlyPassing: [], stillFailing: [], changed: [], appeared: [], gone: [] }
}

/** The results that names stand for. */
export function byName(cases: readonly RunCase[]): Map<string, Known> {
  const known = new Map<string, Known>()
  for (const found of cases) {
    const other = known.get(found.name)
    if (other !== undefined && worse(other.result, found.result) === other.result) continue
    known.set(found.name, { result: found.result, found })
  }
  return known
}

function whyOf(known: Known | null): string | null {
  return known === null || !isFailing(known.result) ? null : failedCase(known.found, 0).reason
}

import type { Millis } from '../../clock.ts'
import type { Finding } from '../../reading/types.ts'
import type { Incident, IncidentBlame } from '../types.ts'

/** What held the board when it happened, and of a test, which and whose; whose fault it was, where that is known. */
export type During = Pick<Incident, 'during' | 'test' | 'by' | 'blame'>

type Identity = Pick<Incident, 'kind' | 'offset'>

const MOST: Readonly<Record<Incident['severity'], number>> = { ends: 20, told: 10 }
const PROOF_LINES = 8

export function incidentOf(finding: Finding, at: Millis, during: During): Incident {
  const { cause, kind, severity, title, from: offset } = finding
  return { cause, kind, severity, title, at, proof: finding.proof.slice(0, PROOF_LINES), offset, ...during }
}

/** With one more, or one told again whole; warnings never crowd out what ended a kernel. */
export function withIncident(before: readonly Incident[], incident: Incident): readonly Incident[] {
  const at = before.findIndex(each => isSame(each, incident))
  if (at !== -1) return before.with(at, { ...before[at], ...incident, at: before[at]?.at ?? incident.at })
  const alike = before.filter(({ severity }) => severity === incident.severity)
  const oldest = alike.length < MOST[incident.severity] ? null : alike[0]
  return [...before.filter(each => each !== oldest), incident]
}

/** With its blame, once; the incident as it is then, or null where it is not kept or was judged before. */
export function withBlame(
  before: readonly Incident[],
  which: Identity,
  blame: IncidentBlame,
): { incidents: readonly Incident[]; judged: Incident | null } {
  const at = before.findIndex(each => isSame(each, which) && each.blame === undefined)
  const found = before[at]
  if (found === undefined) return { incidents: before, judged: null }
  const judged = { ...found, blame }
  return { incidents: before.with(at, judged), judged }
}

/** A log that retention began anew counts its bytes on. */
function isSame(a: Identity, b: Identity): boolean {
  return a.offset === b.offset && a.kind === b.kind
}

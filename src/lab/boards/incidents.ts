import type { Millis } from '../../clock.ts'
import type { Finding } from '../../reading/types.ts'
import type { Incident } from '../types.ts'

/** What held the board when it happened, and of a test, which and whose. */
export type During = Pick<Incident, 'during' | 'test' | 'by'>

const MOST: Readonly<Record<Incident['severity'], number>> = { ends: 20, told: 10 }
const PROOF_LINES = 8

export function incidentOf(finding: Finding, at: Millis, during: During): Incident {
  const { cause, kind, severity, title, from: offset } = finding
  return { cause, kind, severity, title, at, proof: finding.proof.slice(0, PROOF_LINES), offset, ...during }
}

/** With one more, or one told again whole; warnings never crowd out what ended a kernel. */
export function withIncident(before: readonly Incident[], incident: Incident): readonly Incident[] {
  const at = before.findIndex(each => isSame(each, incident))
  if (at !== -1) return before.with(at, { ...incident, at: before[at]?.at ?? incident.at })
  const alike = before.filter(({ severity }) => severity === incident.severity)
  const oldest = alike.length < MOST[incident.severity] ? null : alike[0]
  return [...before.filter(each => each !== oldest), incident]
}

/** A log that retention began anew counts its bytes on. */
function isSame(a: Incident, b: Incident): boolean {
  return a.offset === b.offset && a.kind === b.kind
}

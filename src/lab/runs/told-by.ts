import type { Millis } from '../../clock.ts'
import type { Failure } from '../../errors.ts'
import type { Finding } from '../../reading/types.ts'
import { type Verdict, type VerdictContext, verdictOf } from '../../reading/verdict.ts'
import { incidentOf } from '../boards/incidents.ts'
import type { Operation } from '../state.ts'
import type { Attempt, Run, RunResult, Told } from '../types.ts'
import type { ConsoleEvents } from './console-events.ts'
import { nameOf } from './summary.ts'

/** The console's verdict where it is what the attempt ended by, and all that was told. */
export type Proof = { verdict: Verdict | null; told: Told }

/**
 * The site has decided by the same verdict of the same findings: here its lines are found in the attempt's own log.
 * An attempt that ended by something else is proved by nothing that its console told.
 */
export function toldBy(
  failure: Failure | null,
  console: Pick<ConsoleEvents, 'findings' | 'events' | 'omitted'>,
  context: VerdictContext,
): Proof {
  const { omitted } = console
  const events = console.events()
  const read = failure === null ? null : verdictOf(console.findings(), context)
  const verdict = read?.cause === failure?.cause && read?.class === failure?.class ? read : null
  return {
    verdict,
    told: {
      ...(verdict?.lines === undefined ? {} : { lines: verdict.lines }),
      ...(events.length === 0 ? {} : { events }),
      ...(omitted === 0 ? {} : { omitted }),
    },
  }
}

/** Whatever the site could say when it gave up: the title and the lines are the console's where that proves it. */
export function namedBy({ verdict, told }: Proof): Partial<RunResult> {
  return verdict === null ? told : { ...told, title: verdict.title, proof: verdict.proof }
}

/** Of an attempt that is made anew. */
export function toldOf({ verdict, told }: Proof): { told?: Told & Pick<Attempt, 'title'> } {
  if (verdict === null && told.events === undefined) return {}
  return { told: verdict === null ? told : { ...told, title: verdict.title } }
}

/** What proves how an attempt ended is an incident of its board's, too. */
export function incidentOfRun(
  run: Run,
  id: string,
  { verdict }: Proof,
  findings: readonly Finding[],
  at: Millis,
): Operation[] {
  const first = findings.find(({ from }) => from === verdict?.bytes[0])
  if (verdict === null || first === undefined) return []
  const named = findings.find(each => each.cause === verdict.cause && each.from >= first.from) ?? first
  const whole = { ...named, title: verdict.title, proof: verdict.proof }
  const during =
    verdict.class === 'test'
      ? { during: run.id, test: nameOf(run), by: run.submitter.id }
      : { during: run.id }
  return [{ o: 'board/step', id, at, event: { kind: 'incident', incident: incidentOf(whole, at, during) } }]
}

import type { Context } from 'koa'
import type { Fault, FieldFault } from '../../commands/types.ts'
import type { Lab } from '../../lab/lab.ts'
import { faultProblem } from '../api/problems.ts'
import type { Problem } from '../problem.ts'

const RETRY_AFTER = { 'Retry-After': '30' }

/** What a delivery came to: the test, and where to ask for it. */
export function answerTest(
  ctx: Context,
  lab: Pick<Lab, 'link'>,
  { id, duplicate }: { id: string | null; duplicate: boolean },
): void {
  ctx.status = duplicate ? 200 : 201
  ctx.set('Cache-Control', 'no-store')
  ctx.body =
    id === null
      ? { test: null, duplicate }
      : { test: id, url: lab.link(id), status_url: apiUrl(lab, id, 'status'), duplicate }
}

/** Beside the pages, whatever path a proxy has put before both. */
export function apiUrl(lab: Pick<Lab, 'link'>, id: string, what: string): string {
  return new URL(`../api/v1/tests/${id}/${what}`, lab.link(id)).href
}

/** There is nothing that was not found here but a word in the body; what another server does not give, it may later. */
export function ofFault(fault: Fault): Problem {
  const problem = faultProblem(fault)
  if (problem.status === 404) return { ...problem, status: 422 }
  const mayPass = problem.status === 422 && fault.failure === 'infrastructure'
  return mayPass ? { ...problem, status: 503, headers: RETRY_AFTER } : problem
}

export function ofFaults(fields: readonly FieldFault[]): Problem {
  const detail = fields
    .map(({ label, message }) => (label === '' ? message : `${label}: ${message}`))
    .join('\n')
  return {
    status: 422,
    code: 'input',
    detail,
    hint: 'What is taken is in docs/jenkins.md.',
    more: { fields },
  }
}

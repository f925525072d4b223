/** Anything thrown, as a fault that can be shown; what nobody foresaw gets a reference, its stack goes to the log. */

import { errorCard } from '../cards/error.ts'
import type { View } from '../cards/view.ts'
import { InputError, LabError, NotAllowedError, RefusedError } from '../errors.ts'
import { reference } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Exit, Fault, Refusal } from './types.ts'

export function faultOf(error: unknown, log: Log, about: { line: string; safe?: string }): Fault {
  if (!(error instanceof LabError) || error.code === 'internal') return unforeseen(error, log, about)
  const fault: Fault = {
    decision: decisionOf(error),
    code: error.code,
    message: error.message,
    hint: error.hint,
    failure: error.failure.class,
    ...(error instanceof RefusedError && error.retryMs !== null ? { retryMs: error.retryMs } : {}),
  }
  const field = error instanceof InputError ? error.field : undefined
  if (field === undefined) return fault
  return { ...fault, fields: [{ field, label: field, message: error.message }] }
}

function decisionOf(error: LabError): Fault['decision'] {
  if (error instanceof NotAllowedError) return 'refused'
  return error.failure.class === 'input' ? 'invalid' : 'allowed'
}

/** `safe` says what is known to be on disk all the same. */
function unforeseen(error: unknown, log: Log, { line, safe }: { line: string; safe?: string }): Fault {
  const name = reference()
  log.error({ error, reference: name, line }, 'a command broke')
  const kept = safe === undefined ? '' : ` ${safe}`
  return {
    decision: 'allowed',
    code: 'internal',
    message: `Something broke on our side (reference ${name}).${kept}`,
    hint: `An admin can look it up: audit ${name}`,
    failure: 'infrastructure',
    reference: name,
  }
}

export function refusedFault(refusal: Refusal): Fault {
  return { decision: 'refused', code: 'not-allowed', ...refusal, failure: 'input' }
}

export function faultView(fault: Fault): View {
  const { code, message, hint, hintRuns, failure, tries = [] } = fault
  const people = hintRuns === undefined ? {} : { hintRuns }
  return errorCard({ code, message, hint, ...people, ours: failure === 'infrastructure', tries })
}

const EXITS: Readonly<Record<Fault['failure'], Exit>> = {
  input: 3,
  infrastructure: 2,
  test: 1,
  timeout: 1,
  cancelled: 1,
}

export function exitOf(fault: Fault): Exit {
  return EXITS[fault.failure]
}

/** What `--json` and the API say of it. */
export function faultJson({ code, message, hint, failure, fields, reference: name }: Fault): {
  error: Record<string, unknown>
} {
  return {
    error: {
      code,
      message,
      hint,
      class: failure,
      ...(fields === undefined ? {} : { fields }),
      ...(name === undefined ? {} : { reference: name }),
    },
  }
}

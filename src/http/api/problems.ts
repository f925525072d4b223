/** A fault of a command as problem details: the same code and hint as in chat, arguments by the names that programs use. */

import type { Fault, FieldFault } from '../../commands/types.ts'
import type { Problem } from '../problem.ts'
import { retryAfter, statusOf } from './statuses.ts'

/** `calledAs`: what arguments were called where that is not their own name. */
export function faultProblem(fault: Fault, calledAs: ReadonlyMap<string, string> = new Map()): Problem {
  const { code, failure, reference, tries, retryMs } = fault
  const status = statusOf(code, failure)
  const fields = (fault.fields ?? []).map(({ field, message }) => ({
    field: calledAs.get(field) ?? field,
    message,
  }))
  return {
    status,
    code,
    detail: relabelled(fault.message, fault.fields ?? [], calledAs),
    hint: code === 'needs-confirmation' ? `${fault.hint} (over HTTP: send confirm=true with it)` : fault.hint,
    headers: status === 503 ? { 'Retry-After': String(retryAfter(code, retryMs)) } : {},
    more: {
      class: failure,
      ...(fields.length === 0 ? {} : { fields }),
      ...(reference === undefined ? {} : { reference }),
      ...(tries === undefined ? {} : { tries }),
    },
  }
}

/** `--timeout "x" is no duration` is of `timeout` here: nobody typed a flag. */
function relabelled(
  message: string,
  fields: readonly FieldFault[],
  calledAs: ReadonlyMap<string, string>,
): string {
  return fields.reduce((text, { field, label, message: words }) => {
    const name = calledAs.get(field) ?? (field === '' || label.startsWith('"') ? label : field)
    // Only whole words of ours are replaced: a value may look like any label.
    const line = `${label} ${words}`
    return text.startsWith(line) || text.includes(`\n${line}`)
      ? text.replace(line, () => `${name} ${words}`)
      : text
  }, message)
}

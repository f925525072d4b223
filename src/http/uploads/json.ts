import { Writable } from 'node:stream'
import { isNestedTooDeep } from '../nesting.ts'
import { malformed } from './errors.ts'
import { MOST_FIELDS } from './form.ts'

/** A body that is kept in memory; what feeds it holds it to its limit. */
export function collect(): { target: Writable; bytes(): Buffer } {
  const parts: Buffer[] = []
  const target = new Writable({
    write(part: Buffer, _encoding, done) {
      parts.push(part)
      done()
    },
  })
  return { target, bytes: () => Buffer.concat(parts) }
}

/** The members of an object. Throws LabError for what is no JSON, no UTF-8, no object, nested too deep, or too wide. */
export function parseFields(bytes: Buffer): Record<string, unknown> {
  const value = parsed(decoded(bytes))
  if (isNestedTooDeep(value))
    throw malformed('The body is nested too deep.', 'Send the arguments by name: {"family": "socA", …}')
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const members = Object.entries(value)
    if (members.length > MOST_FIELDS)
      throw malformed(`There are more than ${MOST_FIELDS} members in the body.`, 'Send only what it takes.')
    return Object.fromEntries(members)
  }
  throw malformed('The body is JSON, but no object.', 'Send the arguments by name: {"family": "socA", …}')
}

/** JSON between programs is UTF-8 (RFC 8259, 8.1). */
function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw malformed('The body is not in UTF-8.', 'Encode it as UTF-8.', error)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // Not the parser's own words: they repeat what was sent.
    throw malformed('The body is no JSON.', 'Look at its quotes and commas: jq . < body.json', error)
  }
}

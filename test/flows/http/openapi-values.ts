/** Values for the parameters and bodies of a document: by their schemas, and not. */

import fc from 'fast-check'
import type { Schema } from './openapi-document.ts'

/** What the lab of the test has: values that are understood, by the name of the parameter. */
export type Known = Readonly<Record<string, readonly unknown[]>>

/** Text that somebody may mean harm with, or means nothing by. */
const ODD_TEXTS = [
  '',
  ' ',
  '..',
  '../../../etc/passwd',
  '%00',
  '\u0000',
  '\u001b[2J\u001b]0;x\u0007',
  '\u009b31m',
  'a\r\nSet-Cookie: x=1',
  '\u202esoca',
  '\ufeff',
  '__proto__',
  'constructor',
  '<script>alert(1)</script>',
  '<!channel>',
  '--yes',
  '-1',
  '0x10',
  '1e309',
  'NaN',
  'null',
  'true',
  '[]',
  '{}',
  'T0',
  'T99999999999999999999',
  'L0',
  'queue',
  'é'.repeat(300),
  'x'.repeat(5_000),
]

export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  oddText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(1e308, -0, 2 ** 53, 1.5, {}, [], [[]], null, { __proto__: null, length: 3 }),
)

/** By its schema; where the lab knows such a name, mostly something that is there. */
export function fitting(name: string, schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const here = known[name]
  const any = bySchema(name, schema, known)
  if (here === undefined) return any
  // What boards are made to run is only what this test means.
  if (name === 'shell') return fc.constantFrom(...here)
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...here) }, any)
}

function bySchema(name: string, schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const { enum: choices, anyOf, items, type } = schema
  if (choices !== undefined) return fc.constantFrom(...choices)
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(each => bySchema(name, each, known)))
  switch (Array.isArray(type) ? type[0] : type) {
    case 'integer':
    case 'number':
      return fc.integer({ min: 0, max: 100 })
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(bySchema(name, items ?? {}, known), { maxLength: 3 })
    case 'object':
      return fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), fc.string({ maxLength: 8 }), { maxKeys: 2 })
    default:
      return fc.string({ minLength: 1, maxLength: 12 })
  }
}

/** What is required, and few of the others: of many at random one would always be wrong. */
export function record(
  schemas: Readonly<Record<string, Schema>>,
  drawn: (name: string, schema: Schema) => fc.Arbitrary<unknown>,
  required: readonly string[] = [],
): fc.Arbitrary<Record<string, unknown>> {
  const others = Object.keys(schemas).filter(name => !required.includes(name))
  return fc.subarray(others, { maxLength: Math.min(2, others.length) }).chain(some => {
    const all = [...required, ...some].map(name => [name, drawn(name, schemas[name] ?? {})] as const)
    return fc.record(Object.fromEntries(all))
  })
}

/** Of an object's members; where any of several will do, the first. */
export function requiredIn({ required = [], allOf = [] }: Schema): readonly string[] {
  return [...required, ...allOf.flatMap(({ anyOf = [] }) => anyOf[0]?.required ?? [])]
}

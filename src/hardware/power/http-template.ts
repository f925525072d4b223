import { z } from 'zod'

/** `{outlet}` is the outlet's number, `{index}` one less, for devices that count from 0. */
export const Template = z
  .string()
  .refine(
    text => !/\{(?!outlet\}|index\})[a-z]+\}/i.test(text),
    'has {…} that is neither {outlet} nor {index}',
  )

/** What the answer looks like in one state: has a text, fits a pattern (case ignored), or has a value in its JSON. */
export const MatchSchema = z
  .strictObject({
    contains: Template.min(1).optional(),
    pattern: Template.refine(isPattern, 'is no regular expression').optional(),
    /** RFC 6901: `/outputs/{index}/state` */
    pointer: Template.regex(/^(\/.*)?$/, 'begins with /').optional(),
    equals: z.union([z.string(), z.number(), z.boolean()]).optional(),
  })
  .refine(
    ({ contains, pattern, pointer }) =>
      [contains, pattern, pointer].filter(way => way !== undefined).length === 1,
    'needs exactly one of contains, pattern and pointer',
  )
  .refine(
    match => (match.pointer === undefined) === (match.equals === undefined),
    'pointer and equals go together',
  )

export type Match = z.infer<typeof MatchSchema>

export function fill(template: string, outlet: number): string {
  return template.replaceAll('{outlet}', String(outlet)).replaceAll('{index}', String(outlet - 1))
}

export function matches(
  { contains, pattern, pointer, equals }: Match,
  text: string,
  outlet: number,
): boolean {
  if (contains !== undefined) return text.includes(fill(contains, outlet))
  if (pattern !== undefined) return new RegExp(fill(pattern, outlet), 'i').test(text)
  return pointer !== undefined && valueAt(fill(pointer, outlet), text) === equals
}

/** The value that an RFC 6901 pointer leads to; undefined where it leads nowhere, or the text is no JSON. */
function valueAt(pointer: string, text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

function isPattern(text: string): boolean {
  try {
    new RegExp(fill(text, 1), 'i')
    return true
  } catch {
    return false
  }
}

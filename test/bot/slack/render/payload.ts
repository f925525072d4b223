/** What is in a payload, wherever it stands. */

export type Json = Readonly<Record<string, unknown>>

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Every object in it, from the outside in. */
export function objectsIn(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn)
  return isJson(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : []
}

export function ofType(value: unknown, ...types: readonly string[]): readonly Json[] {
  return objectsIn(value).filter(each => typeof each['type'] === 'string' && types.includes(each['type']))
}

export function buttonsIn(value: unknown): readonly unknown[] {
  return ofType(value, 'button').map(each => (isJson(each['text']) ? each['text']['text'] : null))
}

/** All texts that stand for themselves, joined. */
export function wordsIn(value: unknown): string {
  return ofType(value, 'text', 'plain_text', 'raw_text', 'link')
    .map(each => String(each['text']))
    .join('\n')
}

/** Foreign JSON, read loosely: what is not there, or is something else, is empty. */

export type Json = { [key: string]: unknown }

export function recordOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

export function recordsOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(recordOf) : []
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What a text object says: plain_text, mrkdwn, raw_text. */
export function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : textOf(recordOf(value)['text'])
}

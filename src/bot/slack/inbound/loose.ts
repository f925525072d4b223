import type { Millis } from '../../../clock.ts'
import type { SlackFile } from '../types.ts'

/** What others send is read loosely: a field that is missing, or of another kind, is not there. */

export type Loose = Readonly<Record<string, unknown>>

export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as Loose)[name]
  }
  return found
}

/** Null for what is no text, and for none. */
export function textAt(value: unknown, ...path: readonly string[]): string | null {
  const found = at(value, ...path)
  return typeof found === 'string' && found !== '' ? found : null
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** Slack's times are seconds with a fraction, in text: `1355517523.000005`. */
export function timeOf(ts: string | null): Millis | null {
  return ts !== null && /^[0-9]{1,11}(\.[0-9]{1,9})?$/.test(ts) ? Math.floor(Number(ts) * 1_000) : null
}

/** Those whose bytes can be had (docs.slack.dev, reference/objects/file-object). */
export function filesAt(value: unknown, ...path: readonly string[]): readonly SlackFile[] {
  return listAt(value, ...path).flatMap(file => {
    const id = textAt(file, 'id')
    const url = textAt(file, 'url_private_download') ?? textAt(file, 'url_private')
    if (id === null || url === null) return []
    const size = at(file, 'size')
    return [
      { id, url, name: textAt(file, 'name') ?? 'file', size: isSize(size) ? size : null },
    ] satisfies SlackFile[]
  })
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Conversations of two have ids of their own kind (docs.slack.dev, reference/objects/conversation-object). */
export function isDirect(channel: string): boolean {
  return channel.startsWith('D')
}

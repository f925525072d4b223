/** Addresses that answers name: of what was created, and of the next page. Relative: a proxy may add a path. */

import { parseLine } from '../../commands/grammar.ts'
import type { AnyCommand } from '../../commands/types.ts'

const PLACES: Readonly<Record<string, string>> = { run: 'tests/{id}/status', lease: 'lease/{id}' }

/** Where `run/T12` is, from a request to `path` (`/api/v1/tests`); null for what has no address of its own. */
export function locationOf(topic: string | null, path: string): string | null {
  const [kind = '', id = ''] = topic?.split('/') ?? []
  const place = Object.hasOwn(PLACES, kind) ? PLACES[kind] : undefined
  if (place === undefined) return null
  const below = path.split('/').slice('/api/v1/'.split('/').length - 1)
  return `${'../'.repeat(Math.max(0, below.length - 1))}${place.replace('{id}', encodeURIComponent(id))}`
}

/** `<?family=socA&before=T12>; rel="next"` (RFC 8288) for a result that says how the older ones are asked for. */
export function nextLink(result: unknown, commands: readonly AnyCommand[]): string | null {
  const older = typeof result === 'object' && result !== null && 'older' in result ? result.older : null
  const parsed = typeof older === 'string' ? parseLine(older, commands) : null
  if (parsed?.ok !== true) return null
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parsed.bound.raw))
    for (const each of Array.isArray(value) ? value : [value]) query.append(name, String(each))
  return `<?${query.toString()}>; rel="next"`
}

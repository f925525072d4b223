import type { Context } from 'koa'

export type Params = Readonly<Record<string, string>>
export type Route = {
  /** `/artifacts/:run/:file`: a word after a colon stands for one segment. */
  path: string
  methods: readonly string[]
  handle(ctx: Context, params: Params): void | Promise<void>
}

/** The route of a raw path and what its words stand for; 'unreadable' when a segment is no valid encoding. */
export function findRoute(
  routes: readonly Route[],
  path: string,
): { route: Route; params: Params } | 'none' | 'unreadable' {
  // Segments are split first and decoded then, so that an encoded stroke stays part of its name.
  const segments = decodeAll(path.split('/'))
  if (segments === null) return 'unreadable'
  for (const route of routes) {
    const params = match(route.path.split('/'), segments)
    if (params !== null) return { route, params }
  }
  return 'none'
}

function decodeAll(segments: readonly string[]): readonly string[] | null {
  try {
    return segments.map(decodeURIComponent)
  } catch {
    return null
  }
}

function match(pattern: readonly string[], segments: readonly string[]): Params | null {
  if (pattern.length !== segments.length) return null
  const params: Record<string, string> = {}
  for (const [i, part] of pattern.entries()) {
    const segment = segments[i] ?? ''
    if (!part.startsWith(':')) {
      if (part !== segment) return null
    } else if (segment === '') {
      return null
    } else {
      params[part.slice(1)] = segment
    }
  }
  return params
}

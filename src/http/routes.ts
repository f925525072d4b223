import type { Context } from 'koa'
import type { HttpCaller } from './types.ts'

export type Params = Readonly<Record<string, string>>
type Place = {
  /** `/artifacts/:run/:file`: a word after a colon stands for one segment. */
  path: string
  methods: readonly string[]
}

/** `anyone`: it lets in whom it wants itself. `page`: whoever reaches the port, where no setting asks for a key. */
export type Route =
  | (Place & { access: 'anyone' | 'page'; handle(ctx: Context, params: Params): void | Promise<void> })
  | (Place & {
      access: 'api'
      handle(ctx: Context, params: Params, caller: HttpCaller): void | Promise<void>
    })

export type Found =
  | { kind: 'found'; route: Route; params: Params }
  /** There is such a path, and not by this method. */
  | { kind: 'method'; allowed: readonly string[] }
  | { kind: 'none' }
  /** A segment is no valid encoding. */
  | { kind: 'unreadable' }

export type Router = (method: string, path: string) => Found

/** A literal segment goes before a word in its place, whatever the order of the routes. */
export function createRouter(routes: readonly Route[]): Router {
  const compiled = routes.map(route => ({ route, parts: route.path.split('/') })).sort(literalFirst)
  return (method, path) => {
    // Segments are split first and decoded then, so that an encoded stroke stays part of its name.
    const segments = decodeAll(path.split('/'))
    if (segments === null) return { kind: 'unreadable' }
    const allowed = new Set<string>()
    let pattern: string | null = null
    for (const { route, parts } of compiled) {
      const params = match(parts, segments)
      // What a word stands for is no other route's literal.
      if (params === null || (pattern !== null && shapeOf(route.path) !== pattern)) continue
      pattern = shapeOf(route.path)
      if (route.methods.includes(method)) return { kind: 'found', route, params }
      for (const each of route.methods) allowed.add(each)
    }
    return allowed.size === 0 ? { kind: 'none' } : { kind: 'method', allowed: [...allowed] }
  }
}

type Compiled = { route: Route; parts: readonly string[] }

/** By their patterns, where a word comes behind every literal: a whole order, whatever is compared with what. */
function literalFirst(a: Compiled, b: Compiled): number {
  const [one, other] = [a, b].map(({ parts }) =>
    parts.map(part => (part.startsWith(':') ? LAST : part)).join('/'),
  )
  return one === other ? 0 : (one ?? '') < (other ?? '') ? -1 : 1
}

const LAST = '\uffff'

/** `/tests/:id` and `/tests/:run` are one place. */
function shapeOf(path: string): string {
  return path.replace(/:[^/]+/g, ':')
}

function decodeAll(segments: readonly string[]): readonly string[] | null {
  try {
    return segments.map(decodeURIComponent)
  } catch {
    return null
  }
}

function match(parts: readonly string[], segments: readonly string[]): Params | null {
  if (parts.length !== segments.length) return null
  const params: Record<string, string> = {}
  for (const [i, part] of parts.entries()) {
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

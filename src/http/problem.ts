import { STATUS_CODES } from 'node:http'
import type { Context } from 'koa'
import { clean } from '../cards/text.ts'

/** An answer that is not what was asked for: problem details (RFC 9457), or the same as plain text. */
export type Problem = {
  status: number
  code: string
  /** What happened, with values. */
  detail: string
  /** What to do next. */
  hint: string
  headers?: Readonly<Record<string, string>>
  /** Members of its own: `nearest`, `reference`. */
  more?: Readonly<Record<string, unknown>>
}

export function answerProblem(ctx: Context, problem: Problem): void {
  const { status, code, detail, hint, headers = {}, more = {} } = problem
  ctx.status = status
  ctx.set({ 'Cache-Control': 'no-store', ...headers })
  ctx.vary('Accept')
  if (wantsText(ctx)) {
    ctx.type = 'text/plain; charset=utf-8'
    ctx.body = `${harmless(detail)}\n${harmless(hint)}\n`
  } else {
    ctx.type = 'application/problem+json'
    const title = STATUS_CODES[status] ?? 'Error'
    ctx.body = JSON.stringify({ type: 'about:blank', title, status, detail, code, hint, ...more }, harmlessly)
  }
}

/** It repeats what was sent, and is read at terminals: what would steer one is taken out (P28). Lines stay lines. */
function harmless(text: string): string {
  return text.split('\n').map(clean).join('\n')
}

function harmlessly(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? harmless(value) : value
}

const JSON_TYPES = ['application/json', 'application/problem+json']
const TEXT_TYPES = ['text/plain', 'text/html']

/** People who follow a link get text, programs JSON; whoever accepts anything is a program only where none but they call. */
function wantsText(ctx: Context): boolean {
  const isApi = ctx.path.startsWith('/api/') || ctx.path.startsWith('/webhooks/')
  const best = ctx.accepts(isApi ? [...JSON_TYPES, ...TEXT_TYPES] : [...TEXT_TYPES, ...JSON_TYPES])
  return best === false ? !isApi : TEXT_TYPES.includes(best)
}

export function notFound(detail: string, hint: string, nearest: readonly string[] = []): Problem {
  const more = nearest.length > 0 ? { nearest } : {}
  return { status: 404, code: 'not-found', detail, hint, more }
}

export function notThatMethod(method: string, path: string, allowed: readonly string[]): Problem {
  const Allow = allowed.join(', ')
  const detail = `${method} is not possible on ${path}.`
  return { status: 405, code: 'method', detail, hint: `Use one of: ${Allow}.`, headers: { Allow } }
}

import type { Core } from '../core.ts'
import { type Json, textOf } from '../loose.ts'
import { Refused, refuseIf } from '../refused.ts'
import type { Conversation } from '../workspace.ts'

/** What a method of the Web API is given, and what several of them ask first. */

export type Call = { core: Core; method: string; args: Json }

/** A required argument. Throws Refused `invalid_arguments`. */
export function needed({ core, method, args }: Call, name: string): string {
  const value = textOf(args[name])
  if (value !== '') return value
  core.workspace.complain('invalid_arguments', method, `no ${name}`)
  const messages = [`[ERROR] missing required field: ${name}`]
  throw new Refused('invalid_arguments', { response_metadata: { messages } })
}

/** A conversation that the app can see. Throws Refused `channel_not_found`. */
export function seen({ core }: Call, id: string): Conversation {
  const found = core.workspace.conversations.get(id)
  const isMember = found?.members.has(core.workspace.bot.user) ?? false
  // A private one that the app is not in does not exist for it.
  if (!found || (found.kind !== 'public' && !isMember)) throw new Refused('channel_not_found')
  return found
}

/** A conversation in which the app may write. Throws Refused, also `not_in_channel`, `is_archived`. */
export function writable(call: Call, id: string): Conversation {
  const found = seen(call, id)
  refuseIf(found.isArchived, 'is_archived')
  const isPublicPost = call.method === 'chat.postMessage' && has(call, 'chat:write.public')
  refuseIf(!found.members.has(call.core.workspace.bot.user) && !isPublicPost, 'not_in_channel')
  return found
}

export function has({ core }: Call, scope: string): boolean {
  return core.workspace.app.rights.scopes.includes(scope)
}

/** The scope that reading (or listing) a conversation of this kind takes. */
export function scopeFor(kind: Conversation['kind'], right: 'read' | 'history'): string {
  return `${{ public: 'channels', private: 'groups', im: 'im' }[kind]}:${right}`
}

/** Throws Refused `missing_scope`. */
export function refuseWithout(call: Call, scope: string): void {
  if (has(call, scope)) return
  const provided = call.core.workspace.app.rights.scopes.join(',')
  call.core.workspace.complain('missing_scope', call.method, `needs ${scope}`)
  throw new Refused('missing_scope', { needed: scope, provided })
}

export function isYes(value: unknown): boolean {
  return value === true || value === 'true' || value === '1' || value === 1
}

/** A page of a list, with the cursor of the next one. */
export function page<T>(
  args: Json,
  items: readonly T[],
  usual: number,
  most: number,
): { items: T[]; next: string } {
  const limit = Number(args['limit'] ?? usual)
  refuseIf(!Number.isInteger(limit) || limit < 1 || limit > most, 'invalid_limit')
  const cursor = textOf(args['cursor'])
  const start = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString().slice('at:'.length))
  refuseIf(!Number.isInteger(start), 'invalid_cursor')
  const end = start + limit
  const next = end < items.length ? Buffer.from(`at:${end}`).toString('base64') : ''
  return { items: items.slice(start, end), next }
}

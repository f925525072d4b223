import type { Context } from 'koa'

/** Where a reader that comes again was: the journal's number, or a log's place, that was its last id; 0 for a new one. */
export function lastEventId(ctx: Context): number {
  const text = ctx.get('Last-Event-ID')
  return /^\d{1,15}$/.test(text) ? Number(text) : 0
}

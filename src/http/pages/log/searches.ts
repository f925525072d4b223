/** Searches of logs, for pages and for their scripts: each may read a gigabyte, and no crowd of them may hold up the lab. */

import type { Context } from 'koa'
import type { Problem } from '../../problem.ts'
import { createGate } from '../../uploads/gate.ts'
import { tooManySearches } from './asked.ts'

const MOST = 8

export type Searches = {
  /** What `look` finds; the problem that too many look just now; null when the reader left, and nothing is answered. */
  run<T>(
    ctx: Context,
    look: (signal: AbortSignal) => Promise<T>,
  ): Promise<{ found: T } | { problem: Problem } | null>
}

export function createSearches(): Searches {
  const gate = createGate(MOST)
  return {
    async run(ctx, look) {
      if (!gate.take()) return { problem: tooManySearches(gate.taken) }
      const left = new AbortController()
      const onClose = (): void => left.abort(new Error('its reader left'))
      ctx.res.once('close', onClose)
      try {
        return { found: await look(left.signal) }
      } catch (error) {
        // Nobody hears the answer.
        if (!left.signal.aborted) throw error
        ctx.respond = false
        return null
      } finally {
        ctx.res.off('close', onClose)
        gate.release()
      }
    },
  }
}

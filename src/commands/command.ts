import type { z } from 'zod'
import type { Command } from './types.ts'

/** A record with its argument and result types found from its schemas. */
export function command<A extends z.ZodObject, R>(record: Command<A, R>): Command<A, R> {
  return record
}

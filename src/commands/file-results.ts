/** The shapes of files between here and a board, as `results.ts` gives them, and of who and why beside them. */

import { z } from 'zod'
import { CAUSES, type Failure } from '../errors.ts'
import type { Person, RunResult, Transfer } from '../lab/types.ts'

const millis = z.number()
const text = z.string()

export const person: z.ZodType<Person> = z.object({ id: text, name: text, platform: text })

export const failure: z.ZodType<Failure> = z.object({
  class: z.enum(['test', 'infrastructure', 'input', 'cancelled', 'timeout']),
  cause: z.enum(CAUSES),
  blame: z.enum(['board', 'site', 'lab', 'none']),
})

export const file = z.object({ name: text, size: z.number(), sha256: text, type: text, storedAt: millis })

export const copied = z
  .object({
    bytes: z.number(),
    durationMs: millis,
    repaired: z.number(),
    way: z.enum(['sftp', 'raw', 'base64', 'octal']).optional(),
    packed: z.boolean().optional(),
    resumed: z.number().optional(),
    note: text.optional(),
  })
  .nullable() as z.ZodType<RunResult['copied']>

export const collected = z.object({
  files: z.array(z.object({ name: text, path: text })),
  none: z.array(text),
  folders: z.array(z.object({ pattern: text, count: z.number() })).exactOptional(),
  left: z.array(z.object({ path: text, why: text })),
  problem: text.nullable(),
  failure: failure.exactOptional(),
})

/** A file on its way to or from a leased board. */
export const transfer: z.ZodType<Transfer> = z.object({
  id: text,
  rev: z.number(),
  board: text,
  by: person,
  startedAt: millis,
  endedAt: millis.nullable(),
  what: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('send'), name: text, file: text, size: z.number(), to: text }),
    z.object({ kind: z.literal('fetch'), patterns: z.array(text) }),
  ]),
  copied,
  collected: collected.nullable(),
  files: z.array(file),
  failure: failure.nullable(),
  message: text.nullable(),
  hint: text.nullable(),
})

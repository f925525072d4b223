/** The shapes of what consoles told about failing. */

import { z } from 'zod'
import type { ConsoleEvent, Incident } from '../lab/types.ts'
import { FINDING_KINDS } from '../reading/types.ts'

const text = z.string()
const lines = z.tuple([z.number(), z.number()])
const kind = z.enum(FINDING_KINDS)
const severity = z.enum(['ends', 'told'])

const consoleEvent: z.ZodType<ConsoleEvent> = z.object({ at: z.number(), kind, severity, title: text, lines })

/** Of a result, and of an attempt that was made anew. */
export const told = {
  lines: lines.exactOptional(),
  events: z.array(consoleEvent).exactOptional(),
  omitted: z.number().exactOptional(),
}

export const incident: z.ZodType<Incident> = z.object({
  cause: z.enum(['panic', 'oops', 'bug', 'warning', 'lockup', 'reset', 'boot', 'out of memory']),
  kind,
  severity,
  title: text,
  at: z.number(),
  proof: z.array(text),
  offset: z.number(),
  during: text.nullable(),
  test: text.exactOptional(),
  by: text.exactOptional(),
  blame: z.enum(['board', 'use', 'power', 'site', 'kernel']).exactOptional(),
})

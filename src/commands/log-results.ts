import { z } from 'zod'
import type { LogLine } from '../lab/lab.ts'

const logLine: z.ZodType<LogLine> = z.object({
  t: z.number(),
  text: z.string(),
  mark: z.enum(['connected', 'lost', 'dropped']).optional(),
}) as z.ZodType<LogLine>

/** Of every command that shows a log: what was found, and how it was asked for. */
export const logLines = {
  lines: z.array(logLine),
  total: z.number(),
  matched: z.number(),
  /** Place in the log behind the last whole line. */
  next: z.number(),
  grep: z.string().nullable(),
  times: z.boolean(),
  follow: z.boolean(),
}

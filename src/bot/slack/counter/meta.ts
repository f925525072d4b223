/** What a form carries along unseen (private_metadata, at most 3000 characters): where it was asked for, and its file. */

import { z } from 'zod'
import type { Place, SlackFile } from '../types.ts'

export type FormMeta = {
  command: string
  place: Place
  /** Known before the form was opened: it needs not be chosen again. */
  file: SlackFile | null
}

const LONGEST = 3000

const file = z.object({ id: z.string(), name: z.string(), size: z.number().nullable(), url: z.string() })
const stored = z.object({
  c: z.string(),
  ch: z.string(),
  th: z.string().nullable(),
  d: z.boolean(),
  f: file.optional(),
})

export function writeMeta({ command, place, file: known }: FormMeta): string {
  const base = { c: command, ch: place.channel, th: place.thread, d: place.isDirect }
  const text = JSON.stringify({ ...base, ...(known === null ? {} : { f: known }) })
  // Without its file the form asks for it again.
  return text.length <= LONGEST ? text : JSON.stringify(base)
}

/** Null for anything that is none of ours. */
export function readMeta(text: string): FormMeta | null {
  const parsed = stored.safeParse(jsonOf(text))
  if (!parsed.success) return null
  const { c, ch, th, d, f } = parsed.data
  return { command: c, place: { channel: ch, thread: th, isDirect: d }, file: f ?? null }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

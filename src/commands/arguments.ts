/** Arguments that several commands take. */

import { z } from 'zod'
import { parseDuration } from '../duration.ts'
import { parseId } from '../ids.ts'
import type { Priority, PriorityName } from '../lab/types.ts'
import { argument } from './argument.ts'
import type { ArgumentMeta } from './types.ts'

type More = Partial<ArgumentMeta>

const PRIORITIES: Readonly<Record<PriorityName, Priority>> = { high: 1, normal: 2, low: 3 }
const priorityNames = z.enum(['high', 'normal', 'low'])
const toPriority = (name: PriorityName): Priority => PRIORITIES[name]

export function priorityArgument(more: More) {
  return argument(priorityNames.transform(toPriority), { label: 'PRIORITY', ...more })
}

export function priorityFlag(more: More) {
  const schema = z.optional(priorityNames).default('normal')
  return argument(schema.transform(toPriority), { label: 'PRIORITY', flag: 'priority', ...more })
}

/** `30m`, `2h`, `90s`, `1h30m` as milliseconds. */
function duration() {
  return z.string().transform((text, ctx) => {
    const ms = parseDuration(text)
    if (ms !== null && ms > 0) return ms
    ctx.issues.push({
      code: 'custom',
      message: `"${text}" is no duration: write 90s, 30m, 2h or 1h30m`,
      input: text,
    })
    return z.NEVER
  })
}

export function durationArgument(meta: ArgumentMeta) {
  return argument(duration(), meta)
}

export function optionalDuration(meta: ArgumentMeta) {
  return argument(duration().optional(), meta)
}

function id(kind: 'T' | 'L', what: string, label: string, more: More) {
  const schema = z.string().transform((text, ctx) => {
    if (parseId(kind, text) !== null) return text.toUpperCase()
    const message = `"${text}" is no ${what}: they are written ${kind}12`
    ctx.issues.push({ code: 'custom', message, input: text })
    return z.NEVER
  })
  return argument(schema, { label, place: 0, hint: `The ${what}, such as ${kind}12.`, ...more })
}

export function testId(more: More = {}) {
  return id('T', 'test', 'TEST', more)
}

export function leaseId(more: More = {}) {
  return id('L', 'lease', 'LEASE', more)
}

export function boardArgument(more: More = {}) {
  return argument(z.string(), {
    label: 'BOARD',
    place: 0,
    lookup: 'boards',
    hint: 'A board of the lab.',
    ...more,
  })
}

export function optionalText(meta: ArgumentMeta) {
  return argument(z.string().optional(), meta)
}

export function switchFlag(meta: ArgumentMeta) {
  return argument(z.boolean().default(false), meta)
}

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
  return argument(duration(), { duration: true, ...meta })
}

export function optionalDuration(meta: ArgumentMeta) {
  return argument(duration().optional(), { duration: true, ...meta })
}

function id(kind: 'T' | 'L' | 'A', what: string, label: string, more: More) {
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

export function alertId() {
  return id('A', 'alert', 'ALERT', {})
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

/** For listings: those of one family. */
export function familyFlag() {
  return optionalText({ label: 'FAMILY', flag: 'family', lookup: 'families', hint: 'Only of this family.' })
}

/** One of the consoles of the board, or of the lease's board, that the command names. */
export function consoleFlag() {
  return optionalText({
    label: 'NAME',
    flag: 'console',
    lookup: 'consoles',
    hint: 'One of its other consoles, such as uart1.',
  })
}

export function optionalText(meta: ArgumentMeta) {
  return argument(z.string().optional(), meta)
}

const MOST_PATTERNS = 20
const LONGEST_PATTERN = 200

/** Of files on a board: read from the folder the program runs in, or absolute. */
export function pattern() {
  return z.string().transform((text, ctx) => {
    const message = wrongPattern(text)
    if (message === null) return text
    ctx.issues.push({
      code: 'custom',
      message: `${JSON.stringify(text)} is no pattern: ${message}`,
      input: text,
    })
    return z.NEVER
  })
}

function wrongPattern(text: string): string | null {
  if (text === '' || text.endsWith('/')) return 'it names no file; write results/*.xml'
  if (/[\u0000-\u001f\u007f]/.test(text) || !text.isWellFormed()) return 'it has a control character in it'
  return text.length > LONGEST_PATTERN ? `it is longer than ${LONGEST_PATTERN} characters` : null
}

export function patternsFlag() {
  const schema = z
    .array(pattern())
    .max(MOST_PATTERNS, `may be given ${MOST_PATTERNS} times at most`)
    .default([])
  return argument(schema, {
    label: 'GLOB',
    flag: 'collect',
    lines: true,
    hint: 'Files to keep when it has ended, such as results/*.xml; may be given again.',
  })
}

export function switchFlag(meta: ArgumentMeta) {
  return argument(z.boolean().default(false), meta)
}

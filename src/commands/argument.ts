/** What is known of a command's arguments: how each is typed (metadata) and what it takes (its schema). */

import { z } from 'zod'
import type { AnyCommand, ArgumentMeta } from './types.ts'

const metadata = z.registry<ArgumentMeta>()

/** Says how an argument is typed; its label or hint becomes its description in the JSON Schema. */
export function argument<S extends z.ZodType>(schema: S, meta: ArgumentMeta): S {
  const described = schema.describe(meta.hint ?? meta.label)
  metadata.add(described, meta)
  return described
}

export type Shape = 'text' | 'number' | 'switch' | 'pairs' | 'list' | 'choice'

export type Argument = {
  name: string
  meta: ArgumentMeta
  shape: Shape
  required: boolean
  choices: readonly string[]
  /** What it is when it is not given, as typed. */
  initial: string | null
}

/** In the order in which they are declared. Throws when one has no metadata: a fault of ours, found by the first test. */
export function argumentsOf(command: Pick<AnyCommand, 'name' | 'args'>): readonly Argument[] {
  const shape: Record<string, z.ZodType> = command.args.shape
  return Object.entries(shape).map(([name, schema]) => {
    const meta = metadata.get(schema)
    if (meta === undefined) throw new TypeError(`argument ${name} of ${command.name} has no metadata`)
    const { inner, required, initial } = unwrap(schema)
    return { name, meta, shape: shapeOf(inner), required, choices: choicesOf(inner), initial }
  })
}

function unwrap(schema: z.ZodType): { inner: z.ZodType; required: boolean; initial: string | null } {
  let inner = schema
  let required = true
  let initial: string | null = null
  for (;;) {
    if (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) {
      required = false
      if (inner instanceof z.ZodDefault) initial = initialText(inner.def.defaultValue)
      inner = inner.unwrap() as z.ZodType
    } else if (inner instanceof z.ZodPipe) inner = inner.in as z.ZodType
    else return { inner, required, initial }
  }
}

function initialText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}

function shapeOf(schema: z.ZodType): Shape {
  if (schema instanceof z.ZodBoolean) return 'switch'
  if (schema instanceof z.ZodRecord) return 'pairs'
  if (schema instanceof z.ZodArray) return 'list'
  if (schema instanceof z.ZodEnum) return 'choice'
  return schema instanceof z.ZodNumber ? 'number' : 'text'
}

function choicesOf(schema: z.ZodType): readonly string[] {
  return schema instanceof z.ZodEnum ? schema.options.map(String) : []
}

/** `FAMILY`, `--timeout 30m`, `-- ARGS`: as it is written in usages and errors. */
export function written({ meta, shape, choices }: Argument): string {
  if (meta.rest) return `-- ${meta.label}`
  if (meta.flag === undefined) return meta.label
  if (shape === 'switch') return `--${meta.flag}`
  return `--${meta.flag} ${choices.length > 0 && choices.length <= 4 ? choices.join('|') : meta.label}`
}

/** `run-test FAMILY [BINARY] [-- ARGS] [flags]`: places first, flags by name. */
export function usage(command: Pick<AnyCommand, 'name' | 'args'>): string {
  const all = argumentsOf(command)
  const places = all.filter(each => each.meta.place !== undefined).sort(byPlace)
  const flags = all.filter(each => each.meta.flag !== undefined)
  const rest = all.filter(each => each.meta.rest)
  const word = (each: Argument): string => (each.required ? written(each) : `[${written(each)}]`)
  return [command.name, ...places.map(word), ...flags.map(word), ...rest.map(word)].join(' ')
}

export function byPlace(a: Argument, b: Argument): number {
  return (a.meta.place ?? 0) - (b.meta.place ?? 0)
}

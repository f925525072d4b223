import { z } from 'zod'
import { type Unit, unitOf, writtenKey } from './units.ts'

/** What a schema expects, as far as keys and plain types go; drawn from its JSON Schema, so it works on any driver's. */
export type Shape = {
  /** `string`, `integer`, `object` and so on; empty where anything goes. */
  types: ReadonlySet<string>
  /** Known keys as they are written in the file; null where keys are free. */
  fields: ReadonlyMap<string, Field> | null
  /** The values under free keys. */
  rest: Shape | null
  items: Shape | null
}
export type Field = { name: string; shape: Shape; unit: Unit | null }

export const ANYTHING: Shape = { types: new Set(), fields: null, rest: null, items: null }

/** By the schema itself: a file has many boards, and each is read by the same few schemas. */
const shapes = new WeakMap<z.ZodType, Shape>()

export function shapeOf(schema: z.ZodType): Shape {
  const known = shapes.get(schema)
  if (known !== undefined) return known
  const shape = shapeFrom(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }))
  shapes.set(schema, shape)
  return shape
}

function shapeFrom(json: unknown): Shape {
  if (!isRecord(json)) return ANYTHING
  const alternatives = [json['anyOf'], json['oneOf'], json['allOf']].flatMap(list =>
    Array.isArray(list) ? list.map(shapeFrom) : [],
  )
  return alternatives.reduce(together, {
    types: new Set([json['type']].flat().filter(type => typeof type === 'string')),
    fields: isRecord(json['properties']) ? fieldsFrom(json['properties']) : null,
    rest: isRecord(json['additionalProperties']) ? shapeFrom(json['additionalProperties']) : null,
    items: json['items'] === undefined ? null : shapeFrom(json['items']),
  })
}

function fieldsFrom(properties: Record<string, unknown>): Map<string, Field> {
  const fields = new Map<string, Field>()
  for (const [name, json] of Object.entries(properties)) {
    const shape = shapeFrom(json)
    const unit = isNumeric(shape.items ?? shape) ? unitOf(name) : null
    fields.set(writtenKey(name, unit), { name, shape, unit })
  }
  return fields
}

/** A union takes what any of its members takes; which member it must be then is for the schema to say. */
function together(a: Shape, b: Shape): Shape {
  return {
    types: new Set([...a.types, ...b.types]),
    fields: a.fields === null ? b.fields : b.fields === null ? a.fields : fieldsTogether(a.fields, b.fields),
    rest: a.rest ?? b.rest,
    items: a.items ?? b.items,
  }
}

function fieldsTogether(a: ReadonlyMap<string, Field>, b: ReadonlyMap<string, Field>): Map<string, Field> {
  const fields = new Map(a)
  for (const [key, field] of b) {
    const other = fields.get(key)
    fields.set(key, other === undefined ? field : { ...field, shape: together(other.shape, field.shape) })
  }
  return fields
}

export function isNumeric(shape: Shape): boolean {
  return shape.types.size > 0 && [...shape.types].every(type => type === 'number' || type === 'integer')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

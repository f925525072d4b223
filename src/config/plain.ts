import { nearest } from './nearest.ts'
import type { Problem } from './problems.ts'
import { ANYTHING, isNumeric, type Shape } from './shape.ts'
import { type Branch, type Node, pathTo, type Scalar } from './tree.ts'
import type { Unit } from './units.ts'

export type Reading = {
  problems: Problem[]
  /** Nodes of which a problem was already told. */
  told: Set<Node>
  /** Maps with an unknown key: what is wrong with such a map as a whole comes from that. */
  stray: Set<Node>
  /** Keys that this map takes beside those of its shape; only for suggesting them. */
  also: readonly string[]
  /** Keys that the caller took out of this map. */
  taken: ReadonlySet<string>
}

const NONE: ReadonlySet<string> = new Set()

/** The value that a schema is asked about: keys in our spelling, values with a unit as numbers; unknown keys told and left out. */
export function plainOf(node: Node, shape: Shape, reading: Reading, unit: Unit | null = null): unknown {
  switch (node.kind) {
    case 'unread':
      reading.told.add(node)
      return undefined
    case 'scalar':
      return unit === null ? plainScalar(node, shape) : withUnit(node, unit, reading)
    case 'list':
      return node.items.map(item => plainOf(item, shape.items ?? ANYTHING, reading, unit))
    case 'map':
      return shape.fields === null
        ? freeMap(node, shape, reading)
        : knownMap(node, shape.fields, shape, reading)
  }
}

/**
 * YAML decides by looks: `telnet_password: 0123` and `revision: 1.10` are numbers to it. Where a text is wanted its
 * characters count; where a number is wanted, one that came through `${PORT}` is one.
 */
function plainScalar({ value, source, filled }: Scalar, shape: Shape): unknown {
  if (typeof value === 'number' && shape.types.size === 1 && shape.types.has('string')) return source
  if (!filled || typeof value !== 'string') return value
  if (isNumeric(shape) && /^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  if (shape.types.has('boolean') && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

function withUnit(node: Scalar, unit: Unit, reading: Reading): unknown {
  const { value, source, filled } = node
  if (value === null) return null
  const amount = unit.parse(typeof value === 'string' ? value : source)
  if (amount !== null) return amount
  reading.told.add(node)
  const shown = filled || typeof value !== 'string' ? source : JSON.stringify(value)
  reading.problems.push({ at: node.at, path: node.path, text: `${shown} is ${unit.advice}` })
  return undefined
}

function freeMap(map: Branch, shape: Shape, reading: Reading): unknown {
  const entries = [...map.entries.values()].map(({ key, value }) => [
    key,
    plainOf(value, shape.rest ?? ANYTHING, { ...reading, also: [], taken: NONE }),
  ])
  return Object.fromEntries(entries)
}

function knownMap(
  map: Branch,
  fields: NonNullable<Shape['fields']>,
  shape: Shape,
  reading: Reading,
): Record<string, unknown> {
  const plain: [string, unknown][] = []
  for (const [key, { value }] of map.entries) {
    const field = fields.get(key)
    const inner = { ...reading, also: [], taken: NONE }
    if (field !== undefined) plain.push([field.name, plainOf(value, field.shape, inner, field.unit)])
    else if (shape.rest !== null) plain.push([key, plainOf(value, shape.rest, inner)])
    else {
      reading.stray.add(map)
      tellUnknown(map, key, [...fields.keys(), ...reading.also], reading.problems, reading.taken)
    }
  }
  // Not assigned one by one: a key `__proto__` would then be no key.
  return Object.fromEntries(plain)
}

/** Keys that are not there yet are likelier to be meant than those that are. */
export function tellUnknown(
  map: Branch,
  key: string,
  known: readonly string[],
  problems: Problem[],
  taken = NONE,
): void {
  const entry = map.entries.get(key)
  if (entry === undefined) return
  const absent = known.filter(word => !map.entries.has(word) && !taken.has(word))
  const meant = nearest(key, [...absent, ...known])
  const advice =
    meant === null ? ` Known here: ${[...new Set(known)].toSorted().join(', ')}` : ` Did you mean ${meant}?`
  problems.push({
    at: entry.keyAt,
    path: entry.value.path,
    text: `unknown key.${advice}`,
    ...(meant === null ? {} : { suggests: pathTo(map.path, meant) }),
  })
}

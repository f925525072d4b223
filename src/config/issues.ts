import type { z } from 'zod'
import { nearest } from './nearest.ts'
import type { Reading } from './plain.ts'
import type { Problem } from './problems.ts'
import { ANYTHING, type Shape } from './shape.ts'
import { type Branch, type Node, type Place, pathTo } from './tree.ts'
import { type Unit, writtenKey } from './units.ts'

type Issue = z.core.$ZodIssue

/** What an issue is about: as far down its path as the file goes. */
type Spot = {
  node: Node
  shape: Shape
  /** Of the map around it. */
  around: Shape
  unit: Unit | null
  /** The key that the file does not have, and where it would be. */
  missing: { path: string; spellings: readonly string[] } | null
}

type Told = Pick<Reading, 'told' | 'stray'>

/** zod's issue in the file's own words and places; none about what was already told to be wrong. */
export function problemsOf(issue: Issue, root: Node, shape: Shape, told: Told): Problem[] {
  const spot = find(root, shape, issue.path)
  if (told.told.has(spot.node)) return []
  if (told.stray.has(spot.node) && spot.missing === null && issue.code !== 'unrecognized_keys') return []
  if (issue.code === 'invalid_union') {
    const likeliest = likeliestMember(issue.errors)
    if (likeliest !== null)
      return likeliest.flatMap(inner =>
        problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, root, shape, told),
      )
  }
  if (issue.code === 'unrecognized_keys') return issue.keys.flatMap(key => strayKey(spot, key))
  const { at, path } = spot.node
  if (spot.missing === null) return [{ at, path, text: sentence(issue, spot) }]
  const text = ZODS_OWN.test(issue.message) ? 'is missing' : inFileWords(issue.message, spot)
  return [{ at, path: spot.missing.path, text, missing: spot.missing.spellings }]
}

/** The member that was nearly right: of the fewest problems. Null where there is none to go by. */
function likeliestMember(members: readonly (readonly Issue[])[]): readonly Issue[] | null {
  return members.reduce<readonly Issue[] | null>(
    (best, member) => (best === null || member.length < best.length ? member : best),
    null,
  )
}

function find(root: Node, shape: Shape, path: readonly PropertyKey[]): Spot {
  let spot: Spot = { node: root, shape, around: shape, unit: null, missing: null }
  for (const step of path) {
    const { node } = spot
    if (node.kind === 'list') spot = item(spot, node.items[Number(step)])
    else if (node.kind === 'map') spot = field(spot, node, String(step))
    if (spot.missing !== null) break
  }
  return spot
}

function item(spot: Spot, node: Node | undefined): Spot {
  return node === undefined ? spot : { ...spot, node, shape: spot.shape.items ?? ANYTHING }
}

function field(spot: Spot, map: Branch, name: string): Spot {
  const known = [...(spot.shape.fields ?? [])].find(([, candidate]) => candidate.name === name)
  const key = known?.[0] ?? name
  const shape = known?.[1].shape ?? spot.shape.rest ?? ANYTHING
  const unit = known?.[1].unit ?? null
  const node = map.entries.get(key)?.value
  if (node !== undefined) return { node, shape, around: spot.shape, unit, missing: null }
  const spellings = map.spellings?.[key] ?? [pathTo(map.path, key)]
  return { node: map, shape, around: spot.shape, unit, missing: { path: spellings[0] ?? '', spellings } }
}

/** A key that one member of a union knows, and the one that the rest of the map stands for does not. */
function strayKey({ node, shape }: Spot, name: string): Problem[] {
  const key = [...(shape.fields ?? [])].find(([, candidate]) => candidate.name === name)?.[0] ?? name
  const entry = node.kind === 'map' ? node.entries.get(key) : undefined
  const at: Place = entry?.keyAt ?? node.at
  return [{ at, path: entry?.value.path ?? node.path, text: 'does not go with the other keys here' }]
}

/** Sentences that zod makes by itself name its own types and our inner values; anything else a schema's author wrote. */
const ZODS_OWN = /^(Invalid (input|option|string|number|discriminator|key)|Too (small|big)|Unrecognized key)/

function sentence(issue: Issue, spot: Spot): string {
  if (spot.node.kind === 'scalar' && spot.node.value === null)
    return 'has no value. Write one, or take the key out'
  if (!ZODS_OWN.test(issue.message)) return inFileWords(issue.message, spot)
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${EXPECTED[issue.expected] ?? issue.expected}, found ${shown(spot.node)}`
    case 'invalid_value':
      return choice(spot.node, issue.values)
    case 'invalid_union':
      return choice(spot.node, 'options' in issue && Array.isArray(issue.options) ? issue.options : [])
    case 'too_small':
      return bound(issue.origin, 'least', Number(issue.minimum), spot.unit)
    case 'too_big':
      return bound(issue.origin, 'most', Number(issue.maximum), spot.unit)
    case 'invalid_key':
      return badKey(issue.issues[0]?.message)
    case 'invalid_format':
      return `${shown(spot.node)} does not have the right form`
    default:
      return inFileWords(issue.message, spot)
  }
}

function badKey(message: string | undefined): string {
  return message === undefined || ZODS_OWN.test(message) ? 'such a key cannot stand here' : message
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
}

function choice(node: Node, values: readonly unknown[]): string {
  const options = values.filter(value => value !== undefined).map(String)
  const meant = node.kind === 'scalar' ? nearest(String(node.value), options) : null
  const advice = meant === null ? '' : `. Did you mean ${meant}?`
  return `${shown(node)} is none of ${options.join(', ')}${advice}`
}

function bound(origin: string, side: 'least' | 'most', limit: number, unit: Unit | null): string {
  if (origin === 'string' && limit === 1) return 'must not be empty'
  if (origin === 'string') return `needs at ${side} ${limit} characters`
  if (origin === 'array') return `needs at ${side} ${limit} ${limit === 1 ? 'entry' : 'entries'}`
  return `must be at ${side} ${unit === null ? limit : unit.format(limit)}`
}

const LONGEST_SHOWN = 60

/** What a message repeats of the file; of a value that came from the environment only the reference. */
export function shown(node: Node): string {
  if (node.kind === 'list') return 'a list'
  if (node.kind !== 'scalar') return 'keys with values'
  const text = node.filled || typeof node.value !== 'string' ? node.source : JSON.stringify(node.value)
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`
}

/** `privPassword needs authPassword` → `priv_password needs auth_password`: schemas speak of their own names. */
function inFileWords(message: string, { shape, around }: Spot): string {
  const names = new Map(
    [...(around.fields?.values() ?? []), ...(shape.fields?.values() ?? [])].map(f => [f.name, f]),
  )
  return message.replaceAll(/\b[a-z]+[A-Z]\w*\b/g, word => {
    const known = names.get(word)
    return known === undefined ? word : writtenKey(word, known.unit)
  })
}

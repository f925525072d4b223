import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Pair,
  type Scalar as YamlScalar,
} from 'yaml'
import type { Problem } from './problems.ts'
import { fillReferences, type Variables } from './references.ts'
import { type Branch, type Entry, type Node, type Place, pathTo, type Unread } from './tree.ts'

/** Values that aliases may multiply into. A lab of 2,000 boards with ten shared keys each makes 20,000. */
const MOST_FROM_ALIASES = 100_000
const DEEPEST = 50

type Grower = {
  lines: LineCounter
  variables: Variables
  problems: Problem[]
  /** Values that came from the environment. */
  secrets: Set<string>
  /** The anchors so far, in the order of the file: an alias means the last one before it. */
  anchors: Map<string, unknown>
  /** The anchored values that are being read right now, which an alias inside them must not reach again. */
  open: Set<unknown>
  fromAliases: number
  /** How many aliases deep we are. */
  aliases: number
  depth: number
}

/**
 * The YAML library's nodes as our tree: aliases and `<<` followed, references filled in. The library's own resolver
 * searches the whole document for each alias, and follows an anchor into itself.
 */
export function growTree(
  contents: unknown,
  source: { lines: LineCounter; variables: Variables; problems: Problem[] },
): { root: Node; secrets: string[] } {
  const grower: Grower = {
    ...source,
    secrets: new Set(),
    anchors: new Map(),
    open: new Set(),
    fromAliases: 0,
    aliases: 0,
    depth: 0,
  }
  const root = grow(grower, contents, '', { line: 1, column: 1 })
  return { root, secrets: [...grower.secrets] }
}

function grow(grower: Grower, node: unknown, path: string, otherwise: Place): Node {
  const at = placeOf(grower, node) ?? otherwise
  const fault = limitsOf(grower)
  if (fault !== null) return unreadOnce(grower, path, at, fault)
  if (isAlias(node)) return follow(grower, node, path, at)
  remember(grower, node)
  grower.open.add(node)
  grower.depth++
  try {
    return growValue(grower, node, path, at)
  } finally {
    grower.depth--
    grower.open.delete(node)
  }
}

function growValue(grower: Grower, node: unknown, path: string, at: Place): Node {
  if (isMap(node)) return growMap(grower, node.items, path, at)
  if (isSeq(node)) {
    const items = node.items.map((item, index) => grow(grower, item, pathTo(path, index), at))
    return { kind: 'list', path, at, items }
  }
  if (isScalar(node)) return growScalar(grower, node, path, at)
  return { kind: 'scalar', path, at, value: null, source: '', filled: false }
}

function limitsOf(grower: Grower): string | null {
  if (grower.depth > DEEPEST) return `nested more than ${DEEPEST} levels deep`
  if (grower.fromAliases <= MOST_FROM_ALIASES) return null
  return `the aliases of this file (*name) multiply into more than ${MOST_FROM_ALIASES} values. Write them out, or use fewer`
}

function unread(grower: Grower, path: string, at: Place, text: string): Unread {
  grower.problems.push({ at, path, text })
  return { kind: 'unread', path, at }
}

/** A limit is passed by many values at once and is one problem. */
function unreadOnce(grower: Grower, path: string, at: Place, text: string): Unread {
  if (grower.problems.some(problem => problem.text === text)) return { kind: 'unread', path, at }
  return unread(grower, path, at, text)
}

/** Inside an alias nothing is remembered: what was anchored there may have been anchored anew since. */
function remember(grower: Grower, node: unknown): void {
  if (grower.aliases > 0) grower.fromAliases++
  else if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined)
    grower.anchors.set(node.anchor, node)
}

function follow(grower: Grower, alias: Alias, path: string, at: Place): Node {
  const target = grower.anchors.get(alias.source)
  if (target === undefined)
    return unread(grower, path, at, `there is no anchor &${alias.source} above this alias`)
  if (grower.open.has(target))
    return unread(
      grower,
      path,
      at,
      `the anchor &${alias.source} contains itself here. An alias cannot be inside its own anchor`,
    )
  grower.aliases++
  try {
    return grow(grower, target, path, at)
  } finally {
    grower.aliases--
  }
}

function growMap(grower: Grower, pairs: readonly Pair[], path: string, at: Place): Branch {
  const entries = new Map<string, Entry>()
  const merged: Entry[] = []
  for (const pair of pairs) {
    const keyAt = placeOf(grower, pair.key) ?? at
    const key = keyOf(pair.key)
    if (key === null) unread(grower, path, keyAt, 'a key must be one plain word')
    else if (key === '<<') merged.push(...merge(grower, pair.value, path, keyAt))
    else if (entries.has(key)) unread(grower, pathTo(path, key), keyAt, writtenTwice(entries.get(key)))
    else entries.set(key, { key, keyAt, value: grow(grower, pair.value, pathTo(path, key), keyAt) })
  }
  for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry)
  return { kind: 'map', path, at, entries }
}

function writtenTwice(first: Entry | undefined): string {
  return `written twice (line ${first?.keyAt.line} has it too). Keep one of them`
}

/** `<<: *defaults`, or a list of them: keys of the map itself count first, then the earlier ones. */
function merge(grower: Grower, value: unknown, path: string, at: Place): Entry[] {
  const node = grow(grower, value, path, at)
  const sources = node.kind === 'list' ? node.items : [node]
  return sources.flatMap(source => {
    if (source.kind === 'map') return [...source.entries.values()]
    if (source.kind !== 'unread')
      unread(grower, path, source.at, '<< takes the alias of a map, such as <<: *defaults')
    return []
  })
}

function keyOf(key: unknown): string | null {
  if (!isScalar(key)) return null
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

function growScalar(grower: Grower, node: YamlScalar, path: string, at: Place): Node {
  const { value } = node
  if (typeof value === 'number' || typeof value === 'boolean')
    return { kind: 'scalar', path, at, value, source: node.source ?? String(value), filled: false }
  if (typeof value !== 'string')
    return value === null
      ? { kind: 'scalar', path, at, value, source: '', filled: false }
      : unread(grower, path, at, 'a kind of value (!tag) that has no meaning here. Write it as plain text')
  const { text, values, faults } = fillReferences(value, grower.variables)
  for (const filled of values) grower.secrets.add(filled)
  if (faults.length === 0)
    return { kind: 'scalar', path, at, value: text, source: value, filled: text !== value }
  for (const fault of faults) unread(grower, path, at, fault)
  return { kind: 'unread', path, at }
}

function placeOf(grower: Grower, node: unknown): Place | null {
  const range = isAlias(node) || isMap(node) || isSeq(node) || isScalar(node) ? node.range : null
  if (range === null || range === undefined) return null
  const { line, col } = grower.lines.linePos(range[0])
  return { line, column: col }
}

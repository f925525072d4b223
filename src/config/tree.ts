/** What a YAML file says, each value with the place and the path where it is written. */

export type Place = { line: number; column: number }

type Written = { path: string; at: Place }

export type Scalar = Written & {
  kind: 'scalar'
  value: string | number | boolean | null
  /** As in the file, before `${NAME}` was filled in: `022`, `${PORT}`. */
  source: string
  /** Its text came, at least in part, from a `${NAME}`: it is never repeated in a message. */
  filled: boolean
}
export type List = Written & { kind: 'list'; items: readonly Node[] }
export type Branch = Written & {
  kind: 'map'
  entries: ReadonlyMap<string, Entry>
  /** Where else a key of this map could have been written: full paths, the one to tell people first. */
  spellings?: Readonly<Record<string, readonly string[]>>
}
/** Already reported as wrong; nothing more is said about it. */
export type Unread = Written & { kind: 'unread' }

export type Entry = { key: string; keyAt: Place; value: Node }
export type Node = Scalar | List | Branch | Unread

/** `boards[2]` + `telnet_port` → `boards[2].telnet_port`; keys with dots and the like go in brackets. */
export function pathTo(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

/** The text under `key`, where there is one: for checks that look at a file whose shape may be wrong elsewhere. */
export function textAt(map: Branch, key: string): string | null {
  const node = map.entries.get(key)?.value
  if (node?.kind !== 'scalar' || node.value === null) return null
  return typeof node.value === 'string' ? node.value : node.source
}

/** The same map with other entries; the place stays. */
export function withEntries(map: Branch, entries: Iterable<readonly [string, Entry]>): Branch {
  return { ...map, entries: new Map(entries) }
}

/** The entries with these keys, and the others. */
export function partsBy(map: Branch, isIn: (key: string) => boolean): [Branch, Branch] {
  const entries = [...map.entries]
  const inside = entries.filter(([key]) => isIn(key))
  const outside = entries.filter(([key]) => !isIn(key))
  return [withEntries(map, inside), withEntries(map, outside)]
}

/** Nothing written, or `key:` with nothing after it, which is how a section looks when all of it is commented out. */
export function isAbsent(node: Node | undefined): node is undefined | Scalar {
  return node === undefined || (node.kind === 'scalar' && node.value === null)
}

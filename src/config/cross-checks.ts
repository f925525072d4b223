import { formatDuration, parseDuration } from '../duration.ts'
import type { BoardDraft } from './boards.ts'
import type { Family } from './families.ts'
import { BoardId } from './fields.ts'
import type { Problem } from './problems.ts'
import { BUILT_IN_WORDS, RESERVED_WORDS } from './reserved.ts'
import { type Branch, type Node, type Place, pathTo, textAt } from './tree.ts'

/** What each board may well be by itself and the boards together are not. */
export function crossCheck(
  boards: readonly BoardDraft[],
  families: ReadonlyMap<string, Family>,
  problems: Problem[],
): void {
  const names = familyNames(boards, families)
  problems.push(
    ...sharedIds(boards),
    ...reservedIds(boards, names),
    ...reservedFamilies(names),
    ...sharedConsoles(boards),
    ...sharedNames(boards),
    ...sharedOutlets(boards),
  )
}

type Named = { at: Place; path: string; name: string }

/** Each family by its first mention, in lower case. */
function familyNames(
  boards: readonly BoardDraft[],
  families: ReadonlyMap<string, Family>,
): Map<string, Named> {
  const names = new Map<string, Named>()
  for (const [name, { at }] of families)
    names.set(name.toLowerCase(), { at, path: pathTo('families', name), name })
  for (const { node, family } of boards) {
    const written = node.entries.get('family')?.value
    if (family === null || written === undefined || names.has(family.toLowerCase())) continue
    names.set(family.toLowerCase(), { at: written.at, path: written.path, name: family })
  }
  return names
}

function reservedFamilies(names: ReadonlyMap<string, Named>): Problem[] {
  return [...names].flatMap(([word, { at, path, name }]) => {
    const taken = takenBy(word)
    if (taken === null) return []
    return [
      { at, path, text: `"${name}" is ${taken}, so nobody could ask for such a family. Choose another name` },
    ]
  })
}

/** Whose word it is, when it is not free for a board or a family. */
function takenBy(word: string): string | null {
  if (RESERVED_WORDS.has(word)) return 'a word of the commands'
  return BUILT_IN_WORDS.has(word) ? 'a word of the program itself' : null
}

function reservedIds(boards: readonly BoardDraft[], families: ReadonlyMap<string, Named>): Problem[] {
  return boards.flatMap(({ node, id }) => {
    const written = node.entries.get('id')?.value
    if (id === null || written === undefined || !BoardId.safeParse(id).success) return []
    const family = families.get(id)
    const taken = family === undefined ? takenBy(id) : `the name of a family (line ${family.at.line})`
    if (taken === null) return []
    return [{ at: written.at, path: written.path, text: `"${id}" is ${taken}. Choose another id` }]
  })
}

type Claim = { key: string; node: Node; board: BoardDraft }

/** A problem for each claim whose key an earlier one has; `told` makes the sentence from the earlier one. */
function shared<C extends Claim>(
  claims: readonly C[],
  told: (key: string, first: C, claim: C) => string,
): Problem[] {
  const first = new Map<string, C>()
  const problems: Problem[] = []
  for (const claim of claims) {
    const earlier = first.get(claim.key)
    const { at, path } = claim.node
    if (earlier === undefined) first.set(claim.key, claim)
    else problems.push({ at, path, text: told(claim.key, earlier, claim) })
  }
  return problems
}

function sharedIds(boards: readonly BoardDraft[]): Problem[] {
  const claims = boards.flatMap((board): Claim[] => {
    const node = board.node.entries.get('id')?.value
    return board.id === null || node === undefined ? [] : [{ key: board.id, node, board }]
  })
  return shared(
    claims,
    (id, { node }) => `there is a board ${id} already (line ${node.at.line}). Choose another id`,
  )
}

function sharedOutlets(boards: readonly BoardDraft[]): Problem[] {
  const claims = boards.flatMap((board): Claim[] => {
    const { power } = board
    return power?.outlet === null || power === null
      ? []
      : [{ key: power.outlet, node: partOf(power.node, 'outlet'), board }]
  })
  return shared(claims, (key, first) => {
    const [, pdu, outlet] = /^(.*) outlet (\d+)$/s.exec(key) ?? []
    return `outlet ${outlet} of ${pdu} is already ${owner(first)}`
  })
}

/** Behind the driver's name stands the place, and one place is one console whatever is spoken there. */
function sharedConsoles(boards: readonly BoardDraft[]): Problem[] {
  const claims = boards.flatMap(board =>
    board.consoles.flatMap(({ where, pointer }) =>
      where === null ? [] : [{ key: where.replace(/^\S+ /, ''), node: pointer, board, where }],
    ),
  )
  return shared(
    claims,
    (_, first, { where }) =>
      `${where} is already the console of ${first.board.id ?? 'another board'} (line ${first.node.at.line})`,
  )
}

function sharedNames(boards: readonly BoardDraft[]): Problem[] {
  return boards.flatMap(board => {
    const claims = board.consoles.flatMap(({ config, node }): Claim[] =>
      config === null ? [] : [{ key: config.name, node: partOf(node, 'name'), board }],
    )
    return shared(claims, name => `this board has a console "${name}" already. Give this one another name`)
  })
}

function owner({ board, node }: Claim): string {
  return `${board.id === null ? 'another board' : `${board.id}'s`} (line ${node.at.line})`
}

/** The value to point at: the first of these that is written, else the whole. */
function partOf(node: Node, ...keys: readonly string[]): Node {
  if (node.kind !== 'map') return node
  return keys.map(key => node.entries.get(key)?.value).find(value => value !== undefined) ?? node
}

/** A lease that is longer than the longest would be refused each time somebody asks for one. */
export function checkLeaseSettings(
  settings: Branch,
  defaults: { leaseMs: number; leaseMaxMs: number },
): Problem[] {
  const usual = spanAt(settings, 'lease') ?? defaults.leaseMs
  const longest = spanAt(settings, 'lease_max') ?? defaults.leaseMaxMs
  if (usual <= longest) return []
  const { at, path } = partOf(settings, 'lease', 'lease_max')
  const text = `lease (${formatDuration(usual)}) is longer than lease_max (${formatDuration(longest)})`
  return [{ at, path, text }]
}

function spanAt(settings: Branch, key: string): number | null {
  return parseDuration(textAt(settings, key) ?? '')
}

import type { Problem } from './problems.ts'
import { type Branch, type Entry, pathTo, withEntries } from './tree.ts'

/**
 * Two spellings, one shape: the flat form of requirements.md D becomes the rich one, each value keeping the place and
 * path where it is written. All else knows only the rich form.
 */

const BOARD: Readonly<Record<string, string>> = {
  board_id: 'id',
  soc_family: 'family',
  soc_revision: 'revision',
  board_ip: 'address',
  lab_location: 'site',
}
const CONSOLE: Readonly<Record<string, string>> = {
  telnet_host: 'host',
  telnet_port: 'port',
  telnet_username: 'username',
  telnet_password: 'password',
}
const POWER: Readonly<Record<string, string>> = {
  pdu_host: 'pdu',
  pdu_address: 'pdu',
  pdu_outlet: 'outlet',
  pdu_type: 'type',
  power_method: 'method',
}
/** D's words for the parts of `power:` itself. */
const WITHIN_POWER: Readonly<Record<string, string>> = { pdu_address: 'pdu', pdu_host: 'pdu' }

/** Keys of a board that lead to its console; without one of them right, where that leads is not known. */
export const CONSOLE_KEYS: readonly string[] = [...Object.keys(CONSOLE), 'board_ip', 'address']
/** All that may stand in a board beside the fields of the rich form. */
export const BOARD_KEYS: readonly string[] = [
  'consoles',
  'console',
  'power',
  ...[BOARD, CONSOLE, POWER].flatMap(Object.keys),
]

export function toRich(board: Branch, problems: Problem[]): Branch {
  const renamed = rename(board, BOARD, problems)
  const consoles = withConsoles(renamed, problems)
  const power = withPower(consoles, problems)
  return { ...power, spellings: spellingsOf(board, BOARD) }
}

/** The keys of `names` under their other name; two keys that mean the same are a problem at the second. */
function rename(map: Branch, names: Readonly<Record<string, string>>, problems: Problem[]): Branch {
  const entries = new Map<string, Entry>()
  for (const [key, entry] of map.entries) {
    const name = Object.hasOwn(names, key) ? (names[key] ?? key) : key
    const first = entries.get(name)
    if (first === undefined) entries.set(name, entry)
    else problems.push(saidTwice(entry, first))
  }
  return withEntries(map, entries)
}

function saidTwice(entry: Entry, first: Entry): Problem {
  const text = `says the same as ${first.key} (line ${first.keyAt.line}). Keep one of them`
  return { at: entry.keyAt, path: entry.value.path, text }
}

function withConsoles(board: Branch, problems: Problem[]): Branch {
  const { flat, others } = split(board, CONSOLE)
  const single = others.get('console')
  const written = others.get('consoles') ?? single
  if (written !== undefined) {
    if (single !== undefined && single !== written) problems.push(saidTwice(single, written))
    for (const entry of flat) problems.push(belongsIn(entry, written, CONSOLE))
    others.delete('console')
    others.set('consoles', { ...written, value: single === written ? listOf(written.value) : written.value })
    return withEntries(board, others)
  }
  if (flat.length === 0 && !others.has('address')) return board
  const main = rename(withEntries(board, flat.map(named)), CONSOLE, problems)
  others.set(
    'consoles',
    entryOf('consoles', board, listOf({ ...main, spellings: spellingsOf(board, CONSOLE) })),
  )
  return withEntries(board, others)
}

function withPower(board: Branch, problems: Problem[]): Branch {
  const { flat, others } = split(board, POWER)
  const written = others.get('power')
  if (written !== undefined) {
    for (const entry of flat) problems.push(belongsIn(entry, written, POWER))
    const { value } = written
    if (value.kind === 'map')
      others.set('power', { ...written, value: rename(value, WITHIN_POWER, problems) })
    return withEntries(board, others)
  }
  if (flat.length === 0) return board
  const power = rename(withEntries(board, flat.map(named)), POWER, problems)
  others.set('power', entryOf('power', board, { ...power, spellings: spellingsOf(board, POWER) }))
  return withEntries(board, others)
}

function split(
  board: Branch,
  names: Readonly<Record<string, string>>,
): { flat: Entry[]; others: Map<string, Entry> } {
  const flat = [...board.entries.values()].filter(({ key }) => Object.hasOwn(names, key))
  const others = new Map([...board.entries].filter(([, { key }]) => !Object.hasOwn(names, key)))
  return { flat, others }
}

function named(entry: Entry): [string, Entry] {
  return [entry.key, entry]
}

function belongsIn(entry: Entry, place: Entry, names: Readonly<Record<string, string>>): Problem {
  const text = `this board has ${place.key} (line ${place.keyAt.line}): write it there, as ${names[entry.key]}`
  return { at: entry.keyAt, path: entry.value.path, text }
}

function entryOf(key: string, { at }: Branch, value: Entry['value']): Entry {
  return { key, keyAt: at, value }
}

function listOf(value: Entry['value']): Entry['value'] {
  if (value.kind === 'list' || value.kind === 'unread') return value
  return { kind: 'list', path: value.path, at: value.at, items: [value] }
}

/** Where each value could have been written: in the flat spelling first when the board uses that. */
function spellingsOf(board: Branch, names: Readonly<Record<string, string>>): Record<string, string[]> {
  const spellings: Record<string, string[]> = {}
  for (const [flat, name] of Object.entries(names))
    spellings[name] = [...(spellings[name] ?? []), pathTo(board.path, flat)]
  const isFlat = [...board.entries.keys()].some(key => Object.hasOwn(BOARD, key))
  for (const [name, paths] of Object.entries(spellings)) {
    if (names === BOARD && isFlat) paths.push(pathTo(board.path, name))
    else if (names === BOARD) paths.unshift(pathTo(board.path, name))
  }
  return spellings
}

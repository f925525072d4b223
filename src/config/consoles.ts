import { z } from 'zod'
import { readAs } from './check.ts'
import type { Context } from './context.ts'
import { ConsoleName, Text } from './fields.ts'
import { nearest } from './nearest.ts'
import { tellUnknown } from './plain.ts'
import { shapeOf } from './shape.ts'
import { type Branch, type Entry, type Node, partsBy, pathTo, textAt, withEntries } from './tree.ts'
import type { ConsoleConfig, DriverSchemas } from './types.ts'

const SECOND = 1000

/** For the board's own log-in. */
const LOGIN = { username: z.string().optional(), password: z.string().optional() }

/** What every console has, whatever its driver. A driver that logs in itself takes `username` and `password` for that. */
const ConsoleSchema = z.strictObject({
  name: ConsoleName.optional(),
  for: Text.max(40).optional(),
  driver: z.string().default('telnet'),
  ...LOGIN,
  /** The same where the driver has those two for itself: a board behind a console server's SSH. */
  login: z.strictObject(LOGIN).optional(),
  /** D */
  loginTimeoutMs: z
    .int()
    .min(100)
    .max(600 * SECOND)
    .default(5 * SECOND),
  /** D */
  commandTimeoutMs: z
    .int()
    .min(100)
    .max(3600 * SECOND)
    .default(30 * SECOND),
})

const COMMON = shapeOf(ConsoleSchema).fields ?? new Map<string, never>()

export type ConsoleDraft = {
  node: Node
  /** The value to point at when it leads where another console does. */
  pointer: Node
  config: ConsoleConfig | null
  /** Where it leads; null where that cannot be told. */
  where: string | null
}

/** What a board's consoles take from around them. */
export type Surroundings = {
  /** Path of the board. */
  board: string
  address: Entry | undefined
  defaults: ConsoleDefaults | null
}

export function readConsole(node: Node, index: number, from: Surroundings, context: Context): ConsoleDraft {
  if (node.kind !== 'map') {
    readAs(ConsoleSchema, node, context.problems)
    return { node, pointer: node, config: null, where: null }
  }
  const { common, options, driver } = partsOf(withDefaults(node, from.defaults?.map ?? null), from, context)
  const main = readAs(ConsoleSchema, common, context.problems)
  const checked =
    driver === null ? null : readAs(driver.schema, options, context.problems, [...COMMON.keys()])
  const isSure = from.defaults?.isSure !== false
  const where = driver === null || checked === null || !isSure ? null : driver.where(checked)
  const own = node.entries
  const pointer = (own.get('port') ?? options.entries.get('host') ?? own.get('path'))?.value ?? node
  const isWhole = main !== null && where !== null && isOptions(checked)
  return {
    node,
    pointer,
    where,
    config: isWhole ? configOf(main, index, checked, { where, ...breakOf(driver) }) : null,
  }
}

/** A family's `console:`, for its boards to take from. */
export type ConsoleDefaults = {
  map: Branch
  /** Everything in it is known; else what its boards lack, such as a port, may be what is misspelt here. */
  isSure: boolean
}

/**
 * Keys that no driver knows are told here, once, and left out. Values are checked with each board, beside which they
 * first make sense.
 */
export function readConsoleDefaults(node: Node, context: Context): ConsoleDefaults | null {
  if (node.kind !== 'map') {
    readAs(ConsoleSchema, node, context.problems)
    return null
  }
  const before = context.problems.length
  const { common, options, driver } = partsOf(node, null, context)
  readAs(ConsoleSchema, common, context.problems)
  const known = driver === null ? null : [...(shapeOf(driver.schema).fields?.keys() ?? [])]
  const stray = [...options.entries.keys()].filter(key => known?.includes(key) === false)
  for (const key of stray) tellUnknown(node, key, [...(known ?? []), ...COMMON.keys()], context.problems)
  const entries = [...node.entries].filter(([key]) => !stray.includes(key))
  return { map: withEntries(node, entries), isSure: context.problems.length === before }
}

function configOf(
  main: z.infer<typeof ConsoleSchema>,
  index: number,
  options: Record<string, unknown>,
  line: Pick<ConsoleConfig, 'where' | 'hasBreak'>,
): ConsoleConfig {
  const { name, driver, username, password, login, loginTimeoutMs, commandTimeoutMs } = main
  return {
    name: name ?? (index === 0 ? 'main' : `console${index + 1}`),
    ...(main.for === undefined ? {} : { purpose: main.for }),
    driver,
    options,
    ...line,
    login: {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(login?.username === undefined ? {} : { username: login.username }),
      ...(login?.password === undefined ? {} : { password: login.password }),
    },
    loginTimeoutMs,
    commandTimeoutMs,
  }
}

function breakOf(driver: DriverSchemas['console'][string] | null): Pick<ConsoleConfig, 'hasBreak'> {
  return driver?.hasBreak === false ? { hasBreak: false } : {}
}

type Parts = { common: Branch; options: Branch; driver: DriverSchemas['console'][string] | null }

function partsOf(map: Branch, from: Surroundings | null, context: Context): Parts {
  const driver = driverOf(map, context)
  const own = driver === null ? null : shapeOf(driver.schema).fields
  const [common, options] = partsBy(map, key => COMMON.has(key) && own?.has(key) !== true)
  const needsHost = from !== null && own?.has('host') === true
  return { common, driver, options: needsHost ? withHost(options, from) : options }
}

function driverOf(map: Branch, { drivers, problems }: Context): Parts['driver'] {
  const id = driverIn(map)
  if (Object.hasOwn(drivers.console, id)) return drivers.console[id] ?? null
  const known = Object.keys(drivers.console)
  const { at, path } = map.entries.get('driver')?.value ?? map
  problems.push({ at, path, text: unknownDriver('console driver', id, known) })
  return null
}

export function unknownDriver(what: string, id: string, known: readonly string[]): string {
  const meant = nearest(id, known)
  return `there is no ${what} "${id}".${meant === null ? '' : ` Did you mean ${meant}?`} There is: ${known.join(', ')}`
}

/** A family's options are for its driver: beside another one only what every console has is taken over. */
function withDefaults(map: Branch, defaults: Branch | null): Branch {
  if (defaults === null) return map
  const sameDriver = (textAt(map, 'driver') ?? driverIn(defaults)) === driverIn(defaults)
  const taken = [...defaults.entries].filter(([key]) => sameDriver || (COMMON.has(key) && key !== 'driver'))
  return withEntries(map, new Map([...taken, ...map.entries]))
}

function driverIn(map: Branch): string {
  return textAt(map, 'driver') ?? 'telnet'
}

/** A console with no host of its own is at the board's address. */
function withHost(options: Branch, { address, board }: Surroundings): Branch {
  if (options.entries.has('host')) return options
  if (address !== undefined) return withEntries(options, [...options.entries, ['host', address]])
  const own = options.spellings?.['host']
  const around = [pathTo(board, 'board_ip'), pathTo(board, 'address')]
  const host = own === undefined ? [pathTo(options.path, 'host'), ...around] : [...around, ...own]
  return { ...options, spellings: { ...options.spellings, host } }
}

function isOptions(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

import { z } from 'zod'
import { BootLoaderSchema } from './boot-loader.ts'
import { readAs } from './check.ts'
import { type ConsoleDraft, readConsole } from './consoles.ts'
import type { Context } from './context.ts'
import { BOOT_TIMEOUT_MS, BoardId, BootTimeoutMs, FamilyName, Text } from './fields.ts'
import { BOARD_KEYS, CONSOLE_KEYS, toRich } from './flat.ts'
import { type PowerDraft, readPower } from './power.ts'
import type { Problem } from './problems.ts'
import { RecoveryPartSchema } from './recovery.ts'
import { type Branch, isAbsent, type Node, pathTo, textAt, withEntries } from './tree.ts'
import type { BoardConfig, ConsoleConfig } from './types.ts'

/** A board as far as it could be read; checks across boards look at the parts even when the whole is wrong. */
export type BoardDraft = {
  node: Branch
  id: string | null
  family: string | null
  consoles: readonly ConsoleDraft[]
  power: PowerDraft | null
  config: BoardConfig | null
}

const BoardSchema = z.strictObject({
  id: BoardId,
  name: Text.optional(),
  family: FamilyName,
  /** A lab in one place need not name it. */
  site: Text.default('main'),
  revision: Text.optional(),
  type: Text.optional(),
  serialNumber: Text.optional(),
  architecture: Text.optional(),
  address: Text.optional(),
  peripherals: z.array(Text).default([]),
  labels: z.record(z.string(), z.string()).default({}),
  group: Text.optional(),
  bootTimeoutMs: BootTimeoutMs.default(BOOT_TIMEOUT_MS),
  bootLoader: BootLoaderSchema.optional(),
  /** It ends programs, or resets the board, in the middle of whatever they do: somebody has to say that it may. */
  sysrq: z.boolean().optional(),
  recovery: RecoveryPartSchema.optional(),
})

export function readBoard(node: Node, context: Context): BoardDraft | null {
  if (node.kind !== 'map') {
    readAs(BoardSchema, node, context.problems)
    return null
  }
  const before = context.problems.length
  const written = new Set(node.entries.keys())
  const rich = toRich(node, context.problems)
  const fields = fieldsOf(rich, context)
  const main = readAs(BoardSchema, fields, context.problems, BOARD_KEYS, written)
  const unsure = misspeltConsole(node, context.problems.slice(before))
  const consoles = readConsoles(rich, unsure, context)
  const powerNode = rich.entries.get('power')?.value
  const power = isAbsent(powerNode) ? null : readPower(powerNode, context)
  const isWhole = main !== null && context.problems.length === before
  return {
    node: rich,
    id: textAt(rich, 'id'),
    family: textAt(rich, 'family'),
    consoles,
    power,
    config: isWhole ? configOf(main, linesOf(node, fields), consoles, power) : null,
  }
}

/** What the board itself says, and its family for the rest. */
function fieldsOf(board: Branch, { families }: Context): Branch {
  const defaults = families.get(textAt(board, 'family') ?? '')?.defaults ?? []
  const own = [...board.entries].filter(([key]) => key !== 'consoles' && key !== 'power')
  return withEntries(board, new Map([...defaults, ...own]))
}

/** With `telent_port: 7001` the port is not known, and its default would be somebody else's console. */
function misspeltConsole(board: Branch, problems: readonly Problem[]): boolean {
  const keys = [...CONSOLE_KEYS, 'consoles', 'console'].map(key => pathTo(board.path, key))
  return problems.some(({ suggests }) => suggests !== undefined && keys.includes(suggests))
}

function readConsoles(board: Branch, unsure: boolean, context: Context): ConsoleDraft[] {
  const node = board.entries.get('consoles')?.value
  if (isAbsent(node) || (node.kind === 'list' && node.items.length === 0)) {
    context.problems.push(noConsole(board))
    return []
  }
  if (node.kind === 'unread') return []
  if (node.kind !== 'list') {
    readAs(z.array(z.unknown()), node, context.problems)
    return []
  }
  const family = context.families.get(textAt(board, 'family') ?? '')
  const from = { board: board.path, address: board.entries.get('address'), defaults: family?.console ?? null }
  const drafts = node.items.map((item, index) => readConsole(item, index, from, context))
  return unsure ? drafts.map(draft => ({ ...draft, where: null })) : drafts
}

function noConsole({ at, path }: Branch): Problem {
  return {
    at,
    path,
    text: 'no console. Add board_ip (for telnet to the board), or consoles: with driver, host and port',
    missing: ['consoles', ...CONSOLE_KEYS, 'console'].map(key => pathTo(path, key)),
  }
}

/** Among the fields are its family's, which stand elsewhere. */
function linesOf(board: Node, fields: Branch): Pick<BoardConfig, 'line' | 'sysrqLine'> {
  const sysrq = fields.entries.get('sysrq')?.value
  return { line: board.at.line, ...(sysrq === undefined ? {} : { sysrqLine: sysrq.at.line }) }
}

function configOf(
  main: z.infer<typeof BoardSchema>,
  at: Pick<BoardConfig, 'line' | 'sysrqLine'>,
  drafts: readonly ConsoleDraft[],
  power: PowerDraft | null,
): BoardConfig | null {
  const [first, ...others] = drafts.flatMap(({ config }): ConsoleConfig[] =>
    config === null ? [] : [config],
  )
  if (first === undefined) return null
  const { revision, type, serialNumber, architecture, address, bootLoader, sysrq, recovery, group, ...rest } =
    main
  return {
    ...rest,
    name: main.name ?? main.id,
    consoles: [first, ...others],
    power: power?.config ?? null,
    ...at,
    ...(revision === undefined ? {} : { revision }),
    ...(type === undefined ? {} : { type }),
    ...(serialNumber === undefined ? {} : { serialNumber }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(address === undefined ? {} : { address }),
    ...(bootLoader === undefined ? {} : { bootLoader }),
    ...(sysrq === undefined ? {} : { sysrq }),
    ...(recovery === undefined ? {} : { recovery }),
    ...(group === undefined ? {} : { group }),
  }
}

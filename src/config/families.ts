import { z } from 'zod'
import { BootLoaderSchema } from './boot-loader.ts'
import { readAs } from './check.ts'
import { type ConsoleDefaults, readConsoleDefaults } from './consoles.ts'
import type { Context } from './context.ts'
import { BootTimeoutMs, FamilyName, Text } from './fields.ts'
import { RecoveryPartSchema } from './recovery.ts'
import { type Entry, isAbsent, type Node, type Place, partsBy } from './tree.ts'
import type { FamilyConfig } from './types.ts'

/** A family of section `families`; one that only boards name has no entry and no defaults. */
export type Family = {
  config: FamilyConfig
  at: Place
  /** For those of its boards that do not say otherwise. */
  defaults: ReadonlyMap<string, Entry>
  console: ConsoleDefaults | null
}

const FamilySchema = z.strictObject({
  /** M1.2: no more than its usable boards; a lower limit is kept when more boards come. */
  limit: z.int().min(1).nullable().default(null),
  architecture: Text.optional(),
  type: Text.optional(),
  peripherals: z.array(Text).optional(),
  bootTimeoutMs: BootTimeoutMs.optional(),
  bootLoader: BootLoaderSchema.optional(),
  sysrq: z.boolean().optional(),
  recovery: RecoveryPartSchema.optional(),
})
const DEFAULTS = ['architecture', 'type', 'peripherals', 'boot_timeout', 'boot_loader', 'sysrq', 'recovery']

export function readFamilies(node: Node | undefined, context: Context): Map<string, Family> {
  const families = new Map<string, Family>()
  if (isAbsent(node) || node.kind === 'unread') return families
  if (node.kind !== 'map') {
    readAs(z.record(z.string(), z.unknown()), node, context.problems)
    return families
  }
  for (const { key, keyAt, value } of node.entries.values()) {
    checkName(key, keyAt, value.path, context)
    families.set(key, readFamily(key, keyAt, value, context))
  }
  return families
}

function checkName(name: string, at: Place, path: string, { problems }: Context): void {
  const result = FamilyName.safeParse(name)
  for (const { message } of result.error?.issues ?? []) problems.push({ at, path, text: message })
}

function readFamily(name: string, at: Place, node: Node, context: Context): Family {
  const plain: Family = { config: { name, limit: null }, at, defaults: new Map(), console: null }
  if (isAbsent(node)) return plain
  if (node.kind !== 'map') {
    readAs(FamilySchema, node, context.problems)
    return plain
  }
  const [{ entries }, fields] = partsBy(node, key => key === 'console')
  const family = readAs(FamilySchema, fields, context.problems, ['console'])
  const written = entries.get('console')?.value
  return {
    config: family === null ? plain.config : configOf(name, family),
    at,
    defaults: partsBy(node, key => DEFAULTS.includes(key))[0].entries,
    console: isAbsent(written) ? null : readConsoleDefaults(written, context),
  }
}

function configOf(name: string, { limit, architecture, type }: z.infer<typeof FamilySchema>): FamilyConfig {
  return {
    name,
    limit,
    ...(architecture === undefined ? {} : { architecture }),
    ...(type === undefined ? {} : { type }),
  }
}

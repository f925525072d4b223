import { z } from 'zod'
import { ConfigError } from '../errors.ts'
import { createSecrets } from '../log.ts'
import { type BoardDraft, readBoard } from './boards.ts'
import { readAs } from './check.ts'
import type { Context } from './context.ts'
import { checkLeaseSettings, crossCheck } from './cross-checks.ts'
import { openDocument } from './document.ts'
import { type Family, readFamilies } from './families.ts'
import { readPdus } from './pdus.ts'
import { PeopleSchema } from './people.ts'
import { tellUnknown } from './plain.ts'
import { onlyCauses, type Problem, writeProblems } from './problems.ts'
import type { Variables } from './references.ts'
import { SettingsSchema } from './settings.ts'
import { type Branch, isAbsent } from './tree.ts'
import type { BoardConfig, DriverSchemas, FamilyConfig, Inventory } from './types.ts'

export type InventorySource = {
  /** As the user named it; for messages only. */
  file: string
  text: string
  /** For `${NAME}` references. */
  variables: Variables
  drivers: DriverSchemas
}

const SECTIONS = ['settings', 'families', 'boards', 'pdus', 'people', 'simulated']

/**
 * Reads boards.yaml. Throws ConfigError with everything that is wrong with it at once: YAML, keys, values, and what
 * does not fit together, each with its line. Pure: the same source always gives the same.
 */
export function readInventory(source: InventorySource): Inventory {
  const { root, problems, secrets, brokenLine } = openDocument(source.text, source.variables)
  const inventory = root === null ? null : readSections(root, source, problems)
  const causes = onlyCauses(problems, brokenLine)
  if (inventory === null || problems.length > 0) throw configError(source.file, causes, secrets)
  return { ...inventory, secrets }
}

/** The secrets are known here and nowhere else, as nothing is handed on: so here they are taken out of the sentences. */
function configError(file: string, problems: readonly Problem[], secrets: readonly string[]): ConfigError {
  const known = createSecrets()
  for (const secret of secrets) known.add(secret)
  const clean = problems.map(problem => ({ ...problem, text: known.scrub(problem.text) }))
  return new ConfigError(
    writeProblems(file, clean),
    `Correct ${file}, then try it with: boardroom check ${file}`,
  )
}

function readSections(
  root: Branch,
  source: InventorySource,
  problems: Problem[],
): Omit<Inventory, 'secrets'> | null {
  // Somewhere to keep anchors, as in compose files: `x-defaults: &defaults`.
  for (const key of root.entries.keys())
    if (!SECTIONS.includes(key) && !key.startsWith('x-')) tellUnknown(root, key, SECTIONS, problems)
  const base = { problems, drivers: source.drivers }
  const pdus = readPdus(root.entries.get('pdus')?.value, base)
  const families = readFamilies(root.entries.get('families')?.value, { ...base, pdus, families: new Map() })
  const boards = readBoards(root, { ...base, pdus, families })
  crossCheck(boards, families, problems)
  const settings = section(root, 'settings', SettingsSchema, {}, problems)
  const written = root.entries.get('settings')?.value
  if (written?.kind === 'map') problems.push(...checkLeaseSettings(written, SettingsSchema.parse({})))
  const people = section(root, 'people', PeopleSchema, {}, problems)
  const simulated = section(root, 'simulated', z.boolean(), false, problems)
  if (settings === null || people === null || simulated === null) return null
  const configs = boards.flatMap(({ config }): BoardConfig[] => (config === null ? [] : [config]))
  return {
    file: source.file,
    simulated,
    settings,
    families: familyConfigs(families, configs),
    boards: configs,
    people,
  }
}

function section<T>(
  root: Branch,
  key: string,
  schema: z.ZodType<T>,
  absent: unknown,
  problems: Problem[],
): T | null {
  const node = root.entries.get(key)?.value
  return isAbsent(node) ? schema.parse(absent) : readAs(schema, node, problems)
}

function readBoards(root: Branch, context: Context): BoardDraft[] {
  const node = root.entries.get('boards')?.value
  if (isAbsent(node)) {
    const at = root.entries.get('boards')?.keyAt ?? root.at
    context.problems.push({
      at,
      path: 'boards',
      text: 'is missing. List the boards of the lab here',
      missing: ['boards'],
    })
    return []
  }
  if (node.kind === 'list') return node.items.flatMap(item => readBoard(item, context) ?? [])
  if (node.kind !== 'unread') readAs(z.array(z.unknown()), node, context.problems)
  return []
}

/** Those of section `families` and those that only boards name; no prototype, so that no word finds what is not there. */
function familyConfigs(
  families: ReadonlyMap<string, Family>,
  boards: readonly BoardConfig[],
): Record<string, FamilyConfig> {
  const configs: Record<string, FamilyConfig> = Object.create(null)
  for (const [name, { config }] of families) configs[name] = config
  for (const { family } of boards) configs[family] ??= { name: family, limit: null }
  return configs
}

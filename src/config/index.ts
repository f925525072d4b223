/** The front door: environment and boards.yaml in, typed settings out. */

export {
  type CheckResult,
  describeCheck,
  describeEnvironment,
  describeInventory,
  describeProblems,
  warningsOf,
} from './describe.ts'
export { readDotEnv, withDotEnv } from './dot-env.ts'
export { readEnvironment } from './environment.ts'
export { type InventorySource, readInventory } from './inventory.ts'
export { loadInventory } from './load.ts'
export { RESERVED_WORDS } from './reserved.ts'
export { effectiveSettings, SettingsSchema } from './settings.ts'
export type {
  BoardConfig,
  ConsoleConfig,
  DriverSchemas,
  Environment,
  FamilyConfig,
  Inventory,
  PeopleConfig,
  PowerConfig,
  Settings,
  SlackSettings,
} from './types.ts'

import type { Family } from './families.ts'
import type { Pdu } from './pdus.ts'
import type { Problem } from './problems.ts'
import type { DriverSchemas } from './types.ts'

/** What reading a board needs to know of the rest of the file. */
export type Context = {
  problems: Problem[]
  drivers: DriverSchemas
  families: ReadonlyMap<string, Family>
  /** By name in lower case, as host names are the same in either; those that only boards name come in as they are met. */
  pdus: Map<string, Pdu>
}

/** JSON Schemas of results; what many of them hold is in the document once, by its name. */

import { z } from 'zod'
import { failedCase, runCases } from '../../commands/case-results.ts'
import * as shapes from '../../commands/results.ts'
import type { JsonSchema } from '../../commands/surfaces.ts'
import type { AnyCommand } from '../../commands/types.ts'

const named = z.registry<{ id: string }>()
const NAMES: Readonly<Record<string, z.ZodType>> = {
  Alert: shapes.alert,
  AuditEntry: shapes.auditEntry,
  Board: shapes.board,
  FailedCase: failedCase,
  Lease: shapes.lease,
  Person: shapes.person,
  PowerEvent: shapes.powerEvent,
  Run: shapes.run,
  RunCases: runCases,
  Transfer: shapes.transfer,
  Waiting: shapes.waiting,
}
for (const [id, schema] of Object.entries(NAMES)) named.add(schema, { id })

export type ResultSchemas = {
  /** Refers to `components`. */
  of(command: AnyCommand): JsonSchema
  /** Of all that was asked for until now. */
  components(): Readonly<Record<string, JsonSchema>>
}

export function createResultSchemas(): ResultSchemas {
  const components = new Map<string, JsonSchema>()
  return {
    of(command) {
      const whole = z.toJSONSchema(command.result, { target: 'draft-2020-12', io: 'output', metadata: named })
      const {
        $schema: _dialect,
        $defs = {},
        ...schema
      } = moved(whole) as JsonSchema & {
        $defs?: Record<string, JsonSchema>
      }
      for (const [name, each] of Object.entries($defs)) {
        const { $id: _id, id: _name, ...rest } = each
        components.set(name, rest)
      }
      return schema
    },
    components: () => Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** `#/$defs/Run` is `#/components/schemas/Run` in the document. */
function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === '$ref' && typeof each === 'string'
        ? each.replace('#/$defs/', '#/components/schemas/')
        : moved(each),
    ]),
  )
}

import { z } from 'zod'
import type { FieldFault } from '../../commands/types.ts'

/** A test that Jenkins asks for, as it is kept until it is carried out. */
export const Order = z.strictObject({
  /** The same delivery has the same one. */
  delivery: z.string(),
  /** Arguments of `run-test`; what is wrong with them is said by the command. */
  raw: z.record(z.string(), z.unknown()),
  callback: z.strictObject({ url: z.string(), build: z.string().exactOptional() }).exactOptional(),
  /** From where, for the audit. */
  where: z.string(),
})
export type Order = z.infer<typeof Order>

export type Parsed =
  | { kind: 'order'; order: Omit<Order, 'where'> }
  /** There is nothing to do for it. */
  | { kind: 'ignored'; why: string }
  /** Everything that is wrong, at once. */
  | { kind: 'wrong'; faults: readonly FieldFault[] }

export function faultOf(field: string, message: string): FieldFault {
  return { field, label: field, message }
}

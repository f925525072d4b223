import { z } from 'zod'
import { readAs } from './check.ts'
import type { Context } from './context.ts'
import { Text } from './fields.ts'
import { type Pdu, pduOf } from './pdus.ts'
import type { Problem } from './problems.ts'
import { type Branch, type Node, textAt } from './tree.ts'
import type { PowerConfig } from './types.ts'

const METHOD = 'network_pdu'

const PowerSchema = z.strictObject({
  method: z.literal(METHOD).default(METHOD),
  pdu: Text,
  /** Outlets are counted from 1, as printed on the PDU. */
  outlet: z.int().min(1).max(10_000),
  /** D: the make of the PDU, said beside the outlet. */
  type: z.string().optional(),
})

export type PowerDraft = {
  node: Node
  config: PowerConfig | null
  /** `pdu-a.lab.local outlet 2`, in lower case; null where that cannot be told. */
  outlet: string | null
}

export function readPower(node: Node, context: Context): PowerDraft {
  const power = readAs(PowerSchema, node, context.problems)
  if (node.kind !== 'map') return { node, config: null, outlet: null }
  const outlet = outletOf(node)
  if (power === null) return { node, config: null, outlet }
  const pdu = pduOf(power.pdu, context.pdus, node, context)
  checkType(power.type, pdu, node, context.problems)
  if (pdu.driver === null || pdu.options === null) return { node, config: null, outlet }
  const config: PowerConfig = {
    method: METHOD,
    driver: pdu.driver,
    pdu: pdu.name,
    outlet: power.outlet,
    options: pdu.options,
    where: `${pdu.name} outlet ${power.outlet}`,
  }
  return { node, outlet, config: pdu.assumed ? { ...config, assumed: true } : config }
}

/** Read from the file itself, so that two boards on one outlet are found whatever else is wrong with them. */
function outletOf(power: Branch): string | null {
  const pdu = textAt(power, 'pdu')
  const outlet = Number(textAt(power, 'outlet') ?? Number.NaN)
  return pdu === null || !Number.isInteger(outlet) ? null : `${pdu.trim().toLowerCase()} outlet ${outlet}`
}

function checkType(type: string | undefined, pdu: Pdu, power: Branch, problems: Problem[]): void {
  if (type === undefined || type === pdu.type) return
  const { at, path } = power.entries.get('type')?.value ?? power
  const text = pdu.assumed
    ? `a PDU of type ${type} needs an entry in section pdus that says how to speak to it`
    : `${pdu.name} is of type ${pdu.type} in section pdus. Keep one of the two`
  problems.push({ at, path, text })
}

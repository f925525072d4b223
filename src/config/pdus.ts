import { z } from 'zod'
import { readAs } from './check.ts'
import { unknownDriver } from './consoles.ts'
import type { Problem } from './problems.ts'
import { type Branch, isAbsent, type Node, partsBy } from './tree.ts'
import type { DriverSchemas } from './types.ts'

export type Pdu = {
  name: string
  type: string
  /** Null, like `options`, when the entry is wrong. */
  driver: string | null
  options: Record<string, unknown> | null
  /** Named by a board only. */
  assumed: boolean
}

/** What every PDU has; the rest of its entry belongs to its protocol's driver. */
const PduSchema = z.strictObject({
  /** D */
  type: z.string().min(1).default('apc'),
  /** A driver made for one make is found by the type alone; else SNMP. */
  protocol: z.string().optional(),
})
const COMMON = ['type', 'protocol']

export type PduContext = { problems: Problem[]; drivers: DriverSchemas }

/** Section `pdus`, by name in lower case. */
export function readPdus(node: Node | undefined, context: PduContext): Map<string, Pdu> {
  const pdus = new Map<string, Pdu>()
  if (isAbsent(node) || node.kind === 'unread') return pdus
  if (node.kind !== 'map') {
    readAs(z.record(z.string(), z.unknown()), node, context.problems)
    return pdus
  }
  for (const { key, keyAt, value } of node.entries.values()) {
    const name = key.toLowerCase()
    if (pdus.has(name))
      context.problems.push({ at: keyAt, path: value.path, text: `is ${pdus.get(name)?.name} again` })
    pdus.set(name, readPdu(key, value, context))
  }
  return pdus
}

/**
 * The PDU of that name. One that section `pdus` does not have is read as if its entry were empty, because the flat
 * form names a PDU and nothing else: the driver then has only its defaults, among them the communities that SNMP
 * agents are shipped with by convention.
 */
export function pduOf(name: string, pdus: Map<string, Pdu>, board: Branch, context: PduContext): Pdu {
  const known = pdus.get(name.toLowerCase())
  if (known !== undefined) return known
  const pdu = { ...readPdu(name, emptyMap(board), context), assumed: true }
  pdus.set(name.toLowerCase(), pdu)
  return pdu
}

function readPdu(name: string, node: Node, context: PduContext): Pdu {
  const unusable: Pdu = { name, type: 'apc', driver: null, options: null, assumed: false }
  const map = isAbsent(node) ? emptyMap(node) : node
  if (map.kind !== 'map') {
    readAs(PduSchema, map, context.problems)
    return unusable
  }
  const [common, rest] = partsBy(map, key => COMMON.includes(key))
  const main = readAs(PduSchema, common, context.problems)
  if (main === null) return unusable
  const { type, protocol = Object.hasOwn(context.drivers.power, type) ? type : 'snmp' } = main
  const driver = Object.hasOwn(context.drivers.power, protocol) ? context.drivers.power[protocol] : undefined
  if (driver === undefined) {
    context.problems.push(unknownProtocol(protocol, map, context))
    return { ...unusable, type }
  }
  if (type !== protocol) checkType(type, rest, context.problems)
  const options = readAs(driver.schema, rest, context.problems, COMMON)
  return { ...unusable, type, driver: protocol, options: isOptions(options) ? options : null }
}

function emptyMap({ path, at }: { path: string; at: Branch['at'] }): Branch {
  return { kind: 'map', path, at, entries: new Map() }
}

function unknownProtocol(protocol: string, map: Branch, { drivers }: PduContext): Problem {
  const { at, path } = map.entries.get('protocol')?.value ?? map
  return { at, path, text: unknownDriver('power protocol', protocol, Object.keys(drivers.power)) }
}

/**
 * Every default of snmp and http is APC's; another make with nothing said about it would be switched by guesswork.
 * What says something has keys of its own, such as the object identifiers; `user` only says who asks.
 */
function checkType(type: string, rest: Branch, problems: Problem[]): void {
  const saysHow = [...rest.entries].some(([key, { value }]) => value.kind === 'map' && key !== 'user')
  if (type === 'apc' || saysHow) return
  const { at, path } = rest
  const text = `type ${type} is not known by name. Give its object identifiers (snmp) or requests (http), or write type: apc`
  problems.push({ at, path, text })
}

function isOptions(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

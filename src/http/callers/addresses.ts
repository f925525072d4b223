import { BlockList, isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Set of addresses and networks; IPv4 in IPv6 (`::ffff:10.0.0.5`) is the IPv4 address that it stands for. */
export type Networks = { has(address: string): boolean }

/** `cidrs` as `config/networks.ts` passes them. */
export function createNetworks(cidrs: readonly string[]): Networks {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', length] = cidr.split('/')
    list.addSubnet(address, Number(length), familyOf(address))
  }
  return { has: address => isIP(address) !== 0 && list.check(address, familyOf(address)) }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

export const LOOPBACK = ['127.0.0.0/8', '::1/128'] as const

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** As people write it: a socket that listens on both families calls IPv4 `::ffff:10.0.0.5` (RFC 4291 section 2.5.5.2). */
export function plainAddress(address: string | undefined): string {
  return MAPPED.exec(address ?? '')?.[1] ?? address ?? ''
}

/** Of IPv6 the first half: whoever has one address there usually has all that begin alike (RFC 6177 section 2). */
export function laneOfAddress(address: string | undefined): string {
  const plain = plainAddress(address)
  if (isIP(plain) !== 6) return plain
  const half = ipaddr.IPv6.parse(plain).parts.slice(0, 4)
  return `${half.map(part => part.toString(16)).join(':')}::/64`
}

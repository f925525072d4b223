/** Which machines may be called: public ones, and private ones that a setting names. Pure. */

import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ReturnType<typeof ipaddr.parse>

/**
 * Whether a connection to this address may be made: a public one, or one in `networks` (CIDR). What stands for an IPv4
 * address is judged as that: `::ffff:10.0.0.5` (RFC 4291, 2.5.5.2), `64:ff9b::a00:5` (NAT64, RFC 6052).
 */
export function mayConnect(address: string, networks: readonly string[]): boolean {
  const read = readIp(address)
  if (read === null) return false
  const meant = unwrapped(read)
  return isPublic(meant) || networks.some(network => isIn(meant, network))
}

function readIp(text: string): Address | null {
  const family = isIP(text)
  if (family === 0) return null
  if (family === 4) return ipaddr.IPv4.parse(text)
  // In hexadecimal: ipaddr.js 2.5 takes `::1.2.3.4`, which is nobody's, for `::ffff:1.2.3.4`. The zone says by which way.
  const plain = URL.parse(`http://[${text.split('%', 1)[0]}]`)?.hostname.slice(1, -1)
  return plain === undefined ? null : ipaddr.IPv6.parse(plain)
}

function unwrapped(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address
  const isWrapped = isMapped(address) || isNat64(address)
  return isWrapped ? ipaddr.fromByteArray(address.toByteArray().slice(12)) : address
}

function isMapped(address: InstanceType<typeof ipaddr.IPv6>): boolean {
  return address.match(ipaddr.IPv6.parse('::ffff:0:0'), 96)
}

function isNat64(address: InstanceType<typeof ipaddr.IPv6>): boolean {
  return address.match(ipaddr.IPv6.parse('64:ff9b::'), 96)
}

/**
 * Of IPv6 only what is given out (2000::/3, RFC 3513): the rest, `::127.0.0.1` among it, is nobody's. What is made of
 * somebody else's address, as 6to4 and Teredo are, has a range of its own and is none.
 */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false
  return !(address instanceof ipaddr.IPv6) || address.match(ipaddr.IPv6.parse('2000::'), 3)
}

function isIn(address: Address, network: string): boolean {
  if (!ipaddr.isValidCIDR(network)) return false
  const [base, bits] = ipaddr.parseCIDR(network)
  return address.kind() === base.kind() && address.match(base, bits)
}

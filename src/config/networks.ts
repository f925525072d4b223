import { isIP } from 'node:net'

/**
 * `10.0.0.0/8`, `fd00::/8`, or one address, which becomes a network of its own. Null when it is neither. Host names
 * are none: who may call without a key must not depend on a name server.
 */
export function parseNetwork(text: string): string | null {
  const [address = '', length, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0 || address.includes('%')) return null
  const longest = family === 4 ? 32 : 128
  if (length === undefined) return `${address}/${longest}`
  return /^(0|[1-9]\d{0,2})$/.test(length) && Number(length) <= longest ? text : null
}

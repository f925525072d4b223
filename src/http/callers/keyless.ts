import { isIP } from 'node:net'
import { type Networks, plainAddress } from './addresses.ts'

/** What is looked at of a request without a key. */
export type Approach = {
  /** Of the other end of the socket, and of ours. */
  address: string | undefined
  local: string | undefined
  method: string
  /** As it stands in the first line of the request. */
  target: string
  /** All values of each, by name in small letters. */
  headers: Readonly<Record<string, readonly string[] | undefined>>
}

export type KeylessRules = {
  networks: Networks
  /** By `hostName`. */
  hosts: ReadonlySet<string>
}

/** Why a request without a key is not answered: whoever sent it needs one (401), or it is none of theirs (403). */
export type Refusal = { status: 401 | 403; code: string; detail: string; hint: string }

/**
 * Design 6, in this order: an address that is trusted; nobody in between, since then the address is not the caller's;
 * a name that is ours, since any page can give its own name our address (DNS rebinding); and for what writes, no other
 * page behind it. Null: it may.
 */
export function keylessRefusal(approach: Approach, rules: KeylessRules): Refusal | null {
  const { address, headers, target } = approach
  if (address === undefined || !rules.networks.has(address)) return stranger(plainAddress(address))
  const between = Object.keys(headers).find(tellsOfProxy)
  if (between !== undefined) return throughProxy(`it has the header ${between}`)
  if (!target.startsWith('/')) return throughProxy('it asks for an address with its host')
  return wrongHost(approach, rules) ?? foreignPage(approach)
}

/**
 * Headers of proxies and of what stands before whole sites. Underscores are hyphens to some of them. A word too many
 * here costs somebody a key; one too few would let in whoever the proxy lets through.
 */
const PROXY =
  /^(via|cdn-loop|client-ip|(x-|.*-)?forwarded(-.*)?|.*-(client|real|connecting|user|remote|originating|proxyuser|cluster|source)-?ip|(x-)?remote-addr|x-original-(host|uri|url)|x-(proxy|envoy|amzn|azure|appengine|varnish|cloud|arr)-.*|cf-.*)$/

function tellsOfProxy(name: string): boolean {
  return PROXY.test(name.replaceAll('_', '-'))
}

function wrongHost({ headers, local }: Approach, { hosts }: KeylessRules): Refusal | null {
  const given = headers['host'] ?? []
  const name = given.length === 1 ? hostName(given[0] ?? '') : null
  // An address cannot be rebound as a name can, and the one that it came in at is ours.
  const isOurs = name !== null && (isLoopbackName(name) || hosts.has(name) || name === localName(local))
  if (isOurs) return null
  const called = given.length === 1 ? `as ${shown(given[0])}` : 'without one host'
  return {
    status: 403,
    code: 'host',
    detail: `The lab was called ${called}, which is not a name of its own.`,
    hint: 'Use the address that PUBLIC_URL names, or localhost on its machine, or send a key.',
  }
}

/** A host with or without its port, as `URL` writes it; null when it is neither name nor address. */
export function hostName(host: string): string | null {
  if (!/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)) return null
  return URL.parse(`http://${host}`)?.hostname.replace(/\.$/, '') ?? null
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || (isIP(name) === 4 && name.startsWith('127.'))
}

function localName(local: string | undefined): string | null {
  const plain = plainAddress(local).replace(/%.*$/, '')
  return hostName(isIP(plain) === 6 ? `[${plain}]` : plain)
}

const READS = ['GET', 'HEAD']

/** Browsers put these headers on what pages send, and no page can take them away (Fetch 3.2, Fetch Metadata 2.3). */
function foreignPage({ method, headers }: Approach): Refusal | null {
  if (READS.includes(method)) return null
  const origins = headers['origin'] ?? []
  const own = URL.parse(`http://${headers['host']?.[0] ?? ''}`)?.origin
  const sites = headers['sec-fetch-site'] ?? []
  const isForeign =
    origins.some(origin => origin !== own) || sites.some(site => site !== 'same-origin' && site !== 'none')
  if (!isForeign) return null
  const page = origins[0] === undefined ? 'A page of another site' : `A page of ${shown(origins[0])}`
  return {
    status: 403,
    code: 'foreign-page',
    detail: `${page} may not change anything here in the name of whoever looks at it.`,
    hint: 'Call from a program, or send a key.',
  }
}

function stranger(address: string): Refusal {
  return {
    status: 401,
    code: 'key-missing',
    detail: `${address === '' ? 'Whoever calls' : address} may not call without a key.`,
    hint: KEY_HINT,
  }
}

function throughProxy(sign: string): Refusal {
  return {
    status: 401,
    code: 'key-missing',
    detail: `The request came through a proxy (${shown(sign)}), so who sent it is not known without a key.`,
    hint: KEY_HINT,
  }
}

export const KEY_HINT =
  'Send it as Authorization: Bearer KEY. Whoever runs the lab gives keys out (API_KEYS) and says who needs none (TRUSTED_NETWORKS).'

const LONGEST_SHOWN = 80

function shown(text = ''): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`
}

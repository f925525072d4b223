import { createHash } from 'node:crypto'
import { ROLES } from './http.ts'
import { nearest } from './nearest.ts'
import type { ApiKey } from './types.ts'

/** People over HTTP who have no key: whoever calls without one, and Jenkins. */
const RESERVED = ['local', 'jenkins']
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/
/** RFC 6750 section 2.1: what can be sent as a bearer's token. */
const SENDABLE = /^[A-Za-z0-9._~+/-]+=*$/
const SUM = /^[0-9a-f]{64}$/i
const SHORTEST = 16
const MAKE_ONE = 'Make one with: openssl rand -hex 24'

type Fault = { fault: string }

/**
 * `API_KEYS`: entries `name:role:key`, separated by commas. Nothing of an entry is ever repeated in `problems`, only
 * its number: what stands in the place of a name or a role may be the key.
 */
export function apiKeysOf(value: string | undefined, problems: string[]): ApiKey[] {
  if (value === undefined) return []
  const entries = value.split(',').flatMap(entry => entry.trim() || [])
  // Without an entry this machine could call without a key, and whoever set it wanted keys.
  if (entries.length === 0) problems.push('API_KEYS: has no entry. Write name:role:key, or leave it empty.')
  const read = entries.map(readEntry)
  for (const [i, one] of read.entries())
    if ('fault' in one) problems.push(`API_KEYS: entry ${i + 1} ${one.fault}`)
  problems.push(
    ...twice(read, ({ name }) => name, 'name. What one may and did would be told of the other'),
    ...twice(read, sumOf, 'key. Give each a key of its own'),
  )
  return read.flatMap(one => ('fault' in one ? [] : [one]))
}

function readEntry(entry: string): ApiKey | Fault {
  const [, name = '', word = '', key = ''] = /^([^:]*):([^:]*):(.*)$/s.exec(entry) ?? []
  if (key === '') return { fault: 'is not written name:role:key, such as ci:user:KEY.' }
  if (!NAME.test(name))
    return { fault: 'has no proper name: small letters, digits and . _ - after a first letter or digit.' }
  const reserved = RESERVED.find(one => one === name)
  if (reserved !== undefined)
    return { fault: `is named ${reserved}, which stands for callers without a key. Take another name.` }
  const role = ROLES.find(one => one === word)
  return role === undefined ? { fault: wrongRole(word) } : readKey(name, role, key)
}

function wrongRole(word: string): string {
  const meant = nearest(word, ROLES)
  return `has none of the roles ${ROLES.join(', ')}.${meant === null ? '' : ` Did you mean ${meant}?`}`
}

function readKey(name: string, role: ApiKey['role'], key: string): ApiKey | Fault {
  const [, hex] = /^sha256:(.*)$/is.exec(key) ?? []
  if (hex !== undefined)
    return SUM.test(hex)
      ? { name, role, key: { kind: 'sha256', hex: hex.toLowerCase() } }
      : { fault: 'has no proper sum after sha256: 64 hexadecimal digits, from: printf %s KEY | sha256sum' }
  if (!SENDABLE.test(key))
    return { fault: `has a key that cannot be sent: letters, digits and . _ ~ + / - only. ${MAKE_ONE}` }
  if (key.length < SHORTEST)
    return { fault: `has a key of fewer than ${SHORTEST} characters, which can be guessed. ${MAKE_ONE}` }
  return { name, role, key: { kind: 'plain', value: key } }
}

/** Whoever knows it submits tests as a user does, so it is as long as a key; it is never shown. */
export function webhookProblems(secret: string | undefined): string[] {
  if (secret === undefined || secret.length >= SHORTEST) return []
  const name = 'JENKINS_WEBHOOK_SECRET'
  return [`${name}: has fewer than ${SHORTEST} characters, which can be guessed. ${MAKE_ONE}`]
}

/** Of a key and of its sum: the same one may be written in either way. */
function sumOf({ key }: ApiKey): string {
  return key.kind === 'sha256' ? key.hex : createHash('sha256').update(key.value).digest('hex')
}

function twice(read: readonly (ApiKey | Fault)[], of: (key: ApiKey) => string, what: string): string[] {
  const numbers = new Map<string, number[]>()
  for (const [i, one] of read.entries())
    if (!('fault' in one)) numbers.set(of(one), [...(numbers.get(of(one)) ?? []), i + 1])
  return [...numbers.values()]
    .filter(same => same.length > 1)
    .map(same => `API_KEYS: entries ${same.join(' and ')} have the same ${what}.`)
}

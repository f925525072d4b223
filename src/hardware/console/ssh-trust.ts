/** Whether the server that answers is the one that is meant: nothing secret is sent before that is known. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ServerHostKeyAlgorithm } from 'ssh2'
import { type Line, type NoConsole, noConsole, reasonOf } from './driver-errors.ts'
import { type KnownKey, knownKeys } from './known-hosts.ts'

export type TrustOptions = {
  host: string
  port: number
  hostKey?: string | undefined
  knownHosts?: string | undefined
}

export type Trust = {
  /** Null when the key is right, else what is wrong about it. */
  judge(key: Uint8Array): NoConsole | null
  /** Kinds of key to ask the server for, where not all of its keys are known. */
  algorithms: ServerHostKeyAlgorithm[] | null
}

/** Throws HardwareError (no console) when the file cannot be read. */
export async function readTrust(line: Line, options: TrustOptions): Promise<Trust> {
  const { host, port, hostKey, knownHosts } = options
  if (hostKey === 'any') return { judge: () => null, algorithms: null }
  if (hostKey !== undefined) return { judge: key => judgeBy(hostKey, key), algorithms: null }
  if (knownHosts === undefined) return { judge: unknown, algorithms: null }
  const known = knownKeys(await readKnown(line, knownHosts), host, port)
  return {
    judge: key => judgeAmong(known, key, knownHosts),
    algorithms: known.length === 0 ? null : algorithmsOf(known),
  }
}

async function readKnown(line: Line, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? reasonOf(error) : ''
    const hint = 'Correct known_hosts in boards.yaml, or name the key there: host_key.'
    throw noConsole(line, refusal(`known_hosts ${path} cannot be read: ${why}`, hint))
  }
}

/** As `ssh-keygen -l` prints it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

function judgeBy(expected: string, key: Uint8Array): NoConsole | null {
  return fingerprint(key) === expected.replace(/=+$/, '') ? null : another(key)
}

function judgeAmong(known: readonly KnownKey[], key: Uint8Array, path: string): NoConsole | null {
  const same = known.filter(each => each.key.equals(key))
  if (same.some(({ revoked }) => revoked))
    return refusal(`its host key ${describe(key)} is revoked in ${path}`, 'Give the server another host key.')
  if (same.length > 0) return null
  return known.length === 0 ? unknown(key) : another(key)
}

function unknown(key: Uint8Array): NoConsole {
  return refusal(
    `its host key is not known here: ${describe(key)}`,
    `If that is its own key (ssh-keygen -l shows it there), add to this console in boards.yaml: host_key: ${fingerprint(key)}`,
  )
}

function another(key: Uint8Array): NoConsole {
  return refusal(
    `its host key is another one than is known here: ${describe(key)}`,
    `Something else may answer there, or it was installed anew. If that is its own key (ssh-keygen -l shows it there), correct boards.yaml: host_key: ${fingerprint(key)}`,
  )
}

// What the lab knows is wrong or wanting; the board does what it should.
function refusal(reason: string, hint: string): NoConsole {
  return { step: 'host key', reason, hint, blame: 'lab' }
}

function describe(key: Uint8Array): string {
  return `${typeOf(key)} ${fingerprint(key)}`
}

/** A key begins with its type, after that one's length (RFC 4253 section 6.6). */
function typeOf(key: Uint8Array): string {
  const bytes = Buffer.from(key)
  const length = bytes.length < 4 ? 0 : bytes.readUInt32BE(0)
  return bytes
    .subarray(4, 4 + Math.min(length, 64))
    .toString('latin1')
    .replaceAll(/[^\w@.-]/g, '?')
}

/** A server with keys of several types must show one that the file has. */
function algorithmsOf(known: readonly KnownKey[]): ServerHostKeyAlgorithm[] {
  const all: readonly ServerHostKeyAlgorithm[] = [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
    'ssh-rsa',
  ]
  const types = new Set(known.map(({ type }) => type))
  const found = all.filter(name => types.has(name.startsWith('rsa-sha2') ? 'ssh-rsa' : name))
  return found.length === 0 ? [...all] : found
}

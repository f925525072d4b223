/**
 * An outlet of a PDU that speaks SNMP 1, 2c or 3. The object identifiers are those of APC's PowerNet-MIB unless
 * `oids` names others: rPDUOutletControlOutletCommand (write immediateOn 1, immediateOff 2) and
 * rPDUOutletStatusOutletState (read outletStatusOn 1, outletStatusOff 2). Tried with Debian's snmpd 5.9 too.
 */

import { createSocket, type Socket, type SocketType } from 'node:dgram'
import type { Session, User, Varbind } from 'net-snmp'
import { z } from 'zod'
import type { HardwareError } from '../../errors.ts'
import type { PowerDriver } from '../types.ts'
import {
  Address,
  createOutlet,
  hostPort,
  noAnswer,
  Port,
  powerError,
  TimeoutMs,
  unreachable,
} from './outlet.ts'
import { unlessAborted } from './queue.ts'

type Library = typeof import('net-snmp')

const Oid = z
  .string()
  .regex(/^\.?\d+(\.(\d+|\{outlet\}))+$/, 'is numbers with dots between, and {outlet} where its number goes')

const OidsSchema = z
  .strictObject({
    control: Oid.default('1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.{outlet}'),
    state: Oid.default('1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.{outlet}'),
    on: z.int().default(1),
    off: z.int().default(2),
    stateOn: z.int().optional(),
    stateOff: z.int().optional(),
  })
  .transform(oids => ({ ...oids, stateOn: oids.stateOn ?? oids.on, stateOff: oids.stateOff ?? oids.off }))
  .refine(
    oids => oids.on !== oids.off && oids.stateOn !== oids.stateOff,
    'on and off cannot be the same number',
  )

const Password = z.string().min(8, 'needs 8 characters or more (RFC 3414 section 11.2)')

const UserSchema = z
  .strictObject({
    name: z.string().min(1),
    authProtocol: z.enum(['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512']).default('sha'),
    authPassword: Password.optional(),
    privProtocol: z.enum(['des', 'aes', 'aes256b', 'aes256r']).default('aes'),
    privPassword: Password.optional(),
  })
  .refine(user => user.privPassword === undefined || user.authPassword !== undefined, {
    message: 'is needed beside a password for privacy (RFC 3414 section 1.4.3)',
    path: ['authPassword'],
  })

const SnmpSchema = z
  .strictObject({
    /** Where the PDU is, when its name in boards.yaml is not its address. */
    address: Address.optional(),
    port: Port.default(161),
    /** APC's management cards answer 1 and 3 only. YAML reads 1 and 3 as numbers. */
    version: z
      .preprocess(value => (typeof value === 'number' ? String(value) : value), z.enum(['1', '2c', '3']))
      .default('1'),
    /** What APC ships: boards.yaml's flat form names a PDU and nothing else. */
    community: z.string().min(1).default('private'),
    readCommunity: z.string().min(1).optional(),
    user: UserSchema.optional(),
    oids: OidsSchema.prefault({}),
    timeoutMs: TimeoutMs,
    tries: z.int().min(1).max(10).default(3),
  })
  .refine(options => options.version !== '3' || options.user !== undefined, {
    message: 'version 3 needs a user',
    path: ['user'],
  })

export type SnmpOptions = z.infer<typeof SnmpSchema>

/** One PDU and outlet as the dialogue sees them. */
type Peer = { options: SnmpOptions; host: string; where: string }

export const snmp: PowerDriver<SnmpOptions> = {
  id: 'snmp',
  schema: SnmpSchema,
  create(options, at, { clock }) {
    const { oids, community, readCommunity = community, timeoutMs, tries } = options
    const peer = { options, host: options.address ?? at.pdu, where: `${at.pdu} outlet ${at.outlet}` }
    const control = oidOf(oids.control, at.outlet)
    const status = oidOf(oids.state, at.outlet)
    const line = `snmp ${hostPort(peer.host, options.port)}`
    return createOutlet(
      { where: peer.where, line, timeoutMs, tries, clock },
      {
        async send(to, signal) {
          const value = to === 'on' ? oids.on : oids.off
          await exchange(peer, community, signal, (session, library, done) =>
            session.set([{ oid: control, type: library.ObjectType.Integer, value }], done),
          )
        },
        async read(signal) {
          const answer = await exchange(peer, readCommunity, signal, (session, _, done) =>
            session.get([status], done),
          )
          if (answer.value === oids.stateOn) return 'on'
          return answer.value === oids.stateOff ? 'off' : 'unknown'
        },
      },
    )
  },
}

function oidOf(template: string, outlet: number): string {
  const placed = template.includes('{outlet}') ? template : `${template}.{outlet}`
  return placed.replace(/^\./, '').replaceAll('{outlet}', String(outlet))
}

type Done = (error: Error | null, varbinds?: Varbind[]) => void

/** One request in a session of its own: nothing is left to go stale when the PDU restarts and its engine time with it. */
async function exchange(
  peer: Peer,
  community: string,
  signal: AbortSignal,
  request: (session: Session, library: Library, done: Done) => void,
): Promise<Varbind> {
  const { default: library } = await import('net-snmp')
  signal.throwIfAborted()
  const session = openSession(library, peer, community)
  // A damaged answer is emitted as an error, which with no listener would end the process; it is asked for again.
  session.on('error', () => {})
  try {
    return await unlessAborted(
      signal,
      answered(library, peer, done => request(session, library, done)),
    )
  } finally {
    // From here on the library never calls back (stack.md 8); the outlet's own deadline has spoken.
    session.close()
  }
}

function openSession(library: Library, { options, host }: Peer, community: string): Session {
  const settings = {
    port: options.port,
    retries: options.tries - 1,
    timeout: options.timeoutMs / options.tries,
    transport: host.includes(':') ? ('udp6' as const) : ('udp4' as const),
    dgramModule: { createSocket: guardedSocket },
  }
  if (options.version === '3' && options.user !== undefined)
    return library.createV3Session(host, userOf(library, options.user), {
      ...settings,
      version: library.Version3,
    })
  const version = options.version === '1' ? library.Version1 : library.Version2c
  return library.createSession(host, community, { ...settings, version })
}

function userOf(library: Library, user: z.infer<typeof UserSchema>): User {
  const { SecurityLevel, AuthProtocols, PrivProtocols } = library
  if (user.authPassword === undefined) return { name: user.name, level: SecurityLevel.noAuthNoPriv }
  const auth = { authProtocol: AuthProtocols[user.authProtocol], authKey: user.authPassword }
  if (user.privPassword === undefined) return { name: user.name, level: SecurityLevel.authNoPriv, ...auth }
  const priv = { privProtocol: PrivProtocols[user.privProtocol], privKey: user.privPassword }
  return { name: user.name, level: SecurityLevel.authPriv, ...auth, ...priv }
}

/** net-snmp 3.29 throws out of its socket's listener at some well-formed answers of the wrong kind (a report to 2c). */
function guardedSocket(type: SocketType): Socket {
  const socket = createSocket(type)
  const emit = socket.emit.bind(socket) as (event: string, ...values: unknown[]) => boolean
  const guarded = (event: string, ...values: unknown[]): boolean => {
    try {
      return emit(event, ...values)
    } catch {
      return true
    }
  }
  return Object.assign(socket, { emit: guarded })
}

function answered(library: Library, peer: Peer, request: (done: Done) => void): Promise<Varbind> {
  return new Promise((resolve, reject) => {
    request((error, varbinds) => {
      const answer = varbinds?.[0]
      if (error !== null) reject(problemOf(library, error, peer))
      else if (answer === undefined || library.isVarbindError(answer)) reject(noSuchOutlet(peer))
      else resolve(answer)
    })
  })
}

/** The library's errors by name and number only: their texts hold communities, digests and keys. */
function problemOf(
  library: Library,
  error: Error & { status?: unknown; code?: unknown },
  peer: Peer,
): HardwareError {
  const { where, host, options } = peer
  if (error.name === 'RequestTimedOutError') return noAnswer({ where, ...options })
  if (error.name === 'RequestFailedError') return refused(library, Number(error.status), peer)
  if (error.name === 'ResponseInvalidError') return notUnderstood(library, Number(error.code), peer)
  return unreachable(
    where,
    hostPort(host, options.port),
    typeof error.code === 'string' ? error.code : error.name,
  )
}

function refused(library: Library, status: number, peer: Peer): HardwareError {
  // Version 1 has no other word for an instance that is not there.
  if (status === library.ErrorStatus.NoSuchName) return noSuchOutlet(peer)
  const word = library.ErrorStatus[status] ?? status
  return powerError(`${peer.where} refused: the PDU answered ${word}`, {
    hint: 'Check in boards.yaml that the outlet is there and that community or user may write.',
    details: { where: peer.where, status },
  })
}

function noSuchOutlet({ where }: Peer): HardwareError {
  return powerError(`${where} is not there: the PDU knows no such object`, {
    hint: 'Check the outlet number in boards.yaml, that the community may write (version 1 has one word for both), and oids: another kind of PDU has others.',
    details: { where },
  })
}

function notUnderstood(library: Library, code: number, { where, options }: Peer): HardwareError {
  const word = library.ResponseInvalidCode[code] ?? code
  return powerError(`${where} gave an answer that cannot be trusted: ${word}`, {
    hint:
      options.version === '3'
        ? 'Check name, protocols and passwords of the user in boards.yaml.'
        : 'Check that it is the PDU that answers at this address, and the version in boards.yaml.',
    details: { where, code },
  })
}

import type { Context } from 'koa'
import type { Clock } from '../../clock.ts'
import type { ApiKey } from '../../config/types.ts'
import type { Role } from '../../lab/types.ts'
import type { Problem } from '../problem.ts'
import type { CallerSettings, HttpCaller } from '../types.ts'
import { createNetworks, LOOPBACK, laneOfAddress, plainAddress } from './addresses.ts'
import { type Credentials, credentialsIn } from './credentials.ts'
import { hostName, KEY_HINT, keylessRefusal } from './keyless.ts'
import { createKeyRing } from './keys.ts'
import { tooManyWrong, WRONG_A_MINUTE } from './too-many-wrong.ts'
import { createWrongKeys } from './wrong-keys.ts'

export type Callers = {
  /** Who calls, for what needs to know. Wrong keys are counted: call it once a request. */
  identify(ctx: Context): HttpCaller | Problem
  /** Whether pages and files may be read: by whoever reaches the port, unless a setting says otherwise. */
  mayRead(ctx: Context): Problem | null
  /** Of a person whose platform is `http`, by the id; what no key has any more may least. */
  roleOf(id: string): Role
}

/** Callers without a key. */
const LOCAL = 'local'
/** RFC 6750 section 3, and 3.1 for a key that is wrong. */
const BEARER = 'Bearer realm="boardroom"'
const WRONG = 'error="invalid_token"'
/** RFC 7617 section 2.1. Alone, as not every browser finds it behind another; only pages take it, as browsers send it unasked. */
const BASIC = 'Basic realm="boardroom", charset="UTF-8"'

type Door = 'api' | 'page'

export function createCallers(settings: CallerSettings, { clock }: { clock: Pick<Clock, 'mono'> }): Callers {
  const { keys, trusted } = settings
  const ring = createKeyRing(keys)
  const roles = new Map(keys.map(({ name, role }) => [name, role]))
  const wrongKeys = createWrongKeys(clock, WRONG_A_MINUTE)
  const networks = createNetworks(keys.length === 0 ? [...LOOPBACK, ...trusted] : trusted)
  const rules = { networks, hosts: new Set(settings.hosts.map(ownName)) }

  function judge(ctx: Context, door: Door): HttpCaller | Problem {
    const given = credentialsIn(ctx.req.headersDistinct['authorization'])
    if (given.kind === 'none') return keyless(ctx, door)
    if (given.kind === 'unreadable')
      return refuse(door, 'key-unreadable', `The Authorization header ${given.why}.`)
    if (given.kind === 'basic' && door === 'api')
      return refuse(door, 'key-unreadable', 'A password is for pages; the API takes a key behind Bearer.')
    return keyed(ctx, door, given)
  }

  /** Whether it is right is found out first and in any case: how long a refusal takes says nothing. */
  function keyed(
    ctx: Context,
    door: Door,
    { key }: Extract<Credentials, { key: string }>,
  ): HttpCaller | Problem {
    const found = ring.find(key)
    const lane = laneOfAddress(ctx.req.socket.remoteAddress)
    const waitMs = wrongKeys.barredFor(lane)
    if (waitMs > 0 && (found === null || !wrongKeys.isKnown(lane, found.name)))
      return tooManyWrong('key', 'program', waitMs)
    if (found === null) {
      wrongKeys.wrong(lane)
      const problem = refuse(door, 'key-wrong', 'This key is not known here.')
      return door === 'page'
        ? problem
        : { ...problem, headers: { 'WWW-Authenticate': `${BEARER}, ${WRONG}` } }
    }
    wrongKeys.right(lane, found.name)
    return callerOf(ctx, found.name, found.role)
  }

  function keyless(ctx: Context, door: Door): HttpCaller | Problem {
    const { socket, headersDistinct: headers, method = '', url: target = '' } = ctx.req
    const { remoteAddress: address, localAddress: local } = socket
    const refusal = keylessRefusal({ address, local, method, target, headers }, rules)
    if (refusal === null) return callerOf(ctx, LOCAL, settings.keylessRole())
    // A browser asks for a password only where it is told to, and a key would mend any of these.
    if (door === 'page') return { ...refusal, hint: `${PAGE_HINT}${refusal.hint}`, ...challenge(door) }
    return refusal.status === 401 ? { ...refusal, ...challenge(door) } : refusal
  }

  return {
    identify: ctx => judge(ctx, 'api'),
    mayRead(ctx) {
      if (!settings.pagesNeedKey()) return null
      const reader = judge(ctx, 'page')
      return 'status' in reader ? reader : null
    },
    roleOf: id => (id === LOCAL ? settings.keylessRole() : (roles.get(id) ?? 'user')),
  }
}

/** In `where` it is always the socket's own address: what a header says of it is anybody's word. */
function callerOf(ctx: Context, name: string, role: ApiKey['role']): HttpCaller {
  const address = plainAddress(ctx.req.socket.remoteAddress)
  return { person: { id: name, name, platform: 'http' }, role, where: `http ${address}` }
}

/** The lane of a caller for `rates.ts`: who has no key shares a name with everybody else without one. */
export function laneOfCaller({ person, where }: HttpCaller): string {
  return person.id === LOCAL ? `caller ${person.id} ${where}` : `caller ${person.id}`
}

/** HOST and the like: an IPv6 address is written without brackets there. */
function ownName(host: string): string {
  return hostName(host) ?? hostName(`[${host}]`) ?? host
}

function challenge(door: Door): Pick<Problem, 'status' | 'headers'> {
  return { status: 401, headers: { 'WWW-Authenticate': door === 'api' ? BEARER : BASIC } }
}

const PAGE_HINT = 'Give a key as the password; the name beside it is not looked at. Or: '

function refuse(door: Door, code: string, detail: string): Problem {
  const hint = door === 'page' ? `${PAGE_HINT}${KEY_HINT}` : KEY_HINT
  return { code, detail, hint, ...challenge(door) }
}

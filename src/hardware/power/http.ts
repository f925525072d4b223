/**
 * An outlet of a PDU, relay board or plug with a web interface. Requests are templates; without any it is asked as
 * the flat form's type `apc` with HTTP is (requirement H18.1): `POST /outlet/N/on`, `POST /outlet/N/off` and, to
 * read back, `GET /outlet/N`, whose answer has the word on or off in it.
 */

import { z } from 'zod'
import { type Clock, pause } from '../../clock.ts'
import type { HardwareError } from '../../errors.ts'
import type { PowerDriver, PowerState } from '../types.ts'
import { fill, MatchSchema, matches, Template } from './http-template.ts'
import { Address, createOutlet, hostPort, Port, powerError, TimeoutMs, unreachable } from './outlet.ts'

const TRIES = 3
/** Many management cards take one connection at a time and refuse a second until they have tidied up. */
const TRY_AGAIN_MS = 250
/** No PDU needs more to say on or off; what is longer is some other page. */
const LONGEST_ANSWER = 64 * 1024

const RequestSchema = z
  .strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
    path: Template.regex(/^\//, 'begins with /'),
    headers: z
      .record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/), Template.regex(/^[\t\x20-\x7e]*$/))
      .default({}),
    body: Template.optional(),
    /** Answers that count as done; without it any 2xx. */
    status: z.array(z.int().min(100).max(599)).min(1).optional(),
  })
  .refine(request => request.method !== 'GET' || request.body === undefined, {
    message: 'GET has no body: give it a method, such as POST',
    path: ['body'],
  })

const HttpSchema = z.strictObject({
  /** Where the PDU is, when its name in boards.yaml is not its address. */
  address: Address.optional(),
  port: Port.optional(),
  tls: z.boolean().default(false),
  user: z
    .string()
    .regex(/^[^:]+$/, 'has no colon (RFC 7617)')
    .optional(),
  password: z.string().default(''),
  on: RequestSchema.prefault({ method: 'POST', path: '/outlet/{outlet}/on' }),
  off: RequestSchema.prefault({ method: 'POST', path: '/outlet/{outlet}/off' }),
  state: RequestSchema.prefault({ path: '/outlet/{outlet}' }),
  stateOn: MatchSchema.prefault({ pattern: '\\bon\\b' }),
  stateOff: MatchSchema.prefault({ pattern: '\\boff\\b' }),
  timeoutMs: TimeoutMs,
})

export type HttpOptions = z.infer<typeof HttpSchema>
type Request = z.infer<typeof RequestSchema>
/** One PDU and outlet as the dialogue sees them. */
type Peer = { options: HttpOptions; place: string; where: string; outlet: number; clock: Clock }

export const http: PowerDriver<HttpOptions> = {
  id: 'http',
  schema: HttpSchema,
  create(options, { pdu, outlet }, { clock }) {
    const where = `${pdu} outlet ${outlet}`
    const place = hostPort(options.address ?? pdu, options.port ?? (options.tls ? 443 : 80))
    const peer: Peer = { options, place, where, outlet, clock }
    return createOutlet(
      { where, line: `http ${place}`, timeoutMs: options.timeoutMs, clock },
      {
        send: (to, signal) => ask(peer, options[to], `switch ${to}`, signal, leave),
        read: async signal => {
          const text = await ask(peer, options.state, 'tell its state', signal, answer =>
            textOf(answer, where),
          )
          return stateOf(text, peer)
        },
      },
    )
  },
}

/** Throws HardwareError when the answer's status is none of those expected. */
async function ask<T>(
  peer: Peer,
  request: Request,
  what: string,
  signal: AbortSignal,
  read: (answer: Response) => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      const answer = await send(peer, request, signal)
      if (request.status?.includes(answer.status) ?? answer.ok) return await read(answer)
      await leave(answer)
      throw refused(peer.where, what, answer.status)
    } catch (error) {
      if (signal.aborted || !(error instanceof TypeError)) throw error
      if (tried === TRIES) throw unreachable(peer.where, peer.place, codeOf(error), tried)
      await pause(peer.clock, TRY_AGAIN_MS, signal)
    }
  }
}

/** Throws TypeError, as fetch does, when there is no answer to be had. */
function send({ options, place, outlet }: Peer, request: Request, signal: AbortSignal): Promise<Response> {
  const headers = new Headers({ connection: 'close' })
  if (options.user !== undefined)
    headers.set(
      'authorization',
      `Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`,
    )
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, fill(value, outlet))
  return fetch(`${options.tls ? 'https' : 'http'}://${place}${fill(request.path, outlet)}`, {
    method: request.method,
    headers,
    body: request.body === undefined ? null : fill(request.body, outlet),
    // A redirect would take the credentials, and the belief that something was switched, to somewhere else.
    redirect: 'manual',
    signal,
  })
}

/** What else the answer says does not matter; read or not, its connection ends with it. */
async function leave(answer: Response): Promise<void> {
  await answer.body?.cancel()
}

async function textOf(answer: Response, where: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of answer.body ?? []) {
    text += decoder.decode(bytes, { stream: true })
    if (text.length > LONGEST_ANSWER) throw tooLong(where)
  }
  return text
}

function stateOf(text: string, { options, outlet }: Peer): PowerState {
  const isOn = matches(options.stateOn, text, outlet)
  const isOff = matches(options.stateOff, text, outlet)
  if (isOn === isOff) return 'unknown'
  return isOn ? 'on' : 'off'
}

function codeOf(error: TypeError): string {
  const cause: unknown = error.cause
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return 'no HTTP answer'
}

function refused(where: string, what: string, status: number): HardwareError {
  return powerError(`${where} answered HTTP ${status} when asked to ${what}`, {
    hint:
      status === 401 || status === 403
        ? 'Check user and password of the PDU in boards.yaml.'
        : 'Check the outlet number, and path and method of the request in boards.yaml.',
    details: { where, status },
  })
}

function tooLong(where: string): HardwareError {
  return powerError(
    `${where} answered with more than ${LONGEST_ANSWER / 1024} KiB when asked to tell its state`,
    {
      hint: 'Check the path of the state request in boards.yaml: this is some other page.',
      details: { where },
    },
  )
}

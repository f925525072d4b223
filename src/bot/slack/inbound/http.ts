import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Clock, Millis } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { WEBHOOK_PATH } from '../manifest.ts'
import { bareType, isReadable, isSslCheck, readBody } from './body.ts'
import { createReplays } from './replays.ts'
import { type Refusal, readClaim, verify } from './verify.ts'

/** Counts, by address, the requests that were not Slack's. */
export type Tries = {
  /** How long the address has made too many of them; 0 when it has not. */
  barredFor(address: string): Millis
  wrong(address: string): void
}

export type WebhookDeps = {
  secret: string
  /** Bolt's: takes what has passed, its body read already as `rawBody`. */
  listener: RequestListener
  /** False: nothing can be taken now, and Slack is asked to send it again. */
  isOpen(): boolean
  tries: Tries
  clock: Clock
  log: Log
}

/** What `http` mounts: a path that it hands over whole (its HttpHandler). */
export type Webhook = {
  path: string
  handle(this: void, request: IncomingMessage, response: ServerResponse): Promise<void>
  refused(): number
}

/** A clock this far off is worth a word before signatures stop to fit (incident 18). */
const SKEW_WORTH_TELLING_MS: Millis = 60_000
const TOLD_EVERY_MS: Millis = 10 * 60_000

type Passed = { kind: 'pass'; body: Buffer; type: string; signature: string }
type Judged =
  | Passed
  | { kind: 'answer'; status: number; headers?: Record<string, string> }
  | { kind: 'refuse'; why: Refusal }

/** Lets through what Slack signed, once and in time; all else is answered, counted and logged here. */
export function createWebhook(deps: WebhookDeps): Webhook {
  const { secret, clock, log, tries } = deps
  const replays = createReplays(clock)
  let refused = 0
  let toldSkewAt: Millis | null = null

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const judged = await judge(request)
    if (judged.kind === 'refuse') refuse(request, response, judged.why)
    else if (judged.kind === 'answer') end(response, judged.status, judged.headers)
    else pass(request, response, judged)
  }

  async function judge(request: IncomingMessage): Promise<Judged> {
    if (request.method !== 'POST') return answer(405, { allow: 'POST' })
    if (!deps.isOpen()) return answer(503, { 'retry-after': '5' })
    const claim = readClaim(request.headers, clock.now())
    // An unsigned one may still be Slack's question whether TLS works here.
    const isHopeless = request.headers['x-slack-signature'] !== undefined || isBarred(request)
    if (!claim.ok && isHopeless) return { kind: 'refuse', why: claim.why }
    const body = await readBody(request, clock).catch((error: unknown) => {
      log.warn({ address: addressOf(request), why: messageOf(error) }, 'a request for Slack was cut short')
      return 'cut short' as const
    })
    if (body === 'cut short') return answer(408)
    return body === null ? answer(413) : judgeBody(request, body)
  }

  function judgeBody(request: IncomingMessage, body: Buffer): Judged {
    const type = bareType(request.headers['content-type'])
    if (isSslCheck(body, type)) return answer(200)
    const verdict = verify(request.headers, body, secret, clock.now())
    if (!verdict.ok) return { kind: 'refuse', why: verdict.why }
    if (!replays.use(verdict.signature)) return { kind: 'refuse', why: 'replayed' }
    tellSkew(verdict.skewMs)
    return isReadable(body, type) ? { kind: 'pass', body, type, signature: verdict.signature } : answer(400)
  }

  /** Bolt throws at once where it knows no such path (HTTPReceiver.js, unboundRequestListener). */
  function pass(request: IncomingMessage, response: ServerResponse, passed: Passed): void {
    response.once('close', () => {
      if (!response.writableFinished || response.statusCode >= 500) replays.giveBack(passed.signature)
    })
    request.headers['content-type'] = passed.type
    try {
      deps.listener(Object.assign(request, { rawBody: passed.body }), response)
    } catch (error) {
      log.error({ error }, 'Bolt did not take a request of Slack')
      if (!response.headersSent) end(response, 404)
    }
  }

  function isBarred(request: IncomingMessage): boolean {
    return tries.barredFor(addressOf(request)) > 0
  }

  /** A good signature passes from any address: all of Slack may come through one proxy, and so may a flood. */
  function refuse(request: IncomingMessage, response: ServerResponse, why: Refusal): void {
    refused++
    const address = addressOf(request)
    const barredMs = tries.barredFor(address)
    tries.wrong(address)
    if (barredMs > 0) end(response, 429, { 'retry-after': String(Math.ceil(barredMs / 1_000)) })
    else {
      log.warn({ address, why, refused }, `a request that is not Slack's was refused: ${why}`)
      end(response, 401)
    }
  }

  function tellSkew(skewMs: Millis): void {
    if (Math.abs(skewMs) < SKEW_WORTH_TELLING_MS) return
    if (toldSkewAt !== null && clock.mono() - toldSkewAt < TOLD_EVERY_MS) return
    toldSkewAt = clock.mono()
    log.warn(
      { skewMs },
      "this machine's clock and Slack's differ; at five minutes nothing of Slack's is taken. Look at its time service.",
    )
  }

  return { path: WEBHOOK_PATH, handle, refused: () => refused }
}

function answer(status: number, headers: Record<string, string> = {}): Judged {
  return { kind: 'answer', status, headers }
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? 'unknown'
}

/** What is left of the body is not read: the connection ends with the answer. */
function end(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...(status >= 400 && { connection: 'close' }), ...headers })
  response.end()
}

import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import type { Answer, Envelope } from './delivery.ts'
import type { EventFault } from './faults.ts'
import type { Json } from './loose.ts'
import type { Workspace } from './workspace.ts'

/** Requests to the app over HTTP, signed (docs.slack.dev, authentication/verifying-requests-from-slack). */

const FORM = 'application/x-www-form-urlencoded'

export type Sent = { body: string; headers: Record<string, string> }
export type Got = { status: number; body: string; headers: Json }

export type Forgery = {
  contentType?: string
  /** Another secret than the app's. */
  secret?: string
  /** Seconds by which the clock of the sender is ahead. */
  aheadS?: number
  /** In place of what would be right. */
  signature?: string
  headers?: Record<string, string>
}

export type Webhook = {
  /** Where the app listens: http://127.0.0.1:…/webhooks/slack. */
  pointAt(url: string): void
  carry(envelope: Envelope, fault: EventFault | null): Promise<Answer>
  /** Any body, signed as Slack would unless told otherwise. */
  send(body: string, how?: Forgery): Promise<Got>
  /** The same bytes and headers once more. */
  replay(sent: Sent): Promise<Got>
  /** `charset`: form-encoded requests say "; charset=utf-8". */
  say(charset: boolean): void
  readonly sent: readonly Sent[]
  close(): void
}

export function createWebhook(workspace: Workspace): Webhook {
  const sent: Sent[] = []
  const agent = new Agent({ keepAlive: false })
  let url: string | null = null
  let formType = FORM

  const post = async (each: Sent, isCut: boolean): Promise<Got> => {
    if (url === null)
      throw new Error('the stub was not told where the app listens: stub.webhook.pointAt(url)')
    return await exchange(url, each, agent, isCut)
  }
  const sign = (body: string, how: Forgery): Sent => {
    const made = { body, headers: headersFor(workspace, body, how) }
    sent.push(made)
    return made
  }
  const signed = (envelope: Envelope): Sent => {
    const contentType = envelope.type === 'events_api' ? 'application/json' : formType
    return sign(bodyOf(envelope), { contentType, headers: retryHeaders(envelope) })
  }

  return {
    pointAt(address) {
      url = address
    },
    async carry(envelope, fault) {
      if (url === null) return FAILED
      const made = signed(envelope)
      try {
        const more = fault === 'twice' ? [made] : fault === 'again' ? [signed(retried(envelope))] : []
        const [got] = await Promise.all([made, ...more].map(async each => await post(each, fault === 'cut')))
        if (fault === 'deaf') return await new Promise<Answer>(() => {})
        const answer = answerOf(got)
        if (answer.kind === 'none')
          workspace.complain('http-error', envelope.type, `HTTP ${got?.status ?? 0}`)
        return answer
      } catch {
        return FAILED
      }
    },
    async send(body, how = {}) {
      return await post(sign(body, how), false)
    },
    replay: async each => await post(each, false),
    say(charset) {
      formType = charset ? `${FORM}; charset=utf-8` : FORM
    },
    sent,
    close: () => agent.destroy(),
  }
}

export function signatureOf(secret: string, seconds: number, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${seconds}:${body}`).digest('hex')}`
}

function headersFor(workspace: Workspace, body: string, how: Forgery): Record<string, string> {
  const seconds = Math.floor(workspace.clock.now() / 1000) + (how.aheadS ?? 0)
  const signature = how.signature ?? signatureOf(how.secret ?? workspace.tokens.secret, seconds, body)
  return {
    'content-type': how.contentType ?? 'application/json',
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': String(seconds),
    'x-slack-signature': signature,
    ...how.headers,
  }
}

function retried(envelope: Envelope): Envelope {
  return { ...envelope, retry: { num: 1, reason: 'timeout' } }
}

function retryHeaders({ retry }: Envelope): Record<string, string> {
  if (!retry) return {}
  return {
    'x-slack-retry-num': String(retry.num),
    'x-slack-retry-reason': retry.reason.replace('timeout', 'http_timeout'),
  }
}

/** Events are JSON; a command is a form; an interaction is JSON inside a form. */
function bodyOf({ type, payload }: Envelope): string {
  if (type === 'events_api') return JSON.stringify(payload)
  if (type === 'interactive') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(payload)) fields.set(name, String(value))
  return fields.toString()
}

function answerOf(got: Got | undefined): Answer {
  if (!got || got.status < 200 || got.status > 299) {
    const isFinal = got?.headers['x-slack-no-retry'] === '1'
    return { kind: 'none', reason: 'http_error', isFinal }
  }
  try {
    return { kind: 'ack', body: got.body === '' ? '' : (JSON.parse(got.body) as unknown) }
  } catch {
    return { kind: 'ack', body: got.body }
  }
}

const FAILED: Answer = { kind: 'none', reason: 'connection_failed', isFinal: false }

function exchange(url: string, { body, headers }: Sent, agent: Agent, isCut: boolean): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>()
  const asked = request(url, {
    method: 'POST',
    agent,
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
  })
  asked.on('response', response => {
    const parts: Buffer[] = []
    response.on('data', (part: Buffer) => parts.push(part))
    response.on('error', reject)
    response.on('end', () => {
      const text = Buffer.concat(parts).toString()
      resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers })
    })
  })
  asked.on('error', reject)
  asked.end(body, () => {
    if (isCut) asked.destroy(new Error('cut by the stub'))
  })
  return promise
}

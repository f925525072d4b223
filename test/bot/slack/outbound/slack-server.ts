import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Said = {
  ts: string
  channel: string
  thread: string | null
  text: string
  blocks: readonly unknown[]
  metadata: unknown
  edits: number
}
type Call = { method: string; token: string; args: Record<string, unknown>; at: number }

/**
 * How the next call of a method goes wrong: `cut` before or after it took effect, silent, an HTTP status, a word, or
 * a rate limit of so many seconds.
 */
export type Fault =
  | { how: 'cut' | 'cut after' | 'silent' }
  | { how: 'status'; status: number; after?: true }
  | { how: 'word'; word: string; messages?: readonly string[] }
  | { how: 'limited'; seconds: number | null }

/** As much of Slack's Web API as posts and edits need, over HTTP, and faulty on request. */
export type SlackServer = {
  readonly url: string
  readonly origin: string
  readonly calls: Call[]
  readonly said: Said[]
  /** Channels that the bot is in; a private one that it is not in is not there for it. */
  readonly channels: Map<string, { isMember: boolean; isPrivate?: boolean; isArchived?: boolean }>
  /** For the next call of the method, one each; `always` for all. */
  fault(method: string, ...faults: Fault[]): void
  always: Map<string, Fault>
  /** Nothing goes wrong any more. */
  mend(): void
  /** Tokens of processes that were killed: what they would still send never arrives. */
  readonly dead: Set<string>
  /** The time that calls are noted with. */
  now: () => number
  /** Other addresses: response_url, files. */
  page: ((request: IncomingMessage, response: ServerResponse, body: string) => void) | null
  of(method: string): Call[]
  close(): Promise<void>
}

export async function startSlackServer(): Promise<SlackServer> {
  const faults = new Map<string, Fault[]>()
  let count = 0
  const server: Server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request)
    const method = /^\/api\/(.+)$/.exec(request.url ?? '')?.[1]
    if (method === undefined) return slack.page?.(request, response, body)
    const token = request.headers.authorization ?? ''
    if (slack.dead.has(token)) return void response.destroy()
    const args = argumentsOf(body)
    slack.calls.push({ method, token, args, at: slack.now() })
    const fault = faults.get(method)?.shift() ?? slack.always.get(method) ?? slack.always.get('*')
    if (fault?.how === 'silent') return
    if (fault?.how === 'cut') return void response.destroy()
    if (fault?.how === 'limited') {
      const header = fault.seconds === null ? {} : { 'retry-after': String(fault.seconds) }
      return void response.writeHead(429, header).end('{"ok":false,"error":"ratelimited"}')
    }
    if (fault?.how === 'word') {
      const messages = fault.messages ?? []
      return json(response, { ok: false, error: fault.word, response_metadata: { messages } })
    }
    if (fault?.how === 'status' && fault.after === undefined)
      return void response.writeHead(fault.status).end('<html>')
    const result = carryOut(method, args)
    if (fault?.how === 'cut after') return void response.destroy()
    if (fault?.how === 'status') return void response.writeHead(fault.status).end('<html>')
    json(response, result)
  }

  function carryOut(method: string, args: Record<string, unknown>): Record<string, unknown> {
    const channel = String(args['channel'] ?? '')
    const room = slack.channels.get(channel)
    switch (method) {
      case 'auth.test':
        return { ok: true, user_id: 'UBOT', bot_id: 'BBOT', team_id: 'T1', user: 'boardroom' }
      case 'users.info':
        return { ok: true, user: { name: `${String(args['user'])}-name`, profile: { display_name: '' } } }
      case 'conversations.open':
        return { ok: true, channel: { id: `D${String(args['users']).slice(1)}` } }
      case 'conversations.join':
        if (room === undefined || room.isPrivate) return { ok: false, error: 'channel_not_found' }
        slack.channels.set(channel, { ...room, isMember: true })
        return { ok: true }
      case 'chat.postMessage': {
        const refusal = refusalOf(channel)
        if (refusal !== null) return { ok: false, error: refusal }
        const ts = `1700000000.${String(++count).padStart(6, '0')}`
        const { thread_ts: thread = null, text = '', blocks = [], metadata = null } = args
        slack.said.push({ ts, channel, thread, text, blocks, metadata, edits: 0 } as Said)
        return { ok: true, ts, channel }
      }
      case 'chat.update': {
        const there = slack.said.find(each => each.ts === args['ts'] && each.channel === channel)
        if (there === undefined) return { ok: false, error: 'message_not_found' }
        there.text = String(args['text'])
        there.blocks = (args['blocks'] ?? there.blocks) as readonly unknown[]
        there.edits++
        return { ok: true, ts: there.ts, channel }
      }
      case 'chat.postEphemeral':
        return { ok: true }
      case 'conversations.history':
      case 'conversations.replies':
        return pageOf(channel, args)
      case 'views.open':
      case 'views.update':
        return { ok: true, view: { id: 'V1', hash: 'h1' } }
      default:
        return { ok: false, error: 'unknown_method' }
    }
  }

  function refusalOf(channel: string): string | null {
    const room = slack.channels.get(channel)
    if (channel.startsWith('D')) return null
    if (room === undefined || (room.isPrivate && !room.isMember)) return 'channel_not_found'
    if (room.isArchived) return 'is_archived'
    return room.isMember ? null : 'not_in_channel'
  }

  /** Newest first of a channel, oldest first of a thread, as Slack gives them. */
  function pageOf(channel: string, args: Record<string, unknown>): Record<string, unknown> {
    const thread = (args['ts'] ?? null) as string | null
    const here = slack.said.filter(
      each => each.channel === channel && (each.thread === thread || each.ts === thread),
    )
    const ordered = thread === null ? here.toReversed() : here
    const from = Number(args['cursor'] ?? 0)
    const to = from + Number(args['limit'])
    const withMetadata = args['include_all_metadata'] === 'true'
    const messages = ordered.slice(from, to).map(({ ts, text, metadata }) => ({
      ts,
      text,
      ...(withMetadata && metadata !== null ? { metadata } : {}),
    }))
    return { ok: true, messages, response_metadata: { next_cursor: to < ordered.length ? String(to) : '' } }
  }

  const slack: SlackServer = {
    url: `${origin}/api/`,
    origin,
    calls: [],
    said: [],
    channels: new Map([['C1', { isMember: true }]]),
    always: new Map(),
    dead: new Set(),
    mend() {
      faults.clear()
      slack.always.clear()
    },
    now: () => 0,
    page: null,
    fault(method, ...more) {
      faults.set(method, [...(faults.get(method) ?? []), ...more])
    },
    of: method => slack.calls.filter(call => call.method === method),
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
  return slack
}

/** Slack takes forms; what is no plain value comes as JSON in them. */
function argumentsOf(body: string): Record<string, unknown> {
  const JSON_FIELDS = ['blocks', 'metadata', 'view']
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([name, value]) => [
      name,
      JSON_FIELDS.includes(name) ? (JSON.parse(value) as unknown) : value,
    ]),
  )
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

import { createInbound, type Inbound, type InboundDeps } from '../../../../src/bot/slack/inbound/index.ts'
import { sign } from '../../../../src/bot/slack/inbound/verify.ts'
import type { Heard } from '../../../../src/bot/slack/types.ts'
import type { SlackSettings } from '../../../../src/config/types.ts'
import { createTries } from '../../../../src/gateway/tries.ts'
import { createHttp } from '../../../../src/http/http.ts'
import type { Log } from '../../../../src/log.ts'
import { createLabPort } from '../../../commands/lab-port.ts'
import { createFakeClock, type FakeClock } from '../../../fake-clock.ts'
import { plainOptions } from '../../../http/options.ts'
import { createJournalled, type Journalled } from '../../../mail/journalled.ts'
import type { Payload } from './payloads.ts'

export const SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
export const SETTINGS: SlackSettings = {
  botToken: 'xoxb-1',
  appToken: 'xapp-1',
  signingSecret: SECRET,
  mode: 'http',
  apiUrl: 'http://127.0.0.1:9/api/',
  home: null,
  commands: 'all',
}
const MOST_TRIES = 20

export type Logged = { level: string; fields: Record<string, unknown>; message: string }

/** A counter that remembers what it was told. */
export type Told = {
  handled: string[]
  interrupted: string[]
  lost: string[]
  changed: string[]
}

export type Options = {
  settings?: Partial<SlackSettings>
  deps?: Partial<InboundDeps>
  clock?: FakeClock
  journal?: Journalled
}

export type InboundWorld = {
  clock: FakeClock
  journal: Journalled
  inbound: Inbound
  told: Told
  log: Logged[]
  url: string
  /** Signed and posted as Slack does; `ahead` in ms. */
  post(body: Payload | string, how?: How): Promise<Response>
  /** The process is killed, and another begins on what the disk has, perhaps with a counter that does other things. */
  restart(deps?: Partial<InboundDeps>): Promise<InboundWorld>
  close(): Promise<void>
}

export type How = {
  ahead?: number
  secret?: string
  type?: string
  headers?: Record<string, string>
}

/** Opens worlds for the tests of a file, and closes them after each. */
export function worldsOf(
  afterEach: (end: () => Promise<void>) => void,
): (options?: Options) => Promise<InboundWorld> {
  const worlds: InboundWorld[] = []
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close()
  })
  return async options => {
    const world = await openInbound(options)
    worlds.push(world)
    return world
  }
}

export async function openInbound(options: Options = {}): Promise<InboundWorld> {
  const clock = options.clock ?? createFakeClock()
  const journal = options.journal ?? createJournalled(clock)
  const told: Told = { handled: [], interrupted: [], lost: [], changed: [] }
  const { log, lines } = createLogBook()
  const settings = { ...SETTINGS, ...options.settings }
  const inbound = createInbound({
    settings,
    inbox: journal.open(),
    handle: async heard => void told.handled.push(wordsOf(heard)),
    interrupted: (heard, _key, began) =>
      void told.interrupted.push(`${wordsOf(heard)}${began ? ' (begun)' : ''}`),
    lost: (heard, why) => void told.lost.push(`${wordsOf(heard)} (${why})`),
    submitted: () => ({ errors: { 'f:family': 'There is no family "socA".' } }),
    options: ({ typed }) => ({
      options: [{ text: { type: 'plain_text', text: `${typed}-001` }, value: `${typed}-001` }],
    }),
    changed: async ({ field }) => void told.changed.push(field),
    tries: createTries(clock, MOST_TRIES),
    clock,
    log,
    ...options.deps,
  })
  const http = await serve(inbound, clock, log)
  await inbound.start()
  let isOpen = true
  let next: InboundWorld | null = null

  async function close(): Promise<void> {
    await next?.close()
    if (!isOpen) return
    isOpen = false
    const stopped = inbound.stop()
    // What a test let hang is left behind.
    await clock.pass(60_000)
    await stopped
    await http.close()
  }

  return {
    clock,
    journal,
    inbound,
    told,
    log: lines,
    url: http.url,
    post: async (body, how = {}) => await fetch(http.url, signedRequest(body, clock, how)),
    async restart(deps) {
      await kill()
      next = await openInbound({ ...options, clock, journal, deps: deps ?? options.deps ?? {} })
      return next
    },
    close,
  }

  /** What the old process does from here on reaches no disk. */
  async function kill(): Promise<void> {
    journal.hold()
    journal.restart()
    await close()
    journal.restart()
    journal.sync()
  }
}

export function signedRequest(body: Payload | string, clock: FakeClock, how: How = {}): RequestInit {
  const text = typeof body === 'string' ? body : bodyOf(body)
  const timestamp = String(Math.floor((clock.now() + (how.ahead ?? 0)) / 1_000))
  return {
    method: 'POST',
    body: text,
    headers: {
      'content-type':
        how.type ?? (text.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded'),
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': sign(text, how.secret ?? SECRET, timestamp),
      ...how.headers,
    },
  }
}

/** Events are JSON, a command is a form, and an interaction is JSON in a form. */
function bodyOf(payload: Payload): string {
  if (payload['type'] === 'event_callback' || payload['type'] === 'url_verification')
    return JSON.stringify(payload)
  const isCommand = payload['command'] !== undefined
  const fields = isCommand ? (payload as Record<string, string>) : { payload: JSON.stringify(payload) }
  return new URLSearchParams(fields).toString()
}

async function serve(
  inbound: Inbound,
  clock: FakeClock,
  log: Log,
): Promise<{ url: string; close(): Promise<void> }> {
  if (inbound.handler === null) return { url: '', close: async () => {} }
  const http = createHttp(
    plainOptions({
      lab: createLabPort(),
      files: { list: async () => [], hold: async () => null, gone: () => null, owners: async () => [] },
      uploads: {
        stage: () => Promise.reject(new Error('nobody expected an upload')),
        path: () => '',
        drop: async () => {},
      },
      handlers: [inbound.handler],
      log,
      clock,
    }),
  )
  const { port } = await http.start()
  return {
    url: `http://127.0.0.1:${port}${inbound.handler.path}`,
    async close() {
      const stopped = http.stop(1_000)
      await clock.pass(1_000)
      await stopped
    },
  }
}

export function wordsOf(heard: Heard): string {
  return 'line' in heard ? heard.line : heard.kind
}

export function createLogBook(): { log: Log; lines: Logged[] } {
  const lines: Logged[] = []
  const at =
    (level: string) =>
    (fields: Record<string, unknown>, message: string): void =>
      void lines.push({ level, fields, message })
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}

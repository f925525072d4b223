import { createHmac } from 'node:crypto'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { LogFields } from '../../../src/log.ts'
import { until } from '../../until.ts'
import { startWorld, type World, type WorldOptions } from '../world.ts'

/** Each of them is a word of its own that nothing else could have written. */
export const KEYS = {
  mei: 'mark-key-of-mei-3f9a41',
  kai: 'mark-key-of-kai-77b0c2',
  ops: 'mark-key-of-ops-c41dd8',
  ada: 'mark-key-of-ada-90e1f5',
} as const
export const SECRET = 'mark-secret-of-jenkins-5d2e60'
export const API_KEYS = `mei:user:${KEYS.mei},kai:user:${KEYS.kai},ops:operator:${KEYS.ops},ada:admin:${KEYS.ada}`

/** The whole bot on a simulated lab, and its port as somebody outside sees it. */
export type Office = {
  world: World
  readonly port: number
  /** Every line that was logged, before it was scrubbed. */
  logged: readonly string[]
  ask(path: string, options?: Ask): Promise<Answer>
  dial(from?: string): Promise<Line>
  close(): Promise<void>
}

export type Ask = {
  method?: string
  /** Sent as a bearer's. */
  key?: string
  headers?: Readonly<Record<string, string | readonly string[]>>
  /** An object is sent as JSON. */
  body?: string | Buffer | object
  /** The address of this machine that it is sent from, and to. */
  from?: string
  host?: string
}

export type Answer = { status: number; headers: IncomingHttpHeaders; text: string; json: unknown }

/** A bare connection. */
export type Line = {
  socket: Socket
  write(text: string): void
  seen(): string
  closed(): boolean
  /** All that came until the other end hung up. */
  rest(): Promise<string>
}

export async function openOffice({ env, ...options }: WorldOptions = {}): Promise<Office> {
  const logged: string[] = []
  const keep = (fields: LogFields, message: string): void => void logged.push(`${message} ${shown(fields)}`)
  const world = await startWorld({
    env: { CHAT: 'terminal', ...env },
    log: { debug: keep, info: keep, warn: keep, error: keep },
    ...options,
  })
  const port = (): number => Number(new URL(world.app.address).port)
  return {
    world,
    logged,
    get port() {
      return port()
    },
    ask: (path, options) => ask(port(), path, options),
    dial: from => dial(port(), from),
    close: () => world.close(),
  }
}

/** Errors with all that hangs on them. */
function shown(fields: LogFields): string {
  const parts = (_name: string, value: unknown): unknown =>
    value instanceof Error
      ? { ...value, message: value.message, stack: value.stack, cause: value.cause }
      : value
  return JSON.stringify(fields, parts)
}

/** A request as it is written: nothing tidies its path up, and it has a connection of its own. */
export async function ask(port: number, path: string, options: Ask = {}): Promise<Answer> {
  const { key, body, from, host = '127.0.0.1', headers = {} } = options
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body)
  const bytes = Buffer.from(isJson ? JSON.stringify(body) : (body ?? ''))
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const sent = request({
    ...{ host, port, path, agent: false },
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(isJson && { 'content-type': 'application/json' }),
      ...(body !== undefined && { 'content-length': bytes.length }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(from === undefined ? {} : { localAddress: from }),
  })
  sent.on('response', resolve)
  sent.on('error', reject)
  sent.end(bytes)
  const response = await promise
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  const text = Buffer.concat(parts).toString()
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: jsonIn(text) }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export async function dial(port: number, from?: string, host = '127.0.0.1'): Promise<Line> {
  const socket = connect({ port, host, ...(from === undefined ? {} : { localAddress: from }) })
  onTestFinished(() => void socket.destroy())
  let seen = ''
  let isClosed = false
  socket.on('data', bytes => {
    seen += bytes.toString('latin1')
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    isClosed = true
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.on('connect', () => resolve())
  await promise
  return {
    socket,
    write: text => void socket.write(text, 'latin1'),
    seen: () => seen,
    closed: () => isClosed,
    async rest() {
      await until(() => isClosed, 'the other end hangs up', 30_000)
      return seen
    },
  }
}

/** As docs/jenkins.md says. `at` is in milliseconds. */
export function signed(body: string, { secret = SECRET, at = Date.now() } = {}): Record<string, string> {
  const timestamp = String(Math.floor(at / 1_000))
  const sum = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  return {
    'content-type': 'application/json',
    'x-boardroom-timestamp': timestamp,
    'x-boardroom-signature': `sha256=${sum}`,
  }
}

/** Tests that were ever submitted. */
export function tests({ world }: Office): number {
  return world.lab.state().counters.T ?? 0
}

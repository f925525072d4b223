import { type IncomingHttpHeaders, request } from 'node:http'
import Koa from 'koa'
import { onTestFinished } from 'vitest'
import type { ApiKey } from '../../../src/config/types.ts'
import { type Callers, createCallers } from '../../../src/http/callers/callers.ts'
import { answerProblem } from '../../../src/http/problem.ts'
import type { CallerSettings, HttpCaller } from '../../../src/http/types.ts'
import { createFakeClock, type FakeClock } from '../../fake-clock.ts'

export const USER_KEY = 'user-key-0123456789'
export const ADMIN_KEY = 'admin-key-0123456789'

export const KEYS: readonly ApiKey[] = [
  { name: 'ci', role: 'user', key: { kind: 'plain', value: USER_KEY } },
  { name: 'ops', role: 'admin', key: { kind: 'plain', value: ADMIN_KEY } },
]

export type Told = {
  status: number
  headers: IncomingHttpHeaders
  /** Whom the API took it for, where it let somebody in. */
  caller: HttpCaller | null
  /** The problem, where it did not; of a page the whole text. */
  text: string
}

type Asked = {
  headers?: Readonly<Record<string, string | readonly string[]>>
  method?: string
  path?: string
  /** Of this machine, to call from. */
  from?: string
}

export type Door = {
  callers: Callers
  clock: FakeClock
  port: number
  ask(asked?: Asked): Promise<Told>
}

/** A server that lets in at `/api/…` and `/page` whom callers let in, and says whom it saw. */
export async function openDoor(part: Partial<CallerSettings> = {}): Promise<Door> {
  const clock = createFakeClock()
  const settings: CallerSettings = {
    keys: [],
    trusted: [],
    keylessRole: () => 'user',
    pagesNeedKey: () => false,
    hosts: [],
    ...part,
  }
  const callers = createCallers(settings, { clock })
  const app = new Koa()
  // Koa prints what breaks a connection, and tests break some on purpose.
  app.silent = true
  app.use(ctx => {
    if (ctx.path === '/page') {
      const refused = callers.mayRead(ctx)
      if (refused !== null) return answerProblem(ctx, refused)
      ctx.body = 'a page'
      return
    }
    const caller = callers.identify(ctx)
    if ('status' in caller) return answerProblem(ctx, caller)
    ctx.body = caller
  })
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { port } = address
  return { callers, clock, port, ask: asked => ask(port, asked) }
}

async function ask(
  port: number,
  { headers = {}, method, path = '/api/v1/x', from }: Asked = {},
): Promise<Told> {
  const { promise, resolve, reject } = Promise.withResolvers<Told>()
  const options = { host: '127.0.0.1', port, path, agent: false, method: method ?? 'GET' }
  const sent = request({ ...options, ...(from !== undefined && { localAddress: from }) }, answer => {
    let text = ''
    answer.setEncoding('utf8')
    answer.on('data', (piece: string) => {
      text += piece
    })
    answer.on('end', () => {
      const status = answer.statusCode ?? 0
      const isIn = status === 200 && path !== '/page'
      const caller = isIn ? (JSON.parse(text) as HttpCaller) : null
      resolve({ status, headers: answer.headers, caller, text })
    })
  })
  for (const [name, value] of Object.entries(headers)) sent.setHeader(name, value)
  sent.on('error', reject).end()
  return await promise
}

export function bearer(key: string): Asked {
  return { headers: { Authorization: `Bearer ${key}` } }
}

export function basic(key: string, user = 'me'): { Authorization: string } {
  return { Authorization: `Basic ${Buffer.from(`${user}:${key}`).toString('base64')}` }
}

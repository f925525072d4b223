import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa, { type Context } from 'koa'
import { onTestFinished } from 'vitest'
import { createRouter, type Route } from '../../../src/http/routes.ts'
import { bearSilence } from '../../../src/http/silence.ts'
import type { HttpCaller } from '../../../src/http/types.ts'
import { createEventParser, type ServerEvent } from '../../../src/remote/event-parser.ts'
import { until } from '../../until.ts'

export const MEI: HttpCaller = {
  person: { id: 'mei', name: 'mei', platform: 'http' },
  role: 'user',
  where: 'http 127.0.0.1',
}

export type Served = { port: number; server: Server; faults: unknown[] }

/** A Koa app on a port of its own; what it could not answer is in `faults`. */
export async function serve(handle: (ctx: Context) => void | Promise<void>, idleMs = 0): Promise<Served> {
  const app = new Koa()
  const faults: unknown[] = []
  app.on('error', () => {})
  app.use(async ctx => {
    try {
      await handle(ctx)
    } catch (error) {
      faults.push(error)
      throw error
    }
  })
  const answer = app.callback()
  const server = createServer((request, response) => {
    bearSilence(request, response)
    void answer(request, response)
  })
  server.timeout = idleMs
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port: (server.address() as AddressInfo).port, server, faults }
}

/** The same with routes of the product, called by mei. */
export async function serveRoutes(routes: readonly Route[]): Promise<Served> {
  const find = createRouter(routes)
  return await serve(async ctx => {
    const found = find(ctx.method, ctx.path)
    if (found.kind === 'found') await found.route.handle(ctx, found.params, MEI)
  })
}

export type Reader = {
  answer: IncomingMessage
  text(): string
  /** Its end, as it should be or not. */
  over(): 'no' | 'ended' | 'cut'
  sees(text: string): Promise<unknown>
  leave(): void
}

export async function read(port: number, path = '/', headers: Record<string, string> = {}): Promise<Reader> {
  const asked = request({ host: '127.0.0.1', port, path, headers, agent: false })
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  asked.on('response', resolve).on('error', reject).end()
  onTestFinished(() => void asked.destroy())
  const answer = await promise
  const chunks: Buffer[] = []
  let over: 'no' | 'ended' | 'cut' = 'no'
  answer.on('data', (chunk: Buffer) => void chunks.push(chunk))
  answer.on('error', () => {})
  answer.on('close', () => {
    over = answer.complete ? 'ended' : 'cut'
  })
  const text = (): string => Buffer.concat(chunks).toString()
  return {
    answer,
    text,
    over: () => over,
    sees: wanted =>
      until(() => text().includes(wanted), `${JSON.stringify(wanted)} in ${text().slice(-500)}`),
    leave: () => void asked.destroy(),
  }
}

export type Listener = Reader & {
  events(): readonly (Omit<ServerEvent, 'data'> & { data: unknown })[]
  /** Waits for so many events of that name; the last of them. */
  hears(name: string, count?: number): Promise<{ data: Record<string, unknown>; id: string }>
}

export async function listen(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<Listener> {
  const reader = await read(port, path, headers)
  const events: Listener['events'] = () =>
    createEventParser()
      .push(Buffer.from(reader.text()))
      .map(event => ({ ...event, data: JSON.parse(event.data) as unknown }))
  return {
    ...reader,
    events,
    async hears(name, count = 1) {
      const found = await until(
        () => events().filter(event => event.name === name)[count - 1],
        `${count} of ${name}: ${reader.text()}`,
      )
      return { data: found.data as Record<string, unknown>, id: found.id }
    },
  }
}

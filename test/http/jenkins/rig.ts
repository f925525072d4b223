import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { onTestFinished } from 'vitest'
import { createDispatcher } from '../../../src/commands/dispatch.ts'
import { commands } from '../../../src/commands/registry.ts'
import { sign } from '../../../src/http/jenkins/verify.ts'
import { createJenkins, type Jenkins } from '../../../src/http/jenkins/webhook.ts'
import { type LogFields, silentLog } from '../../../src/log.ts'
import { createInbox } from '../../../src/mail/inbox.ts'
import type { LabUnderTest } from '../../lab/harness.ts'

export const SECRET = 'a long secret of the lab'

/** The webhook on a port, before a real lab. */
export type Hook = {
  jenkins: Jenkins
  port: number
  /** With the secret in a header, unless `headers` says otherwise. */
  post(body: unknown, headers?: Record<string, string>, query?: string): Promise<Answer>
  /** Signed, at the lab's own time. */
  postSigned(body: unknown, headers?: Record<string, string>): Promise<Answer>
  /** Runs whose card was asked for. */
  posted: string[]
  lines: string[]
}

export type Answer = { status: number; headers: Record<string, unknown>; body: Record<string, unknown> }

export async function openHook({ lab, clock }: LabUnderTest, secret: string | null = SECRET): Promise<Hook> {
  const posted: string[] = []
  const lines: string[] = []
  const keep = (fields: LogFields, text: string): void => void lines.push(`${text} ${JSON.stringify(fields)}`)
  const log = { ...silentLog, debug: keep, info: keep, warn: keep, error: keep }
  const jenkins = createJenkins({
    lab,
    dispatcher: createDispatcher({ commands, lab, log, clock }),
    inbox: createInbox({ ...lab.inbox, clock, log }),
    home: {
      origin: request => ({ channel: 'home', place: 'home', ...(request === undefined ? {} : { request }) }),
      posted: run => void posted.push(run.id),
    },
    secret,
    clock,
    log,
  })
  const { route } = jenkins
  const app = new Koa()
  app.on('error', (error: unknown) => void lines.push(String(error)))
  app.use(async ctx => {
    if (route.access === 'anyone') await route.handle(ctx, {})
  })
  const answer = app.callback()
  const server = createServer((incoming, response) => void answer(incoming, response))
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  onTestFinished(async () => {
    await jenkins.stop(1_000)
    const { promise: closed, resolve: done } = Promise.withResolvers<void>()
    server.close(() => done())
    server.closeAllConnections()
    await closed
  })
  const { port } = server.address() as AddressInfo
  const send = (body: unknown, headers: Record<string, string>, query = ''): Promise<Answer> =>
    ask(port, typeof body === 'string' ? body : JSON.stringify(body), headers, query)
  return {
    jenkins,
    port,
    posted,
    lines,
    post: (body, headers = { 'x-boardroom-secret': SECRET }, query = '') => send(body, headers, query),
    postSigned(body, headers = {}) {
      const text = JSON.stringify(body)
      const timestamp = String(Math.floor(clock.now() / 1_000))
      const signature = sign(SECRET, timestamp, text)
      return send(text, {
        ...headers,
        'x-boardroom-timestamp': timestamp,
        'x-boardroom-signature': signature,
      })
    },
  }
}

async function ask(
  port: number,
  body: string,
  headers: Record<string, string>,
  query: string,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const sent = request({
    ...{ host: '127.0.0.1', port, path: `/webhooks/jenkins${query}`, method: 'POST', agent: false },
    headers: { 'content-type': 'application/json', ...headers },
  })
  sent.on('error', reject)
  sent.on('response', resolve)
  sent.end(body)
  const response = await promise
  let text = ''
  for await (const bytes of response) text += String(bytes)
  return { status: response.statusCode ?? 0, headers: response.headers, body: read(text) }
}

function read(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return { text }
  }
}

import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import Koa from 'koa'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { createDispatcher } from '../../../src/commands/dispatch.ts'
import { commands } from '../../../src/commands/registry.ts'
import type { Followed } from '../../../src/commands/types.ts'
import { type ApiDeps, createApi } from '../../../src/http/api/index.ts'
import { createRouter } from '../../../src/http/routes.ts'
import type { HttpCaller, Uploads } from '../../../src/http/types.ts'
import { createGate } from '../../../src/http/uploads/gate.ts'
import { receive } from '../../../src/http/uploads/receive.ts'
import type { Run } from '../../../src/lab/types.ts'
import { silentLog } from '../../../src/log.ts'
import { createInbox } from '../../../src/mail/inbox.ts'
import type { InboxEntry, InboxStore } from '../../../src/mail/types.ts'
import { createLabPort, type LabPort } from '../../commands/lab-port.ts'

export const MEI: HttpCaller = {
  person: { id: 'mei', name: 'mei', platform: 'http' },
  role: 'user',
  where: 'http 10.0.0.5',
}

export type ApiRig = {
  lab: LabPort
  address: string
  /** What nobody foresaw: it would be answered 500 without the words of a command. */
  broken: unknown[]
  waited: { topic: string; ms: number }[]
  followed: Followed[]
  posted: Run[]
  /** Staged files that were not let go of. */
  held(): number
  ask(method: string, path: string, more?: Body): Promise<Answer>
}

export type Body = { json?: unknown; form?: FormData; raw?: string; headers?: Record<string, string> }
export type Answer = { status: number; headers: Headers; text: string; json: Json }
// biome-ignore lint/suspicious/noExplicitAny: answers are read by the tests that asked
type Json = any

type Options = {
  lab?: LabPort
  caller?: HttpCaller
  waiting?: ApiDeps['waiting']
  deps?: Partial<ApiDeps>
}

/** The API on a real server, over a lab that holds still. */
export async function startApi(options: Options = {}): Promise<ApiRig> {
  const lab = options.lab ?? createLabPort()
  const store = storeOf()
  Object.assign(lab, { inbox: store })
  const { uploads, held } = await uploadsIn()
  const gate = createGate(8)
  const limits = { bodyBytes: 100_000, fileBytes: 100_000 }
  const rig = {
    broken: [] as unknown[],
    waited: [] as ApiRig['waited'],
    followed: [] as Followed[],
    posted: [] as Run[],
  }
  const routes = createApi({
    dispatcher: createDispatcher({ commands, lab, log: silentLog, clock: systemClock }),
    lab,
    inbox: createInbox({ ...store, clock: systemClock, log: silentLog }),
    home: {
      origin: request => ({ channel: 'slack', place: 'C1', ...(request === undefined ? {} : { request }) }),
      posted: run => void rig.posted.push(run),
    },
    receive: ctx => receive(ctx, { uploads, limits, gate }),
    waiting: options.waiting ?? { until: async (topic, ms) => void rig.waited.push({ topic, ms }) },
    sendFollowed(ctx, followed, before) {
      rig.followed.push(followed)
      ctx.body = before.map(line => line.text).join('\n')
    },
    others: [],
    version: '0.1.0',
    log: silentLog,
    clock: systemClock,
    ...options.deps,
  })
  const find = createRouter(routes)
  const app = new Koa()
  app.on('error', () => {})
  app.use(async ctx => {
    const found = find(ctx.method, ctx.path)
    if (found.kind !== 'found') {
      ctx.status = found.kind === 'method' ? 405 : 404
      return
    }
    const { route, params } = found
    try {
      await (route.access === 'api'
        ? route.handle(ctx, params, options.caller ?? MEI)
        : route.handle(ctx, params))
    } catch (error) {
      rig.broken.push(error)
      ctx.status = 500
    }
  })
  const address = await listening(app)
  return { ...rig, lab, address, held, ask: (method, path, more) => ask(`${address}${path}`, method, more) }
}

async function listening(app: Koa): Promise<string> {
  const server = createServer((request, response) => void app.callback()(request, response))
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`
}

async function ask(
  url: string,
  method: string,
  { json, form, raw, headers = {} }: Body = {},
): Promise<Answer> {
  const body = json === undefined ? (form ?? raw) : JSON.stringify(json)
  const type: Record<string, string> =
    json !== undefined
      ? { 'Content-Type': 'application/json' }
      : raw !== undefined
        ? { 'Content-Type': 'application/octet-stream' }
        : {}
  const answer = await fetch(url, {
    method,
    headers: { Accept: 'application/json', ...type, ...headers },
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
  })
  const text = await answer.text()
  const isJson = /json/.test(answer.headers.get('content-type') ?? '') && text !== ''
  return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : null }
}

export function storeOf(): InboxStore & { all: Map<string, InboxEntry> } {
  const all = new Map<string, InboxEntry>()
  const step = (key: string, more: Partial<InboxEntry>): void => {
    const entry = all.get(key)
    if (entry !== undefined) all.set(key, { ...entry, ...more })
  }
  return {
    all,
    entries: () => [...all.values()],
    find: key => all.get(key) ?? null,
    heard: async entry => void all.set(entry.key, structuredClone(entry)),
    begun: async key => step(key, { stage: 'begun' }),
    done: async (key, kept = null) => step(key, { stage: 'done', heard: structuredClone(kept) }),
    async forgotten(keys) {
      for (const key of keys) all.delete(key)
    },
  }
}

async function uploadsIn(): Promise<{ uploads: Uploads; held(): number }> {
  const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const held = new Set<string>()
  let count = 0
  const uploads: Uploads = {
    async stage(name, content) {
      const bytes = await buffer(content)
      const key = String(++count)
      await writeFile(join(dir, key), bytes)
      held.add(key)
      return { key, name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    },
    path: ({ key }) => join(dir, key),
    drop: async ({ key }) => void held.delete(key),
  }
  return { uploads, held: () => held.size }
}

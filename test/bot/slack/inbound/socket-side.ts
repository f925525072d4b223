import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { until } from '../../../until.ts'
import type { Payload } from './payloads.ts'

/** Slack's side of Socket Mode, as far as a connection needs it (docs.slack.dev, using-socket-mode). */
export type SocketSide = {
  /** For SLACK_API_URL. */
  apiUrl: string
  /** The tokens by which connections were asked for. */
  readonly asked: readonly (string | undefined)[]
  readonly open: number
  /** What apps.connections.open answers from here on: Slack's word, a status, or what is right. */
  answer(how: string | number | null): void
  /** False: connections are taken, and nothing is said. */
  greet(hello: boolean): void
  connected(count?: number): Promise<void>
  /** Resolves with what the app acknowledged it by. */
  deliver(payload: Payload, how?: { id?: string; type?: string }): Promise<unknown>
  /** A frame as it is. */
  send(frame: string | Buffer): void
  /** Nothing of what the other side sends is read from here on, not even its pings. */
  fallSilent(): void
  cut(): void
  close(): Promise<void>
}

export async function startSocketSide(): Promise<SocketSide> {
  const asked: (string | undefined)[] = []
  const sockets: WebSocket[] = []
  const acknowledged = new Map<string, (payload: unknown) => void>()
  let how: string | number | null = null
  let isGreeting = true
  let count = 0
  const address = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`

  const server = createServer((request, response) => {
    request.resume()
    if (request.method !== 'POST' || request.url !== '/api/apps.connections.open') {
      response.writeHead(404).end()
      return
    }
    asked.push(request.headers.authorization)
    if (typeof how === 'number') {
      response.writeHead(how, how === 429 ? { 'retry-after': '30' } : {}).end()
      return
    }
    const body = how === null ? { ok: true, url: `ws://${address()}/link` } : { ok: false, error: how }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const upgrades = new WebSocketServer({ server })
  upgrades.on('connection', socket => {
    sockets.push(socket)
    socket.on('error', () => socket.terminate())
    socket.on('close', () => sockets.splice(sockets.indexOf(socket), 1))
    socket.on('message', data => {
      const frame = JSON.parse(String(data)) as { envelope_id: string; payload: unknown }
      acknowledged.get(frame.envelope_id)?.(frame.payload)
    })
    if (isGreeting) socket.send(JSON.stringify({ type: 'hello', num_connections: sockets.length }))
  })
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise

  return {
    apiUrl: `http://${address()}/api/`,
    asked,
    get open() {
      return sockets.length
    },
    answer(next) {
      how = next
    },
    greet(hello) {
      isGreeting = hello
    },
    async connected(wanted = 1) {
      await until(() => sockets.length === wanted, `${wanted} connections`)
    },
    deliver(payload, { id = `e${++count}`, type = typeOf(payload) } = {}) {
      const { promise, resolve } = Promise.withResolvers<unknown>()
      acknowledged.set(id, resolve)
      const retries = type === 'events_api' ? { retry_attempt: 0, retry_reason: '' } : {}
      const envelope = { envelope_id: id, type, payload, accepts_response_payload: true, ...retries }
      for (const socket of sockets) socket.send(JSON.stringify(envelope))
      return promise
    },
    send(frame) {
      for (const socket of sockets) socket.send(frame)
    },
    fallSilent() {
      for (const socket of sockets) socket.pause()
    },
    cut() {
      for (const socket of [...sockets]) socket.terminate()
    },
    async close() {
      for (const socket of [...sockets]) socket.terminate()
      upgrades.close()
      server.closeAllConnections()
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      await promise
    },
  }
}

function typeOf(payload: Payload): string {
  if (payload['type'] === 'event_callback') return 'events_api'
  return payload['command'] === undefined ? 'interactive' : 'slash_commands'
}

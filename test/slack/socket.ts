import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Millis, Timer } from '../../src/clock.ts'
import type { Answer, Envelope } from './delivery.ts'
import type { EventFault } from './faults.ts'
import { recordOf, textOf } from './loose.ts'
import type { Workspace } from './workspace.ts'

/** Socket Mode (docs.slack.dev, apis/events-api/using-socket-mode). */

const MOST_CONNECTIONS = 10
const PING_MS: Millis = 10_000

export type SocketMode = {
  /** What apps.connections.open answers: an address good for one connection. */
  address(): string
  carry(envelope: Envelope, fault: EventFault | null): Promise<Answer>
  readonly connections: number
  /** The connection is gone without a word. */
  cut(): void
  /** The connections stay, but nothing comes through them any more, not even a pong. */
  freeze(): void
  /** Slack asks the app to connect anew. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void
  close(): Promise<void>
}

type Waiting = { envelope: Envelope; sent: number; settle(answer: Answer): void }
type Connection = { socket: WebSocket; waiting: Map<string, Waiting>; ping: Timer | null; isFrozen: boolean }

export function createSocketMode(
  workspace: Workspace,
  server: Server,
  address: () => string,
  onOpen: () => void,
): SocketMode {
  const sockets = new WebSocketServer({ noServer: true })
  const tickets = new Set<string>()
  const connections: Connection[] = []
  let turn = 0

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const url = new URL(request.url ?? '/', 'http://stub')
    if (url.pathname !== '/link' || !tickets.delete(url.searchParams.get('ticket') ?? '')) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, opened)
  }

  const opened = (socket: WebSocket): void => {
    const connection: Connection = { socket, waiting: new Map(), ping: null, isFrozen: false }
    socket.on('error', () => socket.terminate())
    if (connections.length >= MOST_CONNECTIONS) {
      workspace.complain('too_many_websockets', 'link', `${MOST_CONNECTIONS} connections are open`)
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets' }))
      socket.close()
      return
    }
    connections.push(connection)
    socket.on('message', data => acknowledged(workspace, connection, String(data)))
    socket.on('close', () => closed(connections, connection))
    keepPinging(workspace, connection)
    socket.send(JSON.stringify(helloOf(workspace, connections.length)))
    onOpen()
  }

  server.on('upgrade', upgrade)
  return {
    address() {
      const ticket = workspace.id('k').toLowerCase()
      tickets.add(ticket)
      return `${address()}/link?ticket=${ticket}&app_id=${workspace.app.id}`
    },
    async carry(envelope, fault) {
      // Slack picks any of the connections; here they take turns.
      const connection = connections[turn++ % Math.max(1, connections.length)]
      return connection ? await carryBy(connection, envelope, fault) : GONE
    },
    get connections() {
      return connections.length
    },
    cut() {
      for (const { socket } of [...connections]) socket.terminate()
    },
    freeze() {
      for (const connection of connections) {
        connection.isFrozen = true
        connection.socket.pause()
      }
    },
    disconnect(reason) {
      const frame = { type: 'disconnect', reason, debug_info: { host: 'stub' } }
      for (const { socket } of connections) socket.send(JSON.stringify(frame))
    },
    async close() {
      for (const { socket } of [...connections]) socket.terminate()
      const { promise, resolve } = Promise.withResolvers<void>()
      sockets.close(() => resolve())
      await promise
    },
  }
}

function helloOf(workspace: Workspace, connections: number): object {
  return {
    type: 'hello',
    num_connections: connections,
    debug_info: { host: 'stub', build_number: 1, approximate_connection_time: 18_060 },
    connection_info: { app_id: workspace.app.id },
  }
}

function keepPinging(workspace: Workspace, connection: Connection): void {
  connection.ping = workspace.clock.after(PING_MS, () => {
    if (connection.socket.readyState !== connection.socket.OPEN) return
    if (!connection.isFrozen) connection.socket.ping()
    keepPinging(workspace, connection)
  })
}

function closed(connections: Connection[], connection: Connection): void {
  connection.ping?.cancel()
  connections.splice(connections.indexOf(connection), 1)
  for (const { settle } of connection.waiting.values()) settle(GONE)
  connection.waiting.clear()
}

const GONE: Answer = { kind: 'none', reason: 'connection_failed', isFinal: false }

function carryBy(connection: Connection, envelope: Envelope, fault: EventFault | null): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const times = fault === 'twice' ? 2 : 1
  const settle = fault === 'deaf' ? (): void => {} : resolve
  connection.waiting.set(envelope.id, { envelope, sent: times, settle })
  if (connection.isFrozen) return promise
  for (let sent = 0; sent < times; sent++) connection.socket.send(JSON.stringify(frameOf(envelope)))
  if (fault === 'cut') connection.socket.terminate()
  if (fault === 'again') {
    const id = `${envelope.id}-again`
    const retried = { ...envelope, id, retry: { num: 1, reason: 'timeout' } }
    connection.waiting.set(id, { envelope: retried, sent: 1, settle: () => {} })
    connection.socket.send(JSON.stringify(frameOf(retried)))
  }
  return promise
}

function frameOf({ id, type, payload, takesAnswer, retry }: Envelope): object {
  const frame = { envelope_id: id, type, payload, accepts_response_payload: takesAnswer }
  if (type !== 'events_api') return frame
  return { ...frame, retry_attempt: retry?.num ?? 0, retry_reason: retry?.reason ?? '' }
}

function acknowledged(workspace: Workspace, connection: Connection, data: string): void {
  const frame = parse(data)
  const id = textOf(frame['envelope_id'])
  const found = connection.waiting.get(id)
  if (!found || found.sent === 0) {
    workspace.complain('unknown_envelope', 'link', `an acknowledgement of ${id || data.slice(0, 80)}`)
    return
  }
  const body = frame['payload']
  if (!found.envelope.takesAnswer && Object.keys(recordOf(body)).length > 0)
    workspace.complain('payload_not_accepted', found.envelope.type, JSON.stringify(body))
  found.sent -= 1
  found.settle({ kind: 'ack', body })
}

function parse(data: string): ReturnType<typeof recordOf> {
  try {
    return recordOf(JSON.parse(data))
  } catch {
    return {}
  }
}

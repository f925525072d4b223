import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { until } from '../../until.ts'

/** Real TCP servers that behave as consoles do, and as they should not. All are gone after `close`. */
export type Peers = {
  /** Calls `serve` for each client. */
  start(serve: (socket: Socket) => void, port?: number): Promise<Peer>
  close(): Promise<void>
}

export type Peer = {
  readonly port: number
  readonly clients: readonly Socket[]
  /** All bytes that came from clients. */
  heard(): Buffer
  stop(): Promise<void>
}

export function createPeers(): Peers {
  const running = new Set<Peer>()
  return {
    async start(serve, port = 0) {
      const peer = await startPeer(serve, port)
      running.add(peer)
      return peer
    },
    async close() {
      for (const peer of running) await peer.stop()
      running.clear()
    },
  }
}

async function startPeer(serve: (socket: Socket) => void, port: number): Promise<Peer> {
  const clients: Socket[] = []
  const parts: Buffer[] = []
  const server = createServer(socket => {
    clients.push(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('data', part => parts.push(part))
    serve(socket)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    clients,
    heard: () => Buffer.concat(parts),
    async stop() {
      if (!server.listening) return
      server.close()
      for (const client of clients) client.destroy()
      await once(server, 'close')
    },
  }
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const peer = await startPeer(() => {}, 0)
  await peer.stop()
  return peer.port
}

/** WILL ECHO, WILL SGA, WILL BINARY, DO BINARY: what QEMU 7.2 says first. */
export const QEMU_GREETING = Buffer.from([255, 251, 1, 255, 251, 3, 255, 251, 0, 255, 253, 0])

/** Serves one client at a time, as QEMU does: the next is connected and hears nothing until the first has gone. */
export function oneAtATime(serve: (socket: Socket) => void): (socket: Socket) => void {
  const line: Socket[] = []
  const next = (): void => {
    const socket = line[0]
    if (socket !== undefined) serve(socket)
  }
  return socket => {
    line.push(socket)
    socket.on('close', () => {
      const wasServed = line[0] === socket
      line.splice(line.indexOf(socket), 1)
      if (wasServed) next()
    })
    if (line.length === 1) next()
  }
}

/** Waits until the peer heard so many bytes. */
export async function heardBytes(peer: Peer, count: number): Promise<Buffer> {
  await until(() => peer.heard().length >= count, `${count} bytes at the peer`)
  return peer.heard()
}

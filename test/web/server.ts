import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createRaw, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import type { Web, WebRules } from '../../src/web/types.ts'
import { createWeb, type WebDeps } from '../../src/web/web.ts'

export type Elsewhere = { port: number; url: string; asked: string[]; sockets: ReadonlySet<Socket> }

/** Another server, which does as it is told, and what it was asked. */
export async function elsewhere(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<Elsewhere> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.headers.host} ${request.url}`)
    void answer(request, response)
  })
  return await listening(server, asked)
}

/** One that speaks no HTTP by itself: it says `bytes` to whoever asked something, and nothing more. */
export async function bareServer(answer: (socket: Socket) => void): Promise<Elsewhere> {
  const asked: string[] = []
  const server = createRaw(socket => {
    socket.on('error', () => {})
    socket.once('data', bytes => {
      asked.push(bytes.toString('latin1'))
      answer(socket)
    })
  })
  return await listening(server, asked)
}

async function listening(
  server: ReturnType<typeof createServer> | ReturnType<typeof createRaw>,
  asked: string[],
): Promise<Elsewhere> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}`, asked, sockets }
}

export const LOOPBACK = ['127.0.0.0/8']

/** May call what `allowed` begins with, on this machine. */
export function webOn(allowed: readonly string[], more: Partial<WebDeps & WebRules> = {}): Web {
  const { networks = LOOPBACK, ...deps } = more
  const rules = (): WebRules => ({ allowed: { binary: allowed, callback: allowed }, networks })
  return createWeb({ rules, log: silentLog, clock: systemClock, ...deps })
}

/** A signal that nobody aborts. */
export function unhurried(): AbortSignal {
  return new AbortController().signal
}

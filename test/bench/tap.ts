import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A wire between the product and a board on which somebody sits with a stop-watch. */
export type Tap = {
  port: number
  /** Wall time of the first byte to the board at or after `t`; null when none has come yet. */
  firstTyped(t: number): number | null
  /** Bytes that went by so far. */
  bytes(): { toBoard: number; fromBoard: number }
  close(): Promise<void>
}

export function wall(): number {
  return performance.timeOrigin + performance.now()
}

export async function openTap(board: number): Promise<Tap> {
  const sockets = new Set<Socket>()
  const typed: number[] = []
  const bytes = { toBoard: 0, fromBoard: 0 }
  const server = createServer({ noDelay: true }, near => {
    const far = connect({ port: board, host: '127.0.0.1', noDelay: true })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        near.destroy()
        far.destroy()
        sockets.delete(socket)
      })
    }
    near.on('data', chunk => {
      typed.push(wall())
      bytes.toBoard += chunk.length
      far.write(chunk)
    })
    far.on('data', chunk => {
      bytes.fromBoard += chunk.length
      near.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    firstTyped: t => typed.find(at => at >= t) ?? null,
    bytes: () => ({ ...bytes }),
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export type Proxy = {
  readonly address: string
  /** Nothing listens there any more, and every connection is gone. */
  down(): Promise<void>
  /** On the same port again. */
  up(): Promise<void>
}

/** A network between here and `port()` (null: nobody is there) that cuts streams after so many bytes of their answers, one number a stream. */
export async function startProxy(port: () => number | null, cuts: readonly number[] = []): Promise<Proxy> {
  const left = [...cuts]
  const sockets = new Set<Socket>()
  let own = 0
  let server: Server | null = null

  const join = (near: Socket): void => {
    const there = port()
    if (there === null) {
      near.destroy()
      return
    }
    const far = connect(there, '127.0.0.1')
    const end = (): void => {
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
      socket.on('close', end)
    }
    let room = Number.POSITIVE_INFINITY
    near.once('data', first => {
      // What is only read can be asked for again; a line is sent once.
      if (first.toString('latin1').startsWith('GET')) room = left.shift() ?? room
      far.write(first)
      near.on('data', bytes => far.write(bytes))
    })
    far.on('data', bytes => {
      near.write(bytes.subarray(0, Math.min(bytes.length, room)), () => room < 0 && end())
      room -= bytes.length
    })
  }
  const up = async (): Promise<void> => {
    server = createServer(join).listen(own, '127.0.0.1')
    await once(server, 'listening')
    own = (server.address() as AddressInfo).port
  }
  const down = async (): Promise<void> => {
    const running = server
    server = null
    if (running === null) return
    const closed = once(running, 'close')
    running.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await up()
  onTestFinished(down)
  return {
    get address() {
      return `http://127.0.0.1:${own}`
    },
    down,
    up,
  }
}

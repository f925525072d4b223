import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * A console server between the bot and a board that says more than the board does: real sockets on both sides, and
 * what is between them is the board's own, until it is told to misbehave.
 */
export type BadLine = {
  readonly port: number
  /** Which board is behind it; connections wait for it. */
  leadsTo(port: number): void
  /** From now on it says this every so often, beside the board; null: it behaves again. */
  says(what: ((heard: Buffer) => Uint8Array) | null, everyMs?: number): void
  /** From now on it says this as fast as it is taken, `most` bytes in all; null: no more. */
  floods(piece: Uint8Array | null, most?: number): void
  /** Somebody else has the board: whoever connects is told so, and sent away. */
  taken(isTaken: boolean): void
  /** How much it said beside the board. */
  said(): number
  close(): Promise<void>
}

/** What of the board's words it can repeat. */
const REPEATED = 8000
const SENTENCE = 'This port is in use by mei.\r\n'

export async function openBadLine(): Promise<BadLine> {
  const sockets = new Set<Socket>()
  const clients = new Set<Socket>()
  const target = Promise.withResolvers<number>()
  let heard = Buffer.alloc(0)
  let [said, isTaken] = [0, false]
  let flood: Uint8Array | null = null
  let dry = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | null = null

  const say = (bytes: Uint8Array): void => {
    for (const client of clients) if (client.writable && client.writableLength === 0) client.write(bytes)
    said += bytes.length
  }
  /** As fast as it is taken, and others have their turn. */
  const pour = (client: Socket): void => {
    if (flood === null || said > dry || !client.writable) return
    said += flood.length
    client.write(flood, () => setImmediate(pour, client))
  }
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    return socket.once('close', () => void sockets.delete(socket))
  }
  const join = async (client: Socket): Promise<void> => {
    const port = await target.promise
    const board = keep(connect({ port, host: '127.0.0.1', noDelay: true }))
    clients.add(client)
    client.on('data', bytes => board.write(bytes))
    board.on('data', bytes => {
      heard = Buffer.concat([heard, bytes]).subarray(-REPEATED)
      client.write(bytes)
    })
    client.once('close', () => {
      clients.delete(client)
      board.destroy()
    })
    board.once('close', () => client.destroy())
    pour(client)
  }
  const server = createServer({ noDelay: true }, client => {
    keep(client)
    if (isTaken) client.end(SENTENCE)
    else void join(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    leadsTo: target.resolve,
    says(what, everyMs = 40) {
      if (timer !== null) clearInterval(timer)
      timer = what === null ? null : setInterval(() => say(what(heard)), everyMs)
    },
    floods(piece, most = Number.POSITIVE_INFINITY) {
      flood = piece
      dry = said + most
      for (const client of clients) pour(client)
    },
    taken(is) {
      isTaken = is
      if (is) for (const client of clients) client.destroy()
    },
    said: () => said,
    async close() {
      flood = null
      if (timer !== null) clearInterval(timer)
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

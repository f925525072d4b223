/**
 * `node load.ts PORT CLIENTS MS ACCEPT PATH…`: clients that each ask, read the answer to its end, and ask again, one path
 * after the other. Over bare sockets: a client of Node's would cost more than the server that it asks.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type LoadSaid = {
  requests: number
  bytes: number
  tookMs: number
  /** Of each, in ms, from the request to its last byte; every so many where they are too many. */
  each: readonly number[]
  /** Answers by status. */
  statuses: Readonly<Record<string, number>>
}

const MOST_SAMPLES = 20_000
const END_OF_HEAD = Buffer.from('\r\n\r\n')

const [port = '0', clients = '1', ms = '1000', accept = '*/*', ...paths] = process.argv.slice(2)
const requests = paths.map(path =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: ${accept}\r\n\r\n`),
)
const each: number[] = []
const statuses: Record<string, number> = {}
let bytes = 0

const from = performance.now()
const until = from + Number(ms)
await Promise.all(Array.from({ length: Number(clients) }, (_, n) => client(n)))
const tookMs = performance.now() - from
const step = Math.ceil(each.length / MOST_SAMPLES)
const said: LoadSaid = {
  requests: each.length,
  ...{ bytes, tookMs, statuses },
  each: each.filter((_, at) => at % step === 0),
}
process.stdout.write(`${JSON.stringify(said)}\n`)

async function client(number: number): Promise<void> {
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  for (let n = number; performance.now() < until; n++) {
    const asked = performance.now()
    socket.write(requests[n % requests.length] ?? '')
    const { status, length } = await answer(socket)
    each.push(performance.now() - asked)
    statuses[status] = (statuses[status] ?? 0) + 1
    bytes += length
  }
  socket.destroy()
}

function answer(socket: Socket): Promise<{ status: string; length: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: string; length: number }>()
  let head: Buffer = Buffer.alloc(0)
  let wanted = Number.POSITIVE_INFINITY
  let seen = 0
  let status = ''
  const gone = (): void => reject(new Error(`the server left in the middle of an answer: ${head.toString()}`))
  const onData = (chunk: Buffer): void => {
    seen += chunk.length
    if (status === '') {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      const end = head.indexOf(END_OF_HEAD)
      if (end < 0) return
      const text = head.toString('latin1', 0, end)
      status = text.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)
      const length = /^content-length: *(\d+)/im.exec(text)?.[1]
      if (length === undefined) reject(new Error(`an answer of no length:\n${text}`))
      wanted = end + END_OF_HEAD.length + Number(length)
    }
    if (seen < wanted) return
    socket.off('data', onData)
    socket.off('close', gone)
    resolve({ status, length: seen })
  }
  socket.on('data', onData)
  socket.once('close', gone)
  return promise
}

import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import type { Answered } from './openapi-document.ts'

/** A request as it is written: nothing tidies it up. */
export type Sent = {
  method: string
  /** Path and query. */
  target: string
  headers: Readonly<Record<string, string>>
  body: Buffer | null
}

export type Came = Answered & { headers: IncomingHttpHeaders }

export type Sender = {
  /** Throws when the answer has not ended within the deadline; of one that has no end its head is read. */
  send(sent: Sent): Promise<Came>
  close(): void
}

const END_WITHIN_MS = 15_000
const CONNECTIONS = 16

/** `from`: the address of loopback that it calls from, as pages are counted by address. */
export function createSender(port: () => number, from = '127.0.0.1'): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, localAddress: from })
  return {
    send: sent => send(port(), sent, agent),
    close: () => agent.destroy(),
  }
}

async function send(port: number, { method, target, headers, body }: Sent, agent: Agent): Promise<Came> {
  const { promise, resolve, reject } = Promise.withResolvers<Came>()
  const asked = request({
    ...{ host: '127.0.0.1', port, method, path: target, agent },
    // One of both: with two lengths it would be no HTTP (RFC 9112, 6.1).
    headers: {
      ...(body === null || 'Transfer-Encoding' in headers ? {} : { 'Content-Length': String(body.length) }),
      ...headers,
    },
  })
  const said = `${method} ${target}`
  const timer = setTimeout(() => {
    reject(new Error(`no end within ${END_WITHIN_MS} ms: ${said}`))
    asked.destroy()
  }, END_WITHIN_MS)
  asked.on('error', error => reject(new Error(`cut off: ${said}`, { cause: error })))
  asked.on('response', response => {
    const { statusCode: status = 0, headers: came } = response
    const type = came['content-type'] ?? ''
    const parts: Buffer[] = []
    const done = (): void => resolve({ status, type, headers: came, body: Buffer.concat(parts).toString() })
    if (isEndless(type, came)) {
      done()
      asked.destroy()
      return
    }
    response.on('data', (part: Buffer) => void parts.push(part))
    response.on('error', reject)
    response.on('end', done)
  })
  asked.end(body ?? undefined)
  return await promise.finally(() => clearTimeout(timer))
}

/** Events, and logs that are followed: nobody knows their length ahead. */
function isEndless(type: string, headers: IncomingHttpHeaders): boolean {
  const isLines = /^text\/(?:event-stream|plain)/.test(type)
  return isLines && headers['content-length'] === undefined && headers['x-accel-buffering'] === 'no'
}

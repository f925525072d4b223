import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Millis, within } from '../clock.ts'
import { LabError, messageOf } from '../errors.ts'
import { createEndpoint } from './compose.ts'
import { bearSilence } from './silence.ts'
import type { Http, HttpOptions, Timeouts } from './types.ts'
import { letPass } from './uploads/feed.ts'

/** Of one answer; Node warns of more as of a leak. */
const MOST_LISTENERS = 20
const TIMEOUTS: Timeouts = { headersMs: 10_000, idleMs: 120_000 }

/** One server, one port: pages, API, webhooks, metrics, and what the chat platforms post. */
export function createHttp(options: HttpOptions): Http {
  const { host, port, clock, log } = options
  const timeouts = { ...TIMEOUTS, ...options.timeouts }
  /** Connections that asked nothing yet, as browsers open them ahead; Node does not count them as idle. */
  const silent = new Set<Socket>()
  let stopping = false
  const endpoint = createEndpoint({
    ...options,
    health: () => ({ ...options.health(), ...(stopping && { stopping }) }),
  })
  const answer = endpoint.app.callback()
  const server = createServer(
    {
      headersTimeout: timeouts.headersMs,
      // A large file over a slow line takes as long as it takes: what ends a body is silence (uploads/feed.ts).
      requestTimeout: 0,
      // Node looks at its limits only this often.
      connectionsCheckingInterval: Math.min(5_000, timeouts.headersMs),
    },
    (request, response) => {
      silent.delete(request.socket)
      // Of a followed log eleven hear its end, Node's pipeline and each part that holds something for it.
      response.setMaxListeners(MOST_LISTENERS)
      bearSilence(request, response)
      if (stopping) response.setHeader('Connection', 'close')
      // Before Node's own listener, which would read a body that nobody wanted to its end, however far that is.
      response.prependOnceListener('finish', () => {
        if (!request.complete) letPass(request, clock)
      })
      response.once('close', () => {
        // A connection kept alive would hold up the end for as long as its reader likes.
        if (stopping) setImmediate(() => server.closeIdleConnections())
      })
      void answer(request, response)
    },
  )
  server.timeout = timeouts.idleMs
  // It may be passed over (RFC 9110, 10.1.1); Node's own answer would have no words.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('connection', socket => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })

  async function start(): Promise<{ port: number }> {
    await listen(server, host, port)
    server.on('error', (error: unknown) => log.error({ error }, 'the http server failed'))
    return { port: (server.address() as AddressInfo).port }
  }

  async function stop(deadlineMs: Millis): Promise<void> {
    stopping = true
    if (!server.listening) return await endpoint.stop(deadlineMs)
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    server.close(() => resolve())
    for (const socket of silent) socket.destroy()
    const done = endpoint.stop(deadlineMs)
    await within(clock, deadlineMs, closed, () => new Error('late')).catch(() => {
      log.warn({}, 'http requests were cut off: they did not end in time')
      server.closeAllConnections()
    })
    await closed
    await done
  }

  return { start, resume: endpoint.resume, stop }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onError = (error: unknown): void => reject(cannotListen(error, host, port))
  server.once('error', onError)
  server.listen({ host, port }, () => {
    server.off('error', onError)
    resolve()
  })
  return promise
}

function cannotListen(error: unknown, host: string, port: number): LabError {
  const code = error instanceof Error && 'code' in error ? error.code : null
  const [what, hint] =
    code === 'EADDRINUSE'
      ? [`port ${port} on ${host} is in use`, 'Stop what listens there, or choose another with PORT.']
      : code === 'EACCES'
        ? [`port ${port} on ${host} is not allowed to this user`, 'Choose one over 1023 with PORT.']
        : code === 'EADDRNOTAVAIL'
          ? [`${host} is not an address of this machine`, 'Set HOST to one of its addresses, or 127.0.0.1.']
          : [`cannot listen on ${host} port ${port}: ${messageOf(error)}`, 'Look at HOST and PORT.']
  return new LabError('port', what, { hint, failure: 'input', details: { host, port, code }, cause: error })
}

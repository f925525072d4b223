import type { AddressInfo, Server } from 'node:net'
import { LabError, messageOf } from '../errors.ts'

/** Answers the port. Throws LabError when it cannot be had. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const onError = (error: unknown): void => reject(cannotListen(error, host, port))
  server.once('error', onError)
  server.listen({ host, port }, () => {
    server.off('error', onError)
    resolve((server.address() as AddressInfo).port)
  })
  return promise
}

function cannotListen(error: unknown, host: string, port: number): LabError {
  const code = error instanceof Error && 'code' in error ? error.code : null
  const message =
    code === 'EADDRINUSE'
      ? `port ${port} on ${host}, where consoles are opened to people, is in use`
      : `consoles cannot be opened to people on ${host} port ${port}: ${messageOf(error)}`
  return new LabError('port', message, {
    hint: 'Stop what listens there, or choose another with CONSOLE_PORT (0 takes any free one, off opens none).',
    failure: 'input',
    details: { host, port, code },
    cause: error,
  })
}

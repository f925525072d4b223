/**
 * Files by SFTP (draft-ietf-secsh-filexfer-02, version 3, as OpenSSH has it), where a board's SSH console is: with the
 * same account, the same trust in its host key and the same deadlines, over a connection of its own.
 */
import { type Millis, type Timer, within } from '../../../clock.ts'
import { HardwareError, messageOf } from '../../../errors.ts'
import type { DriverDeps, FileWay, WriteGate } from '../../types.ts'
import { type Line, noConsole } from '../driver-errors.ts'
import { networkLine, noAnswer, openSocket, placeOf, type SocketOptions } from '../socket.ts'
import { type AccountOptions, readAccount } from '../ssh-account.ts'
import { openSsh } from '../ssh-client.ts'
import { readTrust, type TrustOptions } from '../ssh-trust.ts'
import { WayError } from '../transfer/way-error.ts'
import { connectionOf, type SftpConnection, SUBSYSTEM } from './connection.ts'
import { openFar } from './download.ts'
import { upload } from './upload.ts'

export type SftpOptions = SocketOptions & AccountOptions & TrustOptions
type Deps = Pick<DriverDeps, 'clock'> & { gate: WriteGate }
type At = { where: string; options: SftpOptions; deps: Deps }

/** Whoever forgot it has no connection open for ever; the next file opens another. */
const IDLE_MS: Millis = 300_000

export function createSftpWay(options: SftpOptions, deps: Deps): FileWay {
  const where = `sftp ${options.username}@${placeOf(options)}`
  let connection: SftpConnection | null = null
  let ending = new AbortController()
  let idle: Timer | null = null

  const close = (): void => {
    idle?.cancel()
    ending.abort(closedByUs(where))
    ending = new AbortController()
    connection?.close()
    connection = null
  }
  const connected = async (signal: AbortSignal): Promise<SftpConnection> => {
    idle?.cancel()
    if (connection?.isOpen() === true) return connection
    connection?.close()
    connection = null
    const { signal: closed } = ending
    const opened = await connect({ where, options, deps }, AbortSignal.any([signal, closed]))
    if (closed.aborted) {
      opened.close()
      throw closedByUs(where)
    }
    connection = opened
    return opened
  }
  const later = (): void => {
    idle?.cancel()
    idle = connection === null ? null : deps.clock.after(IDLE_MS, close)
  }
  /** Whoever lost the board has no connection to it either. */
  const gate = (): void => {
    try {
      deps.gate()
    } catch (error) {
      close()
      throw error
    }
  }
  const using = async <T>(signal: AbortSignal, work: (open: SftpConnection) => Promise<T>): Promise<T> => {
    gate()
    try {
      return await work(await connected(signal))
    } finally {
      later()
    }
  }

  return {
    kind: 'sftp',
    where,
    isOpen: () => connection?.isOpen() === true,
    send: (bytes, path, signal, onWritten) =>
      using(signal, open => upload(open, { path, bytes }, gate, signal, onWritten)),
    async open(path, signal) {
      const far = await using(signal, open => openFar(open, path, signal))
      return { read: (...asked) => far.read(...asked).finally(later), close: () => far.close() }
    },
    remove: (path, signal) =>
      using(signal, open => {
        gate()
        return open.ask(`remove ${path}`, signal, (sftp, done) => sftp.unlink(path, done))
      }),
    close,
  }
}

async function connect({ where, options, deps }: At, signal: AbortSignal): Promise<SftpConnection> {
  const line: Line = networkLine(where, options)
  try {
    const account = await readAccount(line, options)
    const trust = await readTrust(line, options)
    const socket = await openSocket(line, options, deps.clock, signal)
    const opening = await openSsh(line, socket, account, trust, SUBSYSTEM).catch((error: unknown) => {
      socket.destroy()
      throw error
    })
    const late = (): Error => noConsole(line, { step: opening.step(), reason: noAnswer(options) })
    try {
      const sftp = await within(deps.clock, options.connectTimeoutMs, opening.opened, late, signal)
      return connectionOf(where, deps.clock, opening, sftp)
    } catch (error) {
      opening.close()
      throw error
    }
  } catch (error) {
    throw signal.aborted || !(error instanceof HardwareError) ? error : notOpened(where, error)
  }
}

function closedByUs(where: string): WayError {
  return new WayError(where, 'broken', 'closed by us')
}

/** What the console's own driver would say, as half a sentence. */
function notOpened(where: string, error: HardwareError): WayError {
  const { reason } = error.details
  return new WayError(where, 'broken', typeof reason === 'string' ? reason : messageOf(error), error)
}

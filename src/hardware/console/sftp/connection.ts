/**
 * A connection by SSH with the subsystem "sftp" open: requests of ssh2 1.17.0 (lib/protocol/SFTP.js), each with a
 * deadline. ssh2 may forget who waits when a connection is lost (its issue 1490), throws when an error has no listener,
 * and its fastPut writes wrong files with some servers (its issues 1120, 1166), so none of that is relied on.
 */
import type { Client, SFTPWrapper } from 'ssh2'
import type { Clock, Millis, Timer } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import { serverWords } from '../server-words.ts'
import type { SshAnswer, SshOpening, SshRequest } from '../ssh-client.ts'
import { WayError, type WayTrouble } from '../transfer/way-error.ts'

/** A board with slow flash takes seconds to write what it has taken in. */
const SILENCE_MS: Millis = 20_000

export type Done<T> = (error?: Error | null, value?: T) => void

export type SftpConnection = {
  /** One request; `what` is for the error: `open /tmp/a`. Rejects with WayError, or with the signal's reason. */
  ask<T = undefined>(
    what: string,
    signal: AbortSignal,
    start: (sftp: SFTPWrapper, done: Done<T>) => void,
  ): Promise<T>
  isOpen(): boolean
  close(): void
}

export const SUBSYSTEM: SshRequest<SFTPWrapper> = { step: 'sftp', ask: askForSftp }

function askForSftp(client: Client, answer: SshAnswer<SFTPWrapper>): void {
  client.sftp((error, sftp) => {
    // Typed as always there; it is not when an error is.
    const failed: Error | undefined = error
    if (failed !== undefined) return answer.refused(noSubsystem(failed))
    sftp.on('error', () => client.destroy())
    sftp.on('close', () => client.destroy())
    answer.given(sftp)
  })
}

/** dropbear says yes and starts a program that may not be there; a shell that prints at log-in is no SFTP either. */
function noSubsystem(error: Error): string {
  const said = serverWords(messageOf(error))
  const status = /exit code (\d+)/.exec(said)?.[1]
  if (status !== undefined) return `the server's sftp-server ended with status ${status}`
  if (/unable to start subsystem/i.test(said)) return 'the server has no SFTP'
  if (/packet/i.test(said)) return 'what the server says is no SFTP; something may print at its log-in'
  return `the server gives no SFTP: ${said}`
}

export function connectionOf(
  where: string,
  clock: Clock,
  opening: SshOpening<SFTPWrapper>,
  sftp: SFTPWrapper,
): SftpConnection {
  /** What was asked for and is not answered yet, the oldest first. */
  const waiting = new Map<(error: Error) => void, string>()
  let isOpen = true
  let silence: Timer | null = null

  const end = (reason: string): void => {
    isOpen = false
    silence?.cancel()
    for (const lose of [...waiting.keys()]) lose(lost(where, reason))
    waiting.clear()
  }
  // Many requests are under way at once: on a slow line the last one's answer takes long, but not the next one's.
  const listen = (): void => {
    silence?.cancel()
    silence = waiting.size === 0 ? null : clock.after(SILENCE_MS, tooSilent)
  }
  const tooSilent = (): void => {
    const [what = ''] = waiting.values()
    end(`no answer within ${SILENCE_MS / 1000} s to: ${what}`)
    opening.close()
  }
  sftp.on('close', () => end(opening.ending()))
  sftp.on('error', (error: Error) => end(`what the server says is no SFTP: ${serverWords(messageOf(error))}`))

  return {
    isOpen: () => isOpen,
    async ask<T>(what: string, signal: AbortSignal, start: (sftp: SFTPWrapper, done: Done<T>) => void) {
      signal.throwIfAborted()
      if (!isOpen) throw lost(where, opening.ending())
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      const abort = (): void => reject(asError(signal.reason))
      signal.addEventListener('abort', abort, { once: true })
      waiting.set(reject, what)
      if (waiting.size === 1) listen()
      try {
        start(sftp, (error, value) => {
          waiting.delete(reject)
          listen()
          if (error)
            reject(codeOf(error) === null ? lost(where, opening.ending()) : failed(where, what, error))
          else resolve(value as T)
        })
        return await promise
      } finally {
        waiting.delete(reject)
        if (waiting.size === 0) listen()
        signal.removeEventListener('abort', abort)
      }
    },
    close() {
      end('closed by us')
      opening.close()
    },
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}

function lost(where: string, ending: string): WayError {
  return new WayError(where, 'broken', ending)
}

/** Status codes of draft-ietf-secsh-filexfer-02, section 7. */
const TROUBLES: Readonly<Record<number, readonly [WayTrouble, string]>> = {
  2: ['missing', 'no such file'],
  3: ['refused', 'permission denied'],
  4: ['refused', 'it failed there'],
  8: ['refused', 'the server cannot do that'],
}

/** A server's answer has one; without it the connection is gone. */
function codeOf(error: Error): number | null {
  return 'code' in error && typeof error.code === 'number' ? error.code : null
}

function failed(where: string, what: string, error: Error): WayError {
  const [trouble, words] = TROUBLES[codeOf(error) ?? 0] ?? ['broken', serverWords(messageOf(error))]
  return new WayError(where, trouble, `${what}: ${words}`, error)
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect } from 'vitest'
import { type Clock, systemClock } from '../../../../src/clock.ts'
import { createSftpWay } from '../../../../src/hardware/console/sftp/sftp.ts'
import { WayError } from '../../../../src/hardware/console/transfer/way-error.ts'
import type { FileWay, WriteGate } from '../../../../src/hardware/types.ts'
import { PASSWORD } from '../ssh-server.ts'
import { type SftpFaults, type SftpServer, startSftpServer } from './sftp-server.ts'

const never = new AbortController().signal

type WayOptions = { gate?: WriteGate; clock?: Clock; hostKey?: string; password?: string }

/** Servers, ways to them, and a folder for their files. */
export type Ways = {
  start(faults?: SftpFaults): Promise<SftpServer>
  wayTo(server: SftpServer, options?: WayOptions): FileWay
  /** Where a file of that name is, here and there. */
  at(name: string): string
  send(way: FileWay, data: Buffer, name?: string, signal?: AbortSignal): Promise<void>
  /** It went by itself. */
  forget(server: SftpServer): void
  close(): Promise<void>
}

export function createWays(): Ways {
  const open: { close(): unknown }[] = []
  const folder = mkdtempSync(join(tmpdir(), 'boardroom-'))
  const at = (name: string): string => join(folder, name)
  return {
    at,
    async start(faults) {
      const server = await startSftpServer(faults)
      open.push(server)
      return server
    },
    wayTo(server, { gate = () => {}, clock = systemClock, ...options } = {}) {
      const way = createSftpWay({ ...server.options, ...options }, { clock, gate })
      open.push(way)
      return way
    },
    send: (way, data, name = 'file', signal = never) => way.send(pieces(data), at(name), signal, () => {}),
    forget: server => void open.splice(open.indexOf(server), 1),
    async close() {
      for (const each of open.splice(0).reverse()) await each.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function* pieces(data: Buffer, size = 20_000): AsyncGenerator<Buffer> {
  await Promise.resolve()
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
}

export async function failure(work: Promise<unknown>): Promise<WayError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof WayError)) throw new Error(`no WayError: ${inspect(error)}`)
  expect(inspect(error, { depth: 9 })).not.toContain(PASSWORD)
  return error
}

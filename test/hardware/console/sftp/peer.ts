import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { systemClock } from '../../../../src/clock.ts'
import { createSftpWay } from '../../../../src/hardware/console/sftp/sftp.ts'
import type { FetchReport, Outgoing, SendReport, Shell } from '../../../../src/hardware/types.ts'
import { createGate } from '../../../../src/sites/gate.ts'
import { openPtyBoard, type PtyBoard, type PtyBoardOptions, shellOn } from '../shell/pty-board.ts'
import { type SftpFaults, type SftpServer, startSftpServer } from './sftp-server.ts'

const never = new AbortController().signal
const MOST = { files: 100, bytes: 50_000_000 }

export type Peer = { board: PtyBoard; server: SftpServer; shell: Shell; gate: ReturnType<typeof createGate> }

/** Boards with a console, each with an SSH server that shows its files, unless it misbehaves. */
export function createPeers(): {
  attached(
    faults?: SftpFaults | ((folder: string) => SftpFaults),
    options?: Partial<PtyBoardOptions>,
  ): Promise<Peer>
  close(): Promise<void>
} {
  const open: { close(): unknown }[] = []
  return {
    attached,
    async close() {
      for (const each of open.splice(0).reverse()) await each.close()
    },
  }

  async function attached(
    faults: SftpFaults | ((folder: string) => SftpFaults) = {},
    options: Partial<PtyBoardOptions> = {},
  ): Promise<Peer> {
    const board = await openPtyBoard({ shell: 'dash', ...options })
    open.push(board)
    const server = await startSftpServer(typeof faults === 'function' ? faults(board.folder) : faults)
    open.push(server)
    const gate = createGate('b1')
    gate.admit(1)
    const way = createSftpWay(server.options, { clock: systemClock, gate: () => gate.check(1) })
    open.push(way)
    const gated = {
      ...board,
      write: (bytes: Uint8Array) => {
        gate.check(1)
        return board.write(bytes)
      },
    }
    const shell = shellOn(gated, { files: [way] })
    await shell.attach(never)
    return { board, server, shell, gate }
  }
}

async function* pieces(data: Buffer): AsyncGenerator<Buffer> {
  await Promise.resolve()
  for (let at = 0; at < data.length; at += 50_000) yield data.subarray(at, at + 50_000)
}

export function fileOf(data: Buffer): Outgoing {
  const sha256 = createHash('sha256').update(data).digest('hex')
  return { bytes: pieces(data), again: () => pieces(data), size: data.length, sha256 }
}

/** It is there, whole, may be run, and nothing beside it. */
export async function send({ shell, board }: Peer, data: Buffer): Promise<SendReport & { ended: boolean }> {
  const path = join(board.folder, 'file')
  const told: number[] = []
  const report = await shell.send(fileOf(data), path, never, bytes => told.push(bytes))
  expect(readFileSync(path).equals(data)).toBe(true)
  expect(statSync(path).mode & 0o777).toBe(0o755)
  expect(leftBeside(board)).toEqual([])
  expect(report.verified).toBe('sha256')
  return { ...report, ended: told.at(-1) === data.length }
}

export function leftBeside({ folder }: PtyBoard): string[] {
  return readdirSync(folder).filter(name => name.startsWith('file.'))
}

export async function fetchAll({ shell, board }: Peer): Promise<FetchReport & { got: Map<string, Buffer> }> {
  const got = new Map<string, Buffer>()
  const folder = join(board.folder, 'results')
  const report = await shell.fetch(
    { folder, patterns: ['*'], most: MOST },
    never,
    async ({ path, bytes }) => {
      const all: Uint8Array[] = []
      for await (const piece of bytes) all.push(piece)
      got.set(path, Buffer.concat(all))
    },
  )
  return { ...report, got }
}

/** Beside the file of the same content through the console. */
export function put({ board }: Peer, files: Readonly<Record<string, Buffer>>): Map<string, Buffer> {
  mkdirSync(join(board.folder, 'results'), { recursive: true })
  const there = new Map<string, Buffer>()
  for (const [name, data] of Object.entries(files)) {
    const path = join(board.folder, 'results', name)
    writeFileSync(path, data)
    there.set(path, data)
  }
  return there
}

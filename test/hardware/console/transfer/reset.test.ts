import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { sendFile } from '../../../../src/hardware/console/transfer/transfer.ts'
import type { Outgoing, SendReport, Shell } from '../../../../src/hardware/types.ts'
import { startSimulatedLab } from '../../../../src/simulator/lab.ts'
import type { SimulatedBoard } from '../../../../src/simulator/types.ts'
import { findingOf } from '../../../reading/finding.ts'
import { openTelnetPeer } from '../../../suites/console-peer.ts'
import { until } from '../../../until.ts'
import { createMemoryLine, sessionOn, settled } from '../shell/emulator.ts'
import { emulateBoard } from './emulator.ts'

const never = new AbortController().signal
const SIZE = 60_000

async function openBoard(): Promise<{ board: SimulatedBoard; shell: Shell }> {
  const dir = mkdtempSync(join(tmpdir(), 'boardroom-'))
  const lab = await startSimulatedLab({
    dir,
    boards: [{ id: 'b', port: 0, bootMs: 30, baud: 115_200 }],
    pdus: [],
  })
  onTestFinished(async () => {
    await lab.close()
    await rm(dir, { recursive: true, force: true })
  })
  const board = lab.boards.get('b')
  if (board === undefined) throw new Error('there is no board')
  await until(() => board.isUp(), 'the board is up', 20_000)
  const peer = await openTelnetPeer({ host: board.host, port: board.port, close: async () => {} })
  onTestFinished(() => peer.close())
  await peer.shell.attach(never)
  return { board, shell: peer.shell }
}

function outgoing(data: Buffer): Outgoing {
  async function* bytes(): AsyncGenerator<Buffer> {
    await Promise.resolve()
    yield data
  }
  return { bytes: bytes(), size: data.length, sha256: createHash('sha256').update(data).digest('hex') }
}

/** The board is reset in the middle; then the same call again on a shell that was attached anew. */
async function sendTwice(folder: string): Promise<SendReport> {
  const { board, shell } = await openBoard()
  const path = `${(await shell.command(`cd ${folder};pwd`, never)).output.trim()}/file`
  const data = randomBytes(SIZE)
  let isReset = false
  const sent = shell.send(outgoing(data), path, never, done => {
    if (done > SIZE / 2 && !isReset) board.reset()
    isReset ||= done > SIZE / 2
  })
  await expect(sent).rejects.toMatchObject({ failure: { class: 'infrastructure' } })
  shell.abandon()
  await until(() => board.isUp(), 'the board is up again', 20_000)
  await shell.attach(never)
  const report = await shell.send(outgoing(data), path, never, () => {})
  const { output } = await shell.command(`sha256sum <${path};rm ${path}*`, never)
  expect(output).toBe(`${createHash('sha256').update(data).digest('hex')}  -\n`)
  await shell.detach()
  return report
}

it('a board that is reset while its line is tried is told as that, and not typed at any more', async () => {
  const line = createMemoryLine()
  emulateBoard(line, false)
  const toBoard = line.onTyped
  const after: string[] = []
  let isReset = false
  line.onTyped = typed => {
    if (isReset) after.push(typed)
    else if (typed.startsWith(': 0 ')) {
      isReset = true
      line.news({ kind: 'finding', finding: findingOf({ cause: 'reset', title: 'U-Boot 2023.01' }) })
    } else toBoard(typed)
  }
  const data = randomBytes(SIZE)
  const sent = sendFile(sessionOn(line.talk), outgoing(data), '/file', never, () => {})
  expect(await settled(line.clock, sent, 60_000)).toEqual({
    error: expect.objectContaining({ code: 'hardware-reset' }),
  })
  expect(after).toEqual([])
})

it('console.md 11: a file goes on after a reset of the board, where what arrived outlives it', async () => {
  const report = await sendTwice('/root')
  expect(report.resumed).toBeGreaterThanOrEqual(SIZE / 4)
}, 60_000)

it('console.md 11: it begins again, and says so, where that is memory', async () => {
  await expect(sendTwice('/tmp')).resolves.toMatchObject({ resumed: 0 })
}, 60_000)

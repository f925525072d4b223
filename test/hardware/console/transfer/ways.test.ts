import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { HardwareError } from '../../../../src/errors.ts'
import type { RecorderNews, SendReport, Shell } from '../../../../src/hardware/types.ts'
import { findingOf } from '../../../reading/finding.ts'
import { until } from '../../../until.ts'
import { openPtyBoard, type PtyBoard, type PtyBoardOptions, SHELLS, shellOn } from '../shell/pty-board.ts'

const never = new AbortController().signal
const open: PtyBoard[] = []

async function boardWith(options: PtyBoardOptions): Promise<PtyBoard> {
  const board = await openPtyBoard(options)
  open.push(board)
  return board
}

async function attached(board: PtyBoard): Promise<Shell> {
  const shell = shellOn(board)
  await shell.attach(never)
  return shell
}

function fileOf(data: Buffer) {
  async function* bytes(): AsyncGenerator<Buffer> {
    await Promise.resolve()
    for (let at = 0; at < data.length; at += 20_000) yield data.subarray(at, at + 20_000)
  }
  return { bytes: bytes(), size: data.length, sha256: createHash('sha256').update(data).digest('hex') }
}

async function send(shell: Shell, board: PtyBoard, data: Buffer): Promise<SendReport> {
  const path = join(board.folder, 'file')
  const progress: number[] = []
  const report = await shell.send(fileOf(data), path, never, done => progress.push(done))
  expect(readFileSync(path).equals(data)).toBe(true)
  expect(statSync(path).mode & 0o777).toBe(0o755)
  expect(readdirSync(board.folder).filter(name => name.startsWith('file.'))).toEqual([])
  expect([...progress].sort((a, b) => a - b)).toEqual(progress)
  expect(progress.at(-1)).toBe(data.length)
  return report
}

/** What a program is made of: it gets smaller, and is no text. */
function code(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, at) => (at % 7 === 0 ? (at * 31) & 0xff : at % 13)))
}

/** The same board behind a line of seven bits. */
function sevenBits(board: PtyBoard): PtyBoard {
  return { ...board, write: bytes => board.write(bytes.map(byte => byte & 0x7f)) }
}

/** The same board on a connection that is lost after so many bytes were typed. */
function cutAfter(board: PtyBoard, bytes: number): PtyBoard {
  const listeners = new Set<(news: RecorderNews) => void>()
  let left = bytes
  const state = () => ({
    ...board.recorder.state(),
    ...(left < 0 && { connected: false, problem: 'reset by peer' }),
  })
  const lose = (): HardwareError => {
    for (const listener of listeners) listener({ kind: 'state', state: state() })
    return new HardwareError('the line is gone', {
      hint: 'Look at it.',
      cause: 'console lost',
      blame: 'board',
    })
  }
  return {
    ...board,
    recorder: {
      ...board.recorder,
      state,
      listen(listener) {
        listeners.add(listener)
        return board.recorder.listen(news => {
          if (left >= 0) listener(news)
        })
      },
    },
    async write(typed) {
      const passes = typed.subarray(0, Math.max(0, left))
      left -= typed.length
      if (passes.length > 0) await board.write(passes)
      if (left < 0) throw lose()
    },
  }
}

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

describe.each(SHELLS)('console.md 11: a file to %s', shell => {
  it('goes raw over a line that passes all bytes', async () => {
    const board = await boardWith({ shell })
    const data = Buffer.concat([
      randomBytes(40_000),
      Buffer.from(Array.from({ length: 512 }, (_, at) => at & 0xff)),
    ])
    const report = await send(await attached(board), board, data)
    expect(report).toMatchObject({ way: 'raw', packed: false, repaired: 0, resumed: 0, verified: 'sha256' })
    expect(report.wireBytes).toBeLessThan(data.length * 1.02 + 6000)
  })

  it('goes in base64 over a line of seven bits, and the next one at once', async () => {
    const board = await boardWith({ shell })
    const peer = await attached(sevenBits(board))
    await expect(send(peer, board, randomBytes(20_000))).resolves.toMatchObject({
      way: 'base64',
      packed: false,
    })
    const again = await send(peer, board, randomBytes(20_000))
    expect(again).toMatchObject({ way: 'base64', repaired: 0 })
    expect(again.wireBytes).toBeLessThan(20_000 * 1.37)
  })

  it('goes packed where that makes it smaller', async () => {
    const board = await boardWith({ shell })
    const report = await send(await attached(board), board, code(60_000))
    expect(report).toMatchObject({ way: 'raw', packed: true, verified: 'sha256' })
    expect(report.wireBytes).toBeLessThan(30_000)
  })

  it.each([
    ['raw', (board: PtyBoard) => board],
    ['in base64', sevenBits],
  ])('%s goes on from what is there after the console was lost in the middle', async (_way, line) => {
    const board = await boardWith({ shell })
    const data = randomBytes(200_000)
    const first = shellOn(cutAfter(line(board), 120_000))
    await first.attach(never)
    const lost = first.send(fileOf(data), join(board.folder, 'file'), never, () => {})
    await expect(lost).rejects.toMatchObject({ failure: { cause: 'console lost' } })
    first.abandon()
    const second = await attached(line(board))
    const report = await send(second, board, data)
    expect(report.resumed).toBeGreaterThan(40_000)
    expect(report.wireBytes).toBeLessThan(150_000 * 1.4)
  })

  it.each([
    ['raw', (board: PtyBoard) => board],
    ['in base64', sevenBits],
  ])('%s is cancelled in the middle: the prompt is there again, and no part is left', async (_way, line) => {
    const board = await boardWith({ shell, faults: { baud: 115_200 } })
    const peer = await attached(line(board))
    const caller = new AbortController()
    const path = join(board.folder, 'file')
    const sent = peer.send(fileOf(randomBytes(300_000)), path, caller.signal, done => {
      if (done > 6000) caller.abort(new Error('cancelled by @mei'))
    })
    await expect(sent).rejects.toThrow('cancelled by @mei')
    const { output } = await peer.command('stty -a </dev/tty', never)
    expect(output).toMatch(/\bisig icanon\b/)
    expect(readdirSync(board.folder).filter(name => name.startsWith('file'))).toEqual([])
  })
})

describe('console.md 11: what is left of a file', () => {
  const partOf = (board: PtyBoard): string => join(board.folder, 'file.part')

  it('is not trusted: what differs is sent again, and what is too much is cut off', async () => {
    const board = await boardWith({ shell: 'dash' })
    const data = randomBytes(100_000)
    const torn = Buffer.from(data)
    torn.fill(0, 50_000, 50_100)
    writeFileSync(partOf(board), Buffer.concat([torn, randomBytes(5000)]))
    const report = await send(await attached(board), board, data)
    expect(report.resumed).toBe(47_616)
  })

  it('of another file is begun again', async () => {
    const board = await boardWith({ shell: 'dash' })
    writeFileSync(partOf(board), randomBytes(100_000))
    const report = await send(await attached(board), board, randomBytes(60_000))
    expect(report.resumed).toBe(0)
  })

  it('that was packed is gone on with as well', async () => {
    const board = await boardWith({ shell: 'dash' })
    const data = Buffer.concat([code(400_000), randomBytes(60_000), code(100_000)])
    const first = shellOn(cutAfter(board, 80_000))
    await first.attach(never)
    const lost = first.send(fileOf(data), join(board.folder, 'file'), never, () => {})
    await expect(lost).rejects.toMatchObject({ failure: { cause: 'console lost' } })
    first.abandon()
    expect(existsSync(partOf(board))).toBe(true)
    truncateSync(partOf(board), 50_000)
    const report = await send(await attached(board), board, data)
    expect(report).toMatchObject({ packed: true })
    expect(report.resumed).toBeGreaterThan(100_000)
  })
})

it('M6.2: a board without SHA-256 checks the whole by what it has, and says by what', async () => {
  const tools = ['cat', 'mkdir', 'rm', 'mv', 'chmod', 'md5sum', 'base64', 'dd', 'stty', 'head', 'gzip', 'df']
  const board = await boardWith({ shell: 'dash', tools })
  const report = await send(await attached(board), board, code(30_000))
  expect(report).toMatchObject({ way: 'raw', packed: true, verified: 'md5sum' })
})

it('console.md 11: raw is given up for base64 when the line begins to lose bytes', async () => {
  const board = await boardWith({ shell: 'dash', seed: 3 })
  const peer = await attached(board)
  await send(peer, board, randomBytes(10_000))
  board.faults.loseOneIn = 4000
  const report = await send(peer, board, randomBytes(60_000))
  expect(report).toMatchObject({ way: 'base64' })
  expect(report.repaired).toBeGreaterThan(0)
}, 30_000)

it('M6.2: a board that goes down in the middle is said to, and nothing more is typed into its boot', async () => {
  const board = await boardWith({ shell: 'dash', faults: { baud: 115_200 } })
  const peer = await attached(board)
  const sent = peer.send(fileOf(randomBytes(200_000)), join(board.folder, 'file'), never, () => {})
  sent.catch(() => {})
  await until(() => existsSync(join(board.folder, 'file.part')), 'it has begun')
  board.find(findingOf({ cause: 'reset', title: 'unexpected boot' }))
  await expect(sent).rejects.toMatchObject({ failure: { cause: 'reset' } })
  const typed = board.typed().length
  peer.abandon()
  expect(board.typed().length).toBe(typed)
})

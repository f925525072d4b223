import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { spaceIn } from '../../../../src/hardware/console/transfer/space.ts'
import type { SendReport, Shell } from '../../../../src/hardware/types.ts'
import { until } from '../../../until.ts'
import { openPtyBoard, type PtyBoard, type PtyBoardOptions, SHELLS, shellOn } from '../shell/pty-board.ts'

/** Nothing that puts frames in their place. */
const SIMPLE = ['cat', 'mkdir', 'rm', 'mv', 'chmod', 'cksum', 'wc', 'base64']
const never = new AbortController().signal
const open: PtyBoard[] = []

async function attached(options: PtyBoardOptions): Promise<{ board: PtyBoard; shell: Shell }> {
  const board = await openPtyBoard(options)
  open.push(board)
  const shell = shellOn(board)
  await shell.attach(never)
  return { board, shell }
}

async function* inPieces(data: Buffer, size = 30_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += size) {
    await Promise.resolve()
    yield data.subarray(at, at + size)
  }
}

function fileOf(data: Buffer): { bytes: AsyncIterable<Uint8Array>; size: number; sha256: string } {
  return {
    bytes: inPieces(data),
    size: data.length,
    sha256: createHash('sha256').update(data).digest('hex'),
  }
}

async function sendTo(
  { board, shell }: { board: PtyBoard; shell: Shell },
  data: Buffer,
  name = 'binary',
): Promise<{ report: SendReport; progress: number[] }> {
  const progress: number[] = []
  const path = join(board.folder, name)
  const report = await shell.send(fileOf(data), path, never, done => progress.push(done))
  expect(readFileSync(path).equals(data)).toBe(true)
  expect(statSync(path).mode & 0o777).toBe(0o755)
  expect(readdirSync(board.folder).filter(each => each.endsWith('.part'))).toEqual([])
  return { report, progress }
}

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

describe('M6.2 a file over the console', () => {
  it('of 5 MB arrives whole with a kernel line spliced in every 2 kB', async () => {
    const peer = await attached({ shell: 'dash', faults: { noiseEvery: 2000 } })
    const data = randomBytes(5_000_000)
    const { report, progress } = await sendTo(peer, data)
    expect(report).toMatchObject({ bytes: data.length, verified: 'sha256' })
    expect(report.wireBytes).toBeLessThan(data.length * 1.36)
    expect(progress.at(-1)).toBe(data.length)
    expect([...progress].sort((a, b) => a - b)).toEqual(progress)
  }, 60_000)

  it('arrives over a paced line with a kernel line twenty times a second', async () => {
    const peer = await attached({ shell: 'dash', faults: { baud: 460_800, noisePerSecond: 20 } })
    await sendTo(peer, randomBytes(24_000))
  })

  it('has its damaged blocks sent again, and nothing else', async () => {
    const peer = await attached({ shell: 'dash', seed: 5 })
    peer.board.faults.loseOneIn = 9_000
    peer.board.faults.noiseEvery = 300
    const { report } = await sendTo(peer, randomBytes(30_000))
    expect(report.repaired).toBeGreaterThan(0)
  })

  it.each([
    ['with openssl for base64', ['openssl'], 'sha256'],
    ['with no decoder but printf', [], 'sha256'],
  ])('arrives on a board %s', async (_what, more, verified) => {
    const tools = ['cat', 'mkdir', 'rm', 'mv', 'chmod', 'cksum', 'wc', 'sha256sum', ...more]
    const peer = await attached({ shell: 'dash', tools })
    const { report } = await sendTo(peer, randomBytes(3_000))
    expect(report.verified).toBe(verified)
  })

  it.each([' ', '-', '\\', '%'])(
    'whose lines begin and end with %j arrives on a board with no decoder but printf',
    async edge => {
      const tools = ['cat', 'mkdir', 'rm', 'mv', 'chmod', 'cksum', 'wc', 'sha256sum']
      const peer = await attached({ shell: 'dash', tools })
      await sendTo(peer, Buffer.alloc(600, edge))
    },
  )

  it('is checked by what the board has instead of SHA-256, and the report says by what', async () => {
    const tools = ['cat', 'mkdir', 'rm', 'mv', 'chmod', 'md5sum', 'base64']
    const peer = await attached({ shell: 'dash', tools })
    const { report } = await sendTo(peer, randomBytes(3_000))
    expect(report.verified).toBe('md5sum')
  })

  it.each([
    ['dd', []],
    ['nothing that puts frames in their place', SIMPLE],
  ])(
    'of a name that is no ASCII arrives at a shell that counts characters, with %s',
    async (_what, tools) => {
      const peer = await attached({
        shell: 'bash',
        env: { LC_ALL: 'C.UTF-8' },
        ...(tools.length === 0 ? {} : { tools }),
      })
      await expect(peer.shell.command("_o='ß';echo ${#_o}", never)).resolves.toMatchObject({ output: '1\n' })
      await sendTo(peer, randomBytes(3_000), 'maß')
    },
  )

  it.each(SHELLS)('of the longest name that there is, in a deep folder, arrives at %s', async shell => {
    const peer = await attached({ shell })
    const folder = join(...Array.from({ length: 4 }, () => '一'.repeat(85)))
    mkdirSync(join(peer.board.folder, folder), { recursive: true })
    await sendTo(peer, randomBytes(6_000), join(folder, `it's ${'名'.repeat(75)}`))
  })

  it('of any name has that name', async () => {
    const peer = await attached({ shell: 'bash' })
    await sendTo(peer, Buffer.from('#!/bin/sh\n'), "it's a $name\tß\n.")
  })

  it.each([
    ['now is the board’s failure: another one may have room', 2000, 'infrastructure', 'board'],
    ['the whole file system is the input’s failure: no such board will ever hold it', 250, 'input', 'none'],
  ])(
    'that does not fit is refused before a byte is sent, with need and room; %s',
    async (_what, total, kind, blame) => {
      const { board, shell } = await attached({ shell: 'dash' })
      const df = join(board.folder, 'bin', 'df')
      writeFileSync(df, `#!/bin/sh\necho F\necho "none ${total} ${total - 100} 100 95% /tmp"\n`)
      chmodSync(df, 0o755)
      const sent = shell.send(fileOf(randomBytes(200_000)), join(board.folder, 'x'), never, () =>
        expect.unreachable(),
      )
      await expect(sent).rejects.toMatchObject({
        failure: { cause: 'disk', class: kind, blame },
        hint: expect.stringContaining('at least 265536 bytes are needed'),
        message: expect.stringMatching(/binary too large for the board: 200000 bytes.* 102400 bytes free/),
      })
      await expect(shell.command('echo fine', never)).resolves.toEqual({ status: 0, output: 'fine\n' })
    },
  )

  it('is closed, however little of it was read, when it is refused', async () => {
    const { board, shell } = await attached({ shell: 'dash', tools: SIMPLE })
    const df = join(board.folder, 'bin', 'df')
    writeFileSync(df, '#!/bin/sh\necho F\necho "none 200 100 100 95% /tmp"\n', { mode: 0o755 })
    let open = 0
    async function* bytes(): AsyncGenerator<Buffer> {
      open += 1
      try {
        yield* inPieces(randomBytes(200_000))
      } finally {
        open -= 1
      }
    }
    const file = { ...fileOf(randomBytes(200_000)), bytes: bytes() }
    await expect(shell.send(file, join(board.folder, 'x'), never, () => {})).rejects.toThrow('too large')
    expect(open).toBe(0)
  })

  it('into a folder that is not there, or cannot be written, is refused with the reason', async () => {
    const { shell } = await attached({ shell: 'dash' })
    for (const path of ['/no/such/folder/file', '/proc/file']) {
      await expect(shell.send(fileOf(Buffer.from('x')), path, never, () => {})).rejects.toMatchObject({
        failure: { cause: 'disk' },
      })
    }
    await expect(shell.command('echo fine', never)).resolves.toEqual({ status: 0, output: 'fine\n' })
  })

  it('that changes while it is sent is not given its name', async () => {
    const { board, shell } = await attached({ shell: 'dash' })
    const path = join(board.folder, 'changed')
    const file = { ...fileOf(Buffer.from('promised')), bytes: inPieces(Buffer.from('something')) }
    await expect(shell.send(file, path, never, () => {})).rejects.toMatchObject({
      failure: { cause: 'transfer', blame: 'lab' },
    })
    expect(existsSync(path)).toBe(false)
    expect(existsSync(`${path}.part`)).toBe(false)
  })

  it('is cancelled in the middle: the prompt is there again, and no part is left', async () => {
    const { board, shell } = await attached({ shell: 'dash', faults: { baud: 115_200 } })
    const caller = new AbortController()
    const path = join(board.folder, 'cancelled')
    const sent = shell.send(fileOf(randomBytes(500_000)), path, caller.signal, () => {})
    sent.catch(() => {})
    await until(() => existsSync(`${path}.part`), 'it has begun')
    const typed = board.typed().length
    await until(() => board.typed().length > typed + 4000, 'it is in the middle of a block')
    caller.abort(new Error('cancelled by @mei'))
    await expect(sent).rejects.toThrow('cancelled by @mei')
    await expect(shell.command('echo fine', never)).resolves.toEqual({ status: 0, output: 'fine\n' })
    expect(existsSync(`${path}.part`)).toBe(false)
  })

  it('ends with the console', async () => {
    const { board, shell } = await attached({ shell: 'dash', faults: { baud: 115_200 } })
    const path = join(board.folder, 'lost')
    const sent = shell.send(fileOf(randomBytes(500_000)), path, never, () => {})
    sent.catch(() => {})
    await until(() => existsSync(`${path}.part`), 'it has begun')
    board.unplug('reset by peer')
    await expect(sent).rejects.toMatchObject({ failure: { cause: 'console lost' } })
  })
})

describe('free space', () => {
  it.each([
    [
      'coreutils',
      'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/root 100 40 60 40% /\n',
      { total: 102_400, free: 61_440 },
    ],
    ['a mount point with spaces', 'h\ntmpfs 10 0 10 0% /my disk\n', { total: 10_240, free: 10_240 }],
    ['overdrawn', 'h\n/dev/sda1 1000 990 -5 101% /\n', { total: 1_024_000, free: -5120 }],
    ['nothing to read', 'df: /x: No such file or directory\n', null],
    ['nothing', '', null],
  ])('is read from df: %s', (_what, output, space) => {
    expect(spaceIn(output)).toEqual(space)
  })
})

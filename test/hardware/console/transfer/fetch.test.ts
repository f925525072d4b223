import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createJoiner } from '../../../../src/hardware/console/shell/frame-lines.ts'
import { sumOf } from '../../../../src/hardware/console/shell/frame-sum.ts'
import { globWord } from '../../../../src/hardware/console/transfer/glob.ts'
import { listFiles } from '../../../../src/hardware/console/transfer/list.ts'
import { createPieces } from '../../../../src/hardware/console/transfer/pieces.ts'
import type { FetchReport, Shell } from '../../../../src/hardware/types.ts'
import { createMemoryLine, emulateShell, sessionOn, settled } from '../shell/emulator.ts'
import { openPtyBoard, type PtyBoard, type PtyBoardOptions, SHELLS, shellOn } from '../shell/pty-board.ts'
import { createRandom, kernelLine } from '../shell/pty-line.ts'

const never = new AbortController().signal
const MOST = { files: 100, bytes: 50_000_000 }
const open: PtyBoard[] = []

async function attached(
  options: PtyBoardOptions,
): Promise<{ board: PtyBoard; shell: Shell; folder: string }> {
  const board = await openPtyBoard(options)
  open.push(board)
  const shell = shellOn(board)
  await shell.attach(never)
  const folder = join(board.folder, 'results of it')
  mkdirSync(folder)
  return { board, shell, folder }
}

async function fetchAll(
  shell: Shell,
  folder: string,
  patterns: readonly string[],
): Promise<{ report: FetchReport; got: Map<string, Buffer> }> {
  const got = new Map<string, Buffer>()
  const report = await shell.fetch({ folder, patterns, most: MOST }, never, async ({ path, bytes }) => {
    const pieces: Uint8Array[] = []
    for await (const piece of bytes) pieces.push(piece)
    got.set(path, Buffer.concat(pieces))
  })
  return { report, got }
}

const text = (lines: number): Buffer =>
  Buffer.from(Array.from({ length: lines }, (_, at) => `[   12.${at % 1000}] line ${at}: ok\n`).join(''))

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

describe.each(SHELLS)('console.md 11, M6.8: files from %s', shell => {
  it('come back bit for bit, raw, packed or neither, whatever their names', async () => {
    const peer = await attached({ shell })
    const files = new Map([
      ['noise.bin', randomBytes(500_000)],
      ['log.txt', text(20_000)],
      ['tiny', Buffer.from('x')],
      ['empty', Buffer.alloc(0)],
      [`it's a "name" $HOME \`x\`\t*ß.bin`, randomBytes(5000)],
    ])
    for (const [name, data] of files) writeFileSync(join(peer.folder, name), data)
    const { report, got } = await fetchAll(peer.shell, peer.folder, ['*', 'log.txt'])
    expect(report).toMatchObject({ way: 'raw', packed: true, left: [] })
    expect(got.size).toBe(files.size)
    for (const [name, data] of files) expect(got.get(join(peer.folder, name))?.equals(data)).toBe(true)
    expect(report.wireBytes).toBeLessThan(505_000 * 1.05 + 60_000)
  }, 30_000)

  it('come back through kernel lines, and in base64 where the line has seven bits', async () => {
    const peer = await attached({ shell, faults: { noiseEvery: 700 } })
    const data = randomBytes(60_000)
    writeFileSync(join(peer.folder, 'a'), data)
    const raw = await fetchAll(peer.shell, peer.folder, ['a'])
    expect(raw.got.get(join(peer.folder, 'a'))?.equals(data)).toBe(true)
    expect(raw.report.way).toBe('raw')
    peer.board.faults.garble = bytes => Buffer.from(bytes.map(byte => byte & 0x7f))
    const seven = await fetchAll(peer.shell, peer.folder, ['a'])
    expect(seven.got.get(join(peer.folder, 'a'))?.equals(data)).toBe(true)
    expect(seven.report.way).toBe('base64')
  }, 30_000)
})

describe.each(SHELLS)('M6.8: a file that %s cannot read', shell => {
  it('is left and said, and never taken for an empty one', async () => {
    const peer = await attached({ shell })
    const { report } = await fetchAll(peer.shell, '/proc/self', ['mem', 'comm'])
    expect(report.left).toEqual([{ path: '/proc/self/mem', why: 'it cannot be read' }])
    expect(report.files.map(({ path }) => path)).toEqual(['/proc/self/comm'])
  })
})

describe('console.md 11, M6.8: a fetch', () => {
  it('takes no part of a listing for all of it: one that was killed on the board is an error', async () => {
    const line = createMemoryLine()
    emulateShell(line, {
      run: text => ({ status: text.includes('for _f in') ? 137 : 0, output: Buffer.from('1 a\n') }),
    })
    const listed = listFiles(sessionOn(line.talk), { folder: '/', patterns: ['*'], most: MOST }, never)
    expect(await settled(line.clock, listed, 10_000)).toEqual({
      error: expect.objectContaining({ message: expect.stringContaining('status 137') }),
    })
  })

  it('asks again for what came damaged, and for nothing else', async () => {
    const peer = await attached({ shell: 'dash' })
    const data = randomBytes(60_000)
    writeFileSync(join(peer.folder, 'a'), data)
    await fetchAll(peer.shell, peer.folder, [])
    const random = createRandom(7)
    peer.board.faults.loseOneIn = 300
    peer.board.faults.garble = bytes =>
      Buffer.from(bytes.map(byte => (random() * 20_000 < 1 ? byte ^ 4 : byte)))
    const { report, got } = await fetchAll(peer.shell, peer.folder, ['a'])
    expect(got.get(join(peer.folder, 'a'))?.equals(data)).toBe(true)
    expect(report.repaired).toBeGreaterThan(0)
    expect(report.wireBytes).toBeLessThan(data.length * 1.8)
  }, 30_000)

  it('leaves what no line can name, says so, and takes folders for no files', async () => {
    const peer = await attached({ shell: 'dash' })
    writeFileSync(join(peer.folder, 'good'), 'g')
    writeFileSync(join(peer.folder, 'bad\nname'), 'b')
    writeFileSync(Buffer.concat([Buffer.from(`${peer.folder}/odd`), Buffer.of(0xff)]), 'o')
    for (const name of ['sub', 'a folder', 'bad\nfolder']) mkdirSync(join(peer.folder, name))
    const { report } = await fetchAll(peer.shell, peer.folder, ['*', 'nothing-*'])
    expect(report.files.map(({ path }) => path)).toEqual([join(peer.folder, 'good')])
    expect(report.folders).toEqual([join(peer.folder, 'a folder'), join(peer.folder, 'sub')])
    expect(report.left.map(({ why }) => why).sort()).toEqual([
      'its name has a newline',
      'its name is no UTF-8',
    ])
  })

  it('runs nothing that a pattern says', async () => {
    const peer = await attached({ shell: 'dash' })
    const { report } = await fetchAll(peer.shell, peer.folder, [
      '$(touch ran)',
      '`touch ran`',
      ';touch ran',
      '"*',
    ])
    expect(report.files).toEqual([])
    expect(existsSync(join(peer.folder, 'ran'))).toBe(false)
  })

  it.each([
    ['too many files', { files: 2, bytes: 1000 }, /more than 2 files/],
    ['too many bytes', { files: 9, bytes: 29 }, /30 bytes, the most is 29/],
  ])('of %s is refused before the first', async (_what, most, message) => {
    const peer = await attached({ shell: 'dash' })
    for (const name of ['a', 'b', 'c']) writeFileSync(join(peer.folder, name), '0123456789')
    const wanted = { folder: peer.folder, patterns: ['*'], most }
    const fetched = peer.shell.fetch(wanted, never, async () => expect.unreachable())
    await expect(fetched).rejects.toMatchObject({
      failure: { cause: 'output limit' },
      message: expect.stringMatching(message),
    })
    await expect(peer.shell.command('echo fine', never)).resolves.toMatchObject({ output: 'fine\n' })
  })

  it('from a folder that is not there, and with a newline in a pattern, is refused with the reason', async () => {
    const peer = await attached({ shell: 'dash' })
    await expect(fetchAll(peer.shell, '/no/such', ['*'])).rejects.toThrow('there is no folder /no/such')
    await expect(fetchAll(peer.shell, '/tmp', ['a\nb'])).rejects.toMatchObject({ code: 'input' })
  })

  it.each(['raw', 'base64'])('%s is cancelled in the middle, and the prompt is there again', async way => {
    const peer = await attached({ shell: 'bash', faults: { baud: 115_200 } })
    writeFileSync(join(peer.folder, 'a'), randomBytes(900_000))
    if (way === 'base64') peer.board.faults.garble = bytes => Buffer.from(bytes.map(byte => byte & 0x7f))
    const caller = new AbortController()
    const stop = peer.board.recorder.listen(news => {
      if (news.kind === 'chunk' && peer.board.log().length > 20_000)
        caller.abort(new Error('cancelled by @mei'))
    })
    const wanted = { folder: peer.folder, patterns: ['a'], most: MOST }
    const fetched = peer.shell.fetch(wanted, caller.signal, async ({ bytes }) => {
      for await (const _piece of bytes);
    })
    await expect(fetched).rejects.toThrow('cancelled by @mei')
    stop()
    await expect(peer.shell.command('echo fine', never)).resolves.toMatchObject({ output: 'fine\n' })
  })
})

describe('patterns', () => {
  it('without wildcards stand for themselves in a shell', () => {
    const plain = fc.string({ unit: 'binary-ascii' }).filter(each => each !== '' && !/[\0\n*?[]/.test(each))
    fc.assert(
      fc.property(plain, each => {
        const said = execFileSync('/bin/sh', ['-c', `printf %s ${globWord(each)}`], { encoding: 'latin1' })
        expect(said).toBe(each)
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    ['a*.xml', 'a*.xml'],
    ['it is?[a-c]', "'it is'?[a-c]"],
    ['[^x]$', "[!x]'$'"],
    ['a[b', "'a[b'"],
  ])('%s is %s', (pattern, word) => {
    expect(globWord(pattern)).toBe(word)
  })
})

describe('pieces', () => {
  it('are kept only when they are right, whatever is changed or spliced in', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.boolean(),
        fc.constantFrom(0, 60, 600),
        fc.constantFrom(0, 200, 2000),
        (seed, isRaw, noiseEvery, changed) => {
          const random = createRandom(seed)
          const hits = (oneIn: number): boolean => oneIn > 0 && random() * oneIn < 1
          const frames = Array.from({ length: 4 }, () =>
            Buffer.from(Array.from({ length: 500 }, () => Math.floor(random() * 256))),
          )
          const said = Buffer.concat(
            frames.flatMap((frame, at) => {
              const head = `@word 7 ${at}:${sumOf('cksum', frame)}`
              return isRaw
                ? [Buffer.from(`\n${head}\n`), frame]
                : [Buffer.from(`${head}:${frame.toString('base64')}\n`)]
            }),
          )
          const crlf = Buffer.from(
            `${said.toString('latin1').replaceAll('\n', '\r\n')}\r\n@word 7 0 1\r\n`,
            'latin1',
          )
          const pieces = createPieces('word', 'cksum')
          const joiner = createJoiner()
          let offset = 0
          const hear = (bytes: Buffer): void => {
            pieces.bytes({ offset, t: 0, bytes })
            joiner.push(bytes, offset, line => pieces.line(line, 7))
            offset += bytes.length
          }
          for (const byte of crlf) {
            if (hits(noiseEvery)) hear(Buffer.from(kernelLine(random), 'latin1'))
            hear(Buffer.of(hits(changed) ? byte ^ (1 + Math.floor(random() * 255)) : byte))
          }
          for (const [at, frame] of frames.entries()) {
            if (changed === 0 && noiseEvery === 0) expect(pieces.has(at)).toBe(true)
            if (pieces.has(at))
              expect(
                pieces
                  .joined(at + 1)
                  .subarray(-500)
                  .equals(frame),
              ).toBe(true)
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})

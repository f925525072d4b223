import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WayError } from '../../../../src/hardware/console/transfer/way-error.ts'
import type { FileWay, Outgoing, Shell } from '../../../../src/hardware/types.ts'
import { openPtyBoard, type PtyBoard, shellOn } from '../shell/pty-board.ts'

/** A way with the real files of this machine, with faults as an SFTP server or its network has them. */
type Faults = {
  /** It leads to files below this folder of the board's. */
  elsewhere: boolean
  /** So many bytes pass in all; then it is broken, or refuses this file. */
  passes: number
  trouble: 'broken' | 'refused'
  /** Of what passes, the byte at this place is another. */
  flips: number | null
  /** It says that it is done and has written nothing more than so many bytes. */
  keeps: number | null
}

const never = new AbortController().signal
const WHERE = 'sftp root@board:22'
const FAULT = 'the fault that was asked for'
let board: PtyBoard
let faults: Faults
let shell: Shell

function createFaultyWay(): FileWay {
  let passed = 0
  const pass = (bytes: Buffer): Buffer => {
    const { flips, passes, trouble } = faults
    if (passed + bytes.length > passes) throw new WayError(WHERE, trouble, FAULT)
    const copy = Buffer.from(bytes)
    const at = flips === null ? -1 : flips - passed
    if (at >= 0 && at < copy.length) copy.writeUInt8(copy.readUInt8(at) ^ 1, at)
    passed += bytes.length
    return copy
  }
  const placeOf = (path: string): string =>
    faults.elsewhere ? join(board.folder, 'elsewhere', path.slice(1).replaceAll('/', '_')) : path
  const has = (path: string): string => {
    if (existsSync(placeOf(path))) return placeOf(path)
    throw new WayError(WHERE, 'missing', 'no such file')
  }
  return {
    kind: 'sftp',
    where: WHERE,
    isOpen: () => true,
    async send(bytes, path, _signal, onWritten) {
      if (existsSync(placeOf(path))) throw new WayError(WHERE, 'refused', 'there is one')
      writeFileSync(placeOf(path), '', { mode: 0o755 })
      let whole = Buffer.alloc(0)
      for await (const piece of bytes) {
        whole = Buffer.concat([whole, pass(Buffer.from(piece))])
        writeFileSync(placeOf(path), whole.subarray(0, faults.keeps ?? whole.length))
        onWritten(whole.length)
      }
    },
    async open(path) {
      const data = readFileSync(has(path))
      return { read: async (at, length) => pass(data.subarray(at, at + length)), close: () => {} }
    },
    async remove(path) {
      unlinkSync(has(path))
    },
    close() {
      passed = 0
    },
  }
}

/** Often nothing is wrong; else something at any place. */
const anyFaults: fc.Arbitrary<Faults> = fc.record({
  elsewhere: fc.nat(15).map(value => value === 0),
  passes: fc.oneof(fc.constant(Infinity), fc.nat(2_500)),
  trouble: fc.constantFrom('broken', 'refused', 'refused', 'refused'),
  flips: fc.option(fc.nat(2_500), { freq: 1 }),
  keeps: fc.option(fc.nat(2_000), { freq: 1 }),
})

/** Not tried again before the next attach, which costs as much as all else here. */
function isLeft(note: string | undefined): boolean {
  return note !== undefined && !(faults.trouble === 'refused' && note.endsWith(FAULT))
}

function fileOf(data: Buffer, pieceSize: number, isOnce: boolean): Outgoing {
  async function* pieces(): AsyncGenerator<Buffer> {
    await Promise.resolve()
    for (let at = 0; at < data.length; at += pieceSize) yield data.subarray(at, at + pieceSize)
  }
  const sha256 = createHash('sha256').update(data).digest('hex')
  return { bytes: pieces(), size: data.length, sha256, ...(isOnce ? {} : { again: pieces }) }
}

beforeAll(async () => {
  board = await openPtyBoard({ shell: 'dash' })
  shell = shellOn(board, { files: [createFaultyWay()] })
  await shell.attach(never)
})

afterAll(() => board.close())

describe('M6.2 whatever a way for files does', () => {
  it('what has its name on the board is the file, bit for bit, or there is an error; nothing else is left', async () => {
    const [path, elsewhere] = [join(board.folder, 'file'), join(board.folder, 'elsewhere')]
    const ways = new Set<string | undefined>()
    await fc.assert(
      fc.asyncProperty(
        anyFaults,
        fc.uint8Array({ minLength: 1, maxLength: 2_000, size: 'max' }),
        fc.integer({ min: 100, max: 1_500 }),
        fc.nat(9).map(value => value === 0),
        async (asked, bytes, pieceSize, isOnce) => {
          faults = asked
          mkdirSync(elsewhere)
          const data = Buffer.from(bytes)
          const outcome = await shell
            .send(fileOf(data, pieceSize, isOnce), path, never, () => {})
            .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
          if (outcome instanceof Error) {
            expect(isOnce).toBe(true)
            expect(existsSync(path)).toBe(false)
          } else {
            expect(readFileSync(path).equals(data)).toBe(true)
            expect(outcome.way === 'sftp').toBe(outcome.note === undefined)
            ways.add(outcome.way)
          }
          expect(readdirSync(board.folder).filter(name => name.startsWith('file.'))).toEqual([])
          expect(readdirSync(elsewhere)).toEqual([])
          rmSync(path, { force: true })
          if (outcome instanceof Error || isLeft(outcome.note)) await shell.attach(never)
          rmSync(elsewhere, { recursive: true })
        },
      ),
      { numRuns: 100 },
    )
    expect(ways.has('sftp')).toBe(true)
    expect(ways.size).toBeGreaterThan(1)
  }, 120_000)

  it('what is fetched is what the board has, bit for bit', async () => {
    const folder = join(board.folder, 'results')
    const ways = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        anyFaults,
        fc.array(fc.uint8Array({ maxLength: 1_500, size: 'max' }), { minLength: 1, maxLength: 2 }),
        async (asked, contents) => {
          faults = asked
          mkdirSync(folder)
          for (const [index, content] of contents.entries()) writeFileSync(join(folder, `${index}`), content)
          const got: Buffer[] = []
          const wanted = { folder, patterns: ['*'], most: { files: 9, bytes: 99_999 } }
          const report = await shell.fetch(wanted, never, async ({ bytes }) => {
            const pieces: Uint8Array[] = []
            for await (const piece of bytes) pieces.push(piece)
            got.push(Buffer.concat(pieces))
          })
          expect(got.length).toBe(contents.length)
          for (const [index, content] of contents.entries())
            expect(got[index]?.equals(Buffer.from(content))).toBe(true)
          ways.add(report.way)
          if (isLeft(report.note)) await shell.attach(never)
          rmSync(folder, { recursive: true })
        },
      ),
      { numRuns: 100 },
    )
    expect(ways.has('sftp')).toBe(true)
    expect(ways.size).toBeGreaterThan(1)
  }, 120_000)
})

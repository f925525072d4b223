import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sendFile } from '../../../../src/hardware/console/transfer/transfer.ts'
import type { SendReport } from '../../../../src/hardware/types.ts'
import { createMemoryLine, sessionOn, settled } from '../shell/emulator.ts'
import { createRandom, kernelLine } from '../shell/pty-line.ts'
import { type EmulatedBoard, emulateBoard } from './emulator.ts'

const never = new AbortController().signal
const PATH = '/tmp/file'
const WITHIN_MS = 3_600_000

type Line = {
  seed: number
  size: number
  /** One byte in so many, on the way to the board and from it; 0 is none. */
  lostIn: number
  changedIn: number
  hurtOut: number
  noiseEvery: number
  chunk: number
}

function fileOf(data: Buffer) {
  async function* bytes(): AsyncGenerator<Buffer> {
    await Promise.resolve()
    for (let at = 0; at < data.length; at += 3000) yield data.subarray(at, at + 3000)
  }
  return { bytes: bytes(), size: data.length, sha256: createHash('sha256').update(data).digest('hex') }
}

function damageOf(facts: Line, random: () => number): NonNullable<EmulatedBoard['damage']> {
  const hits = (oneIn: number): boolean => oneIn > 0 && random() * oneIn < 1
  const other = (byte: number): number => byte ^ (1 + Math.floor(random() * 255))
  const hurt = (bytes: Buffer, lost: number, changed: number): Buffer =>
    Buffer.from(bytes.filter(() => !hits(lost)).map(byte => (hits(changed) ? other(byte) : byte)))
  const splice = (bytes: Buffer): Buffer => {
    const pieces: Buffer[] = []
    for (const byte of bytes) {
      if (hits(facts.noiseEvery)) pieces.push(Buffer.from(kernelLine(random), 'latin1'))
      pieces.push(Buffer.of(byte))
    }
    return Buffer.concat(pieces)
  }
  return {
    in: bytes => hurt(bytes, facts.lostIn, facts.changedIn),
    out: bytes => hurt(splice(bytes), facts.hurtOut * 2, facts.hurtOut * 2),
  }
}

async function send(
  facts: Line,
): Promise<{ board: EmulatedBoard; data: Buffer; ended: { value: SendReport } | { error: unknown } }> {
  const random = createRandom(facts.seed)
  const data = Buffer.from(Array.from({ length: facts.size }, () => Math.floor(random() * 256)))
  const line = createMemoryLine()
  const board = emulateBoard(line, false)
  board.damage = damageOf(facts, random)
  board.chunk = facts.chunk
  const session = sessionOn(line.talk)
  const sent = sendFile(session, fileOf(data), PATH, never, () => {})
  const ended = await settled(line.clock, sent, WITHIN_MS)
  line.talk.close()
  return { board, data, ended }
}

const seed = fc.integer()
const size = fc.integer({ min: 1, max: 9000 })
const none = { lostIn: 0, changedIn: 0, hurtOut: 0, noiseEvery: 0, chunk: 4096 }
const rate = fc.constantFrom(0, 200, 500, 3000)

describe('console.md 11, M6.2: a file over a bad line', () => {
  it('arrives bit for bit over a clean one, of any size, and nothing of it reaches a prompt', async () => {
    await fc.assert(
      fc.asyncProperty(seed, size, async (seed, size) => {
        const { board, data, ended } = await send({ ...none, seed, size })
        expect(ended).toMatchObject({ value: { repaired: 0, way: size < 4096 ? 'base64' : 'raw' } })
        expect(board.files.get(PATH)?.equals(data)).toBe(true)
        expect(board.strays).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('arrives whatever is lost, changed or spliced in on the way back, in any chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        seed,
        size,
        rate,
        fc.constantFrom(0, 40, 400),
        fc.constantFrom(1, 7, 300),
        async (seed, size, hurtOut, noiseEvery, chunk) => {
          const { board, data, ended } = await send({ ...none, seed, size, hurtOut, noiseEvery, chunk })
          expect(ended).toMatchObject({ value: { bytes: size } })
          expect(board.files.get(PATH)?.equals(data)).toBe(true)
          expect(board.strays).toEqual([])
        },
      ),
      { numRuns: 100 },
    )
  })

  it('arrives whatever is lost or changed both ways, or there is an honest error and no file', async () => {
    let arrived = 0
    let runs = 0
    await fc.assert(
      fc.asyncProperty(seed, size, rate, rate, rate, async (seed, size, lostIn, changedIn, hurtOut) => {
        const { board, data, ended } = await send({
          ...none,
          seed,
          size,
          lostIn,
          changedIn,
          hurtOut,
          noiseEvery: 300,
        })
        runs += 1
        const file = board.files.get(PATH)
        if ('value' in ended) {
          arrived += 1
          expect(file?.equals(data)).toBe(true)
        } else {
          expect(ended.error).toMatchObject({ name: 'HardwareError' })
          expect(file === undefined || file.equals(data)).toBe(true)
        }
      }),
      { numRuns: 150 },
    )
    expect(arrived / runs).toBeGreaterThan(0.8)
  }, 60_000)
})

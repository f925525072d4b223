import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sendFile } from '../../../../src/hardware/console/transfer/transfer.ts'
import { createMemoryLine, sessionOn, settled } from '../shell/emulator.ts'
import { openPtyBoard, shellOn } from '../shell/pty-board.ts'
import { emulateBoard } from './emulator.ts'

const never = new AbortController().signal
const PATH = '/tmp/file'
const WITHIN_MS = 3_600_000

const KERNEL = '[   12.345678] usb 1-1: new high-speed USB device number 7 using xhci_hcd\r\n'
const NOISE = [KERNEL, `<6>${KERNEL}`, `${KERNEL}${KERNEL}`]

/** Splices noise in once, after `at` bytes of what is said from the moment on that it is armed. */
function createSplicer() {
  const splicer = {
    ...{ at: 0, said: 0, noise: '' },
    splice(bytes: Buffer): Buffer {
      const place = splicer.at - splicer.said
      splicer.said += bytes.length
      if (place < 0 || place >= bytes.length) return bytes
      return Buffer.concat([bytes.subarray(0, place), Buffer.from(splicer.noise), bytes.subarray(place)])
    },
    arm(at: number, noise: string): void {
      Object.assign(splicer, { at, noise, said: 0 })
    },
  }
  return splicer
}

async function send(data: Buffer, at: number, noise: string): Promise<{ said: number; isRight: boolean }> {
  const line = createMemoryLine()
  const board = emulateBoard(line, false)
  const splicer = createSplicer()
  splicer.arm(at, noise)
  board.damage = { in: bytes => bytes, out: splicer.splice }
  board.chunk = at % 2 === 0 ? 1 : 4096
  const sha256 = createHash('sha256').update(data).digest('hex')
  async function* bytes(): AsyncGenerator<Buffer> {
    await Promise.resolve()
    yield data
  }
  const source = { bytes: bytes(), size: data.length, sha256 }
  const sent = sendFile(sessionOn(line.talk), source, PATH, never, () => {})
  const ended = await settled(line.clock, sent, WITHIN_MS)
  line.talk.close()
  if ('error' in ended) throw ended.error
  return { said: splicer.said, isRight: board.files.get(PATH)?.equals(data) === true }
}

/** issue 3: noise spliced at every position of a frame, right every time. */
it.each([
  ['base64', 100],
  ['raw', 5000],
])(
  'console.md 3, 11: a file sent in %s arrives with a kernel line at any position of what the board says',
  async (_way, size) => {
    const data = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7) % 256))
    for (const noise of NOISE) {
      let length = 1
      for (let at = 0; at < length; at++) {
        const { said, isRight } = await send(data, at, noise)
        length = said
        expect({ at, noise, isRight }).toEqual({ at, noise, isRight: true })
      }
      expect(length).toBeGreaterThan(100)
    }
  },
)

it.each([
  ['raw', 0xff],
  ['base64', 0x7f],
] as const)(
  'console.md 3, 11: a file fetched in %s comes back with a kernel line at any position of what the board says',
  async (way, mask) => {
    const board = await openPtyBoard({ shell: 'dash' })
    try {
      const shell = shellOn(board)
      await shell.attach(never)
      const folder = join(board.folder, 'results')
      mkdirSync(folder)
      const data = Buffer.from('[   12.345678] not a kernel\r\n\x00\xff end', 'latin1')
      writeFileSync(join(folder, 'a'), data)
      const splicer = createSplicer()
      board.faults.garble = bytes => splicer.splice(Buffer.from(bytes.map(byte => byte & mask)))
      const fetched: Buffer[] = []
      const fetchIt = (name: string) =>
        shell.fetch(
          { folder, patterns: [name], most: { files: 1, bytes: 60_000 } },
          never,
          async ({ bytes }) => {
            for await (const piece of bytes) fetched.push(Buffer.from(piece))
          },
        )
      // What is larger finds out how the line is.
      writeFileSync(join(folder, 'large'), randomBytes(60_000))
      splicer.arm(-1, '')
      expect(await fetchIt('large')).toMatchObject({ way })
      expect(await fetchIt('a')).toMatchObject({ way })
      let length = 1
      for (let at = 0; at < length; at++) {
        fetched.length = 0
        splicer.arm(at, NOISE[at % NOISE.length] ?? '')
        await fetchIt('a')
        length = Math.max(length, at === 0 ? splicer.said : 0)
        const got = Buffer.concat(fetched).toString('latin1')
        expect({ at, got }).toEqual({ at, got: data.toString('latin1') })
      }
      expect(length).toBeGreaterThan(100)
    } finally {
      await board.close()
    }
  },
  60_000,
)

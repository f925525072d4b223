/**
 * Files over one console, with no lab around them: `node transfer.ts PORT`, told lines of JSON, says one for each
 * when it is done. A line of seven bits is what makes base64 the way; the board itself is the same.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock } from '../../../src/clock.ts'
import type { SendReport } from '../../../src/hardware/types.ts'
import { silentLog } from '../../../src/log.ts'
import { openBoard } from '../../../src/rig.ts'
import { peerConfig } from '../../suites/console-peer.ts'

/** `random` cannot be packed; `code` is a piece of this very Node's machine code. */
export type TransferTold = { bits: 7 | 8; size: number; what: 'random' | 'code'; back?: true }
export type TransferSaid =
  | { going: number }
  | {
      /** The first file of a session finds out what the board has, and gives its shell what it needs. */
      first: Pick<SendReport, 'durationMs' | 'bytes'>
      moved: Moved
    }
/** Sent, or with `back` fetched. */
export type Moved = Pick<SendReport, 'bytes' | 'wireBytes' | 'durationMs' | 'repaired' | 'way' | 'packed'>

const [port = '0'] = process.argv.slice(2)
const never = new AbortController().signal
const NAME = 'bench-file'
const FIRST = 5000
/** Those who wait hear that it goes on. */
const GOING_MS = 20_000
const PIECE = 64 * 1024

let bits: 7 | 8 = 8
const dataDir = await mkdtemp(join(tmpdir(), 'boardroom-'))
const config = peerConfig({ host: '127.0.0.1', port: Number(port) })
const board = await openBoard(config, { dataDir, clock: systemClock, log: silentLog })
const shell = board.shell(
  bytes => board.recorder.write(bits === 8 ? bytes : bytes.map(byte => byte & 0x7f)),
  () => {},
)

async function send(data: Buffer): Promise<SendReport> {
  const sha256 = createHash('sha256').update(data).digest('hex')
  const source = { bytes: inPieces(data), size: data.length, sha256 }
  return await shell.send(source, `/tmp/${NAME}`, never, () => {})
}

/** What cannot be packed, made on the board. */
async function makeAndFetch(size: number): Promise<Moved> {
  const fetchBack = (): Promise<Moved> => {
    const wanted = { folder: '/tmp', patterns: [NAME], most: { files: 1, bytes: size } }
    return shell.fetch(wanted, never, async ({ bytes }) => {
      for await (const piece of bytes) say({ going: piece.length })
    })
  }
  await fetchBack()
  await shell.command(`head -c ${size} /dev/urandom >/tmp/${NAME}`, never)
  return await fetchBack()
}

function say(said: TransferSaid): void {
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

async function* inPieces(data: Buffer): AsyncGenerator<Buffer> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setImmediate(resolve)
  await promise
  for (let at = 0; at < data.length; at += PIECE) yield data.subarray(at, at + PIECE)
}

async function dataFor({ what, size }: TransferTold): Promise<Buffer> {
  if (what === 'random') return randomBytes(size)
  const file = await open(process.execPath)
  const { size: all } = await file.stat()
  const { buffer } = await file.read(Buffer.alloc(size), 0, size, Math.floor(all / 2))
  await file.close()
  return buffer
}

async function obey(told: TransferTold): Promise<void> {
  await shell.attach(never)
  bits = told.bits
  const first = await send(randomBytes(FIRST))
  const going = setInterval(() => say({ going: 0 }), GOING_MS)
  const moved = told.back === true ? await makeAndFetch(told.size) : await send(await dataFor(told))
  clearInterval(going)
  await shell.command(`rm -f /tmp/${NAME}`, never)
  await shell.detach()
  say({ first, moved })
}

for await (const text of createInterface({ input: process.stdin }))
  await obey(JSON.parse(text) as TransferTold)
await board.close()
await rm(dataDir, { recursive: true, force: true })

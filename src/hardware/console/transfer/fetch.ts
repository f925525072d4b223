import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { HardwareError, messageOf } from '../../../errors.ts'
import type { FetchReport, FetchWanted, IncomingFile } from '../../types.ts'
import { exchangeText } from '../shell/command.ts'
import { quotePath } from '../shell/frame-quote.ts'
import type { SumTool } from '../shell/frame-sum.ts'
import { resync } from '../shell/resync.ts'
import { deadlineSignal, type Session } from '../shell/session.ts'
import { survey } from '../shell/survey.ts'
import { fetchChunk, type Got } from './chunk.ts'
import { cannotSend } from './errors.ts'
import { giverHelpers } from './giver.ts'
import { FETCH_FRAME, FETCH_FRAMES } from './limits.ts'
import { type Listed, listFiles } from './list.ts'
import { type TransferTools, transferTools } from './tools.ts'

const CHUNK = FETCH_FRAME * FETCH_FRAMES
const HELPERS_MS = 20_000
const CLEAN_MS = 5_000
/** Packing takes the board a moment too. */
const WORTH = 0.92
const SMALLEST_PACKED = 600

/** What is known of the line that files come by. */
type Way = { tools: TransferTools; way: 'raw' | 'base64'; packed: boolean }

/**
 * Fetches what fits the patterns, one file after the other; what comes of each is `take`'s, in pieces as they come.
 * Repeating is safe.
 */
export async function fetchFiles(
  session: Session,
  wanted: FetchWanted,
  signal: AbortSignal,
  take: (file: IncomingFile) => Promise<void>,
): Promise<FetchReport> {
  const { talk } = session
  const before = { at: talk.clock.mono(), head: talk.head(), repaired: session.repaired }
  try {
    const tools = await prepare(session, signal)
    const { files, left } = await listFiles(session, wanted, signal)
    const way: Way = { tools, way: 'raw', packed: false }
    if (!tools.gzip || !tools.comesRaw) way.way = 'base64'
    const fetched: { path: string; size: number; sha256: string }[] = []
    for (const file of files) fetched.push(await fetchOne(session, file, way, signal, take))
    return {
      ...{ files: fetched, left, bytes: fetched.reduce((sum, { size }) => sum + size, 0) },
      ...{ wireBytes: talk.head() - before.head, durationMs: talk.clock.mono() - before.at },
      ...{ repaired: session.repaired - before.repaired, way: way.way, packed: way.packed },
    }
  } catch (error) {
    await backToPrompt(session)
    throw error
  }
}

const helped = new WeakSet<Session>()

async function prepare(session: Session, signal: AbortSignal): Promise<TransferTools> {
  if (session.sum === null) throw cannotSend(session)
  await survey(session, signal)
  const tools = await transferTools(session, signal)
  if (!helped.has(session)) {
    const { status } = await exchangeText(session, '_m', `${giverHelpers()}\n[ $_X = b ]`, HELPERS_MS, signal)
    if (status !== 0) throw cannotFetch(session)
    helped.add(session)
  }
  return tools
}

async function fetchOne(
  session: Session,
  file: Listed,
  way: Way,
  signal: AbortSignal,
  take: (file: IncomingFile) => Promise<void>,
): Promise<{ path: string; size: number; sha256: string }> {
  const hash = createHash('sha256')
  let length = 0
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (let chunk = 0; chunk * CHUNK < file.size; chunk++) {
      const size = Math.min(CHUNK, file.size - chunk * CHUNK)
      const piece = await fetchPiece(session, file.path, chunk, size, way, signal)
      hash.update(piece)
      length += piece.length
      yield piece
    }
  }
  await take({ ...file, bytes: bytes() })
  if (length !== file.size) throw notTaken(session, file, length)
  return { ...file, sha256: hash.digest('hex') }
}

async function fetchPiece(
  session: Session,
  path: string,
  chunk: number,
  size: number,
  way: Way,
  signal: AbortSignal,
): Promise<Buffer> {
  const tool: SumTool = session.sum ?? 'cksum'
  const mayPack = way.tools.gzip && size >= SMALLEST_PACKED
  const worth = mayPack ? Math.floor(size * WORTH) : null
  // As it is, text would be read as the board's own words: a kernel's last ones, say.
  const asked = mayPack ? way.way : 'base64'
  const word = /^[A-Za-z0-9_./+-]+$/.test(path) ? path : quotePath(path)
  const got = await fetchChunk({ session, tool, word, chunk, size, way: asked, worth }, signal)
  if (got.unclean) {
    way.way = 'base64'
    way.tools.comesRaw = false
  }
  way.packed ||= got.packed
  return unpacked(session, path, got, size)
}

function unpacked(session: Session, path: string, { bytes, packed }: Got, size: number): Buffer {
  if (!packed) return bytes
  try {
    const whole = gunzipSync(bytes, { maxOutputLength: CHUNK })
    if (whole.length >= size) return whole.subarray(0, size)
  } catch (error) {
    throw notWhole(session, path, messageOf(error))
  }
  throw notWhole(session, path, 'it became shorter')
}

/** Also after an abort: the board is at a prompt again. Says what it could not do in the log only. */
async function backToPrompt(session: Session): Promise<void> {
  if (session.lost !== null || !session.dirty) return
  const deadline = deadlineSignal(session.talk.clock, CLEAN_MS)
  try {
    await resync(session, deadline.signal, 'interrupt')
  } catch (error) {
    session.talk.log.warn({ board: session.talk.board, error: messageOf(error) }, 'a fetch left no prompt')
  } finally {
    deadline.clear()
  }
}

function cannotFetch({ talk }: Session): HardwareError {
  return new HardwareError(`no file can be fetched from ${talk.board}: it has no base64`, {
    hint: 'Give the board busybox with base64, or openssl; small text files can be printed by the test itself.',
    cause: 'transfer',
    blame: 'site',
  })
}

function notTaken({ talk }: Session, { path, size }: Listed, length: number): HardwareError {
  return new HardwareError(`only ${length} of ${size} bytes of ${path} were taken from ${talk.board}`, {
    hint: 'This is a fault of the product: please report it.',
    cause: 'transfer',
    blame: 'lab',
  })
}

function notWhole({ talk }: Session, path: string, why: string): HardwareError {
  return new HardwareError(`${path} changed on ${talk.board} while it was fetched: ${why}`, {
    hint: 'Fetch it again when the program that writes it has ended.',
    cause: 'transfer',
    blame: 'none',
  })
}

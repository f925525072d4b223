import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { HardwareError, messageOf } from '../../../errors.ts'
import type { FetchReport, FetchWanted, IncomingFile } from '../../types.ts'
import { exchangeText } from '../shell/command.ts'
import { wordOf } from '../shell/frame-quote.ts'
import type { SumTool } from '../shell/frame-sum.ts'
import { resync } from '../shell/resync.ts'
import { deadlineSignal, type Session } from '../shell/session.ts'
import { survey } from '../shell/survey.ts'
import { fetchChunk, type Got } from './chunk.ts'
import { costsFrom } from './costs.ts'
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

/** A faster way than the console, for as much of a file as it gives: checked blocks from its beginning. */
export type Beside = {
  mayHelp(): boolean
  /** `total`: of all files. Throws nothing that the console could mend. */
  blocks(file: Listed, total: number): AsyncIterable<Buffer>
}

type Fetching = {
  session: Session
  signal: AbortSignal
  beside: Beside | null
  /** Bytes of all files. */
  total: number
  /** Null until something has to go over it. */
  console: Way | null
  /** Bytes that came beside it. */
  besides: number
}

/**
 * Fetches what fits the patterns, one file after the other; what comes of each is `take`'s, in pieces as they come.
 * Repeating is safe.
 */
export async function fetchFiles(
  session: Session,
  wanted: FetchWanted,
  signal: AbortSignal,
  take: (file: IncomingFile) => Promise<void>,
  beside: Beside | null = null,
): Promise<FetchReport> {
  const costs = costsFrom(session)
  const fetching: Fetching = { session, signal, beside, total: 0, console: null, besides: 0 }
  try {
    if (session.sum === null) throw cannotSend(session)
    if (beside?.mayHelp() !== true) await overConsole(fetching)
    const { files, left, folders } = await listFiles(session, wanted, signal)
    fetching.total = files.reduce((sum, { size }) => sum + size, 0)
    const fetched: { path: string; size: number; sha256: string }[] = []
    for (const file of files) fetched.push(await fetchOne(fetching, file, take))
    const { besides, console } = fetching
    const { heard, durationMs, repaired } = costs()
    return {
      ...{ files: fetched, left, folders, bytes: fetched.reduce((sum, { size }) => sum + size, 0) },
      ...{ wireBytes: heard + besides, durationMs, repaired },
      ...{ way: console?.way ?? (besides > 0 ? 'sftp' : 'raw'), packed: console?.packed ?? false },
    }
  } catch (error) {
    await backToPrompt(session)
    throw error
  }
}

const helped = new WeakSet<Session>()

async function overConsole(fetching: Fetching): Promise<Way> {
  if (fetching.console !== null) return fetching.console
  const tools = await prepare(fetching)
  fetching.console = { tools, way: tools.gzip && tools.comesRaw ? 'raw' : 'base64', packed: false }
  return fetching.console
}

async function prepare({ session, signal }: Fetching): Promise<TransferTools> {
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
  fetching: Fetching,
  file: Listed,
  take: (file: IncomingFile) => Promise<void>,
): Promise<{ path: string; size: number; sha256: string }> {
  const hash = createHash('sha256')
  let length = 0
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const piece of piecesOf(fetching, file)) {
      hash.update(piece)
      length += piece.length
      yield piece
    }
  }
  await take({ ...file, bytes: bytes() })
  if (length !== file.size) throw notTaken(fetching.session, file, length)
  return { ...file, sha256: hash.digest('hex') }
}

/** Where the faster way ends, the console goes on. */
async function* piecesOf(fetching: Fetching, file: Listed): AsyncGenerator<Buffer> {
  const { session, beside, total, signal } = fetching
  if (file.size === 0) return
  let at = 0
  for await (const block of beside?.blocks(file, total) ?? []) {
    at += block.length
    fetching.besides += block.length
    yield block
  }
  if (at === file.size) return
  const way = await overConsole(fetching)
  for (let chunk = Math.floor(at / CHUNK); chunk * CHUNK < file.size; chunk++) {
    const size = Math.min(CHUNK, file.size - chunk * CHUNK)
    const piece = await fetchPiece(session, file.path, chunk, size, way, signal)
    yield piece.subarray(Math.max(0, at - chunk * CHUNK))
  }
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
  const got = await fetchChunk({ session, tool, word: wordOf(path), chunk, size, way: asked, worth }, signal)
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

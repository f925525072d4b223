import { randomBytes } from 'node:crypto'
import { failureOf, messageOf } from '../../../errors.ts'
import type { FileWay, Outgoing, SendReport } from '../../types.ts'
import { exchangeText } from '../shell/command.ts'
import { wordOf } from '../shell/frame-quote.ts'
import type { SumTool } from '../shell/frame-sum.ts'
import { deadlineSignal, type Session } from '../shell/session.ts'
import { survey } from '../shell/survey.ts'
import { keyOf, partOf, removeFiles } from './clear.ts'
import { costsFrom } from './costs.ts'
import { cannotSend, refused } from './errors.ts'
import { finish } from './finish.ts'
import { checkSpace } from './space.ts'
import { asPromised, createReading, noted, type Sums } from './sums.ts'
import { WayError } from './way-error.ts'

type Sending = {
  session: Session
  tool: SumTool
  way: FileWay
  file: Outgoing
  path: string
  /** So much is there; null while what an earlier call left is untouched: the console may go on from it. */
  written: number | null
}

const PLACE_MS = 10_000
/** Whoever cancels has a prompt again within two seconds. */
const REMOVE_MS = 1_500

/**
 * Sends a file beside the console. Before a byte is written the way is proven to lead to this board and this folder,
 * and before the file has its name its SHA-256 is checked, both through the console. Throws WayError where the console
 * may do better; then nothing is left.
 */
export async function sendByWay(
  session: Session,
  way: FileWay,
  file: Outgoing,
  path: string,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<SendReport> {
  const { sum: tool } = session
  if (tool === null) throw cannotSend(session)
  const costs = costsFrom(session)
  const sending: Sending = { session, tool, way, file, path, written: null }
  try {
    await survey(session, signal)
    await checkSpace(session, path, file.size, signal)
    await prove(sending, signal)
    const sums = await sendWhole(sending, signal, onProgress)
    const verified = await finished(sending, sums, signal)
    onProgress(file.size)
    const { typed, durationMs, repaired } = costs()
    return {
      ...{ bytes: file.size, wireBytes: typed + file.size, durationMs, repaired },
      ...{ verified, way: way.kind, packed: false, resumed: 0 },
    }
  } catch (error) {
    await leaveNothing(sending)
    throw error
  }
}

/** What the console writes is read there, or it is not this board: another machine, a folder that only looks the same. */
async function prove({ session, way, path }: Sending, signal: AbortSignal): Promise<void> {
  const nonce = randomBytes(16).toString('hex')
  const key = keyOf(path)
  const word = wordOf(key)
  const text = `rm -f ${word};umask 22;printf %s ${nonce} >${word}`
  const { status, output } = await exchangeText(session, '_b', text, PLACE_MS, signal)
  if (status !== 0) throw refused(session, key, output)
  if ((await readThere(way, key, nonce.length, signal)) !== nonce) throw elsewhere(way, key)
}

async function readThere(way: FileWay, path: string, length: number, signal: AbortSignal): Promise<string> {
  try {
    const far = await way.open(path, signal)
    try {
      return (await far.read(0, length, signal)).toString('latin1')
    } finally {
      far.close()
    }
  } catch (error) {
    if (error instanceof WayError && error.trouble === 'missing') return ''
    throw error
  }
}

async function sendWhole(
  sending: Sending,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<Sums> {
  const { session, tool, way, file, path } = sending
  const reading = createReading(tool)
  try {
    await removeThere(way, partOf(path), signal)
    sending.written = 0
    await way.send(noted(file.bytes, reading), partOf(path), signal, written => {
      sending.written = written
      onProgress(Math.min(file.size - 1, written))
    })
  } catch (error) {
    // A full disk is not less full over the console: better known now than after minutes.
    if (error instanceof WayError && error.trouble === 'refused')
      await checkSpace(session, path, file.size - (sending.written ?? 0), signal)
    throw error
  }
  return asPromised(session, file, reading)
}

async function finished(sending: Sending, sums: Sums, signal: AbortSignal): Promise<string> {
  const { session, tool, way, file, path } = sending
  try {
    return await finish({ session, tool, file, sums, path, key: keyOf(path) }, signal)
  } catch (error) {
    const { cause } = failureOf(error)
    if (cause === 'transfer')
      throw new WayError(way.where, 'broken', 'what arrived is not what was sent', error)
    if (cause === 'disk') throw new WayError(way.where, 'refused', messageOf(error), error)
    throw error
  }
}

/** There first, behind what is still on its way; then nothing more can arrive. */
async function leaveNothing({ session, way, path, written }: Sending): Promise<void> {
  const deadline = deadlineSignal(session.talk.clock, REMOVE_MS)
  try {
    if (written !== null && way.isOpen()) await removeThere(way, partOf(path), deadline.signal)
  } catch (error) {
    session.talk.log.debug(
      { way: way.where, error: messageOf(error) },
      'a part of a file was not removed there',
    )
  } finally {
    deadline.clear()
    way.close()
  }
  await removeFiles(session, written === null ? [keyOf(path)] : [partOf(path), keyOf(path)])
}

async function removeThere(way: FileWay, path: string, signal: AbortSignal): Promise<void> {
  try {
    await way.remove(path, signal)
  } catch (error) {
    if (!(error instanceof WayError && error.trouble === 'missing')) throw error
  }
}

export function elsewhere(way: FileWay, path: string): WayError {
  const reason = `it does not lead to this board, or not to the same folders: what the console has at ${path} is not there`
  return new WayError(way.where, 'broken', reason)
}

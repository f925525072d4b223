import { HardwareError } from '../../../errors.ts'
import type { Outgoing, SendReport } from '../../types.ts'
import type { Session } from '../shell/session.ts'
import { keyOf, partOf, removeFiles } from './clear.ts'
import { costsFrom } from './costs.ts'
import { cannotSend } from './errors.ts'
import { openSource } from './parts.ts'
import { sendInBlocks } from './plain.ts'
import { checkSpace } from './space.ts'
import { transferTools } from './tools.ts'
import { type Sent, sendWindowed } from './windowed.ts'

/**
 * Sends a file the fastest way that the board and its line can take, checks it whole, makes it executable and gives
 * it its name: at no time does `path` hold a part of it. Repeating is safe.
 */
export async function sendFile(
  session: Session,
  file: Outgoing,
  path: string,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<SendReport> {
  const costs = costsFrom(session)
  try {
    const sent = await sendAnyWay(session, file, path, signal, onProgress)
    const { typed, durationMs, repaired } = costs()
    return { bytes: file.size, wireBytes: typed, durationMs, repaired, ...sent }
  } catch (error) {
    if (!mayGoOn(error)) await removeFiles(session, [partOf(path), keyOf(path)])
    throw error
  }
}

async function sendAnyWay(
  session: Session,
  file: Outgoing,
  path: string,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<Sent> {
  const { sum } = session
  if (sum === null) throw cannotSend(session)
  const tools = await transferTools(session, signal)
  const source = await openSource(file)
  try {
    if (tools.windowed && file.size > 0)
      return await sendWindowed({ session, tools, file, source, path, tool: sum }, signal, onProgress)
    await checkSpace(session, path, file.size, signal)
    return await sendInBlocks(session, { ...file, bytes: source.pieces }, path, signal, onProgress)
  } finally {
    await source.close()
  }
}

/** The board is gone, not the file: what arrived is worth keeping. */
function mayGoOn(error: unknown): boolean {
  return (
    error instanceof HardwareError && ['console lost', 'reset', 'no prompt'].includes(error.failure.cause)
  )
}

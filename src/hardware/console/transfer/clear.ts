import { messageOf } from '../../../errors.ts'
import { exchangeText } from '../shell/command.ts'
import { wordOf } from '../shell/frame-quote.ts'
import { resync } from '../shell/resync.ts'
import { deadlineSignal, type Session } from '../shell/session.ts'

const CLEAN_MS = 5_000

/** Also after an abort: the board is left clean, and at a prompt. Says what it could not do in the log only. */
export async function removeFiles(session: Session, paths: readonly string[]): Promise<void> {
  if (session.lost !== null) return
  const deadline = deadlineSignal(session.talk.clock, CLEAN_MS)
  try {
    if (session.dirty) await resync(session, deadline.signal, 'interrupt')
    const text = `rm -f ${paths.map(wordOf).join(' ')}`
    await exchangeText(session, '_b', text, CLEAN_MS, deadline.signal)
  } catch (error) {
    const { board, log } = session.talk
    log.warn({ board, paths, error: messageOf(error) }, 'part of a file is left')
  } finally {
    deadline.clear()
  }
}

/** What is on the board of a file that has not its name yet. */
export function partOf(path: string): string {
  return `${path}.part`
}

/** Beside it: what it is unpacked to, or what proves that another way leads here. */
export function keyOf(path: string): string {
  return `${path}.part.x`
}

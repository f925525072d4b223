import type { Millis } from '../../../clock.ts'
import type { Outgoing } from '../../types.ts'
import { exchangeText } from '../shell/command.ts'
import { wordOf } from '../shell/frame-quote.ts'
import type { Session } from '../shell/session.ts'
import { type BlockTarget, openTarget, sendBlock } from './blocks.ts'
import { partOf } from './clear.ts'
import { refused } from './errors.ts'
import { finish } from './finish.ts'
import { inBlocks } from './in-blocks.ts'
import { asPromised, createReading, noted, type Sums } from './sums.ts'

/**
 * One block after the other, each behind a command of its own: slower by a round trip a block, and all that a board
 * needs is a tool for sums and `cat`.
 */

/** A first small block tells how fast the line is; then each takes about as long as a cancel may take. */
const FIRST_BLOCK = 3000
const SMALLEST_BLOCK = 600
const LARGEST_BLOCK = 48_000
const BLOCK_MS = 600

/** Returns by what the whole was checked, and how it was typed. */
export async function sendInBlocks(
  session: Session,
  file: Outgoing,
  path: string,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<{ verified: string; way: 'base64' | 'octal' }> {
  const target = await openTarget(session, partOf(path), signal)
  await emptyFile(target, signal)
  const sums = await sendAll(target, file, signal, onProgress)
  const verified = await finish({ session, tool: target.sum, file, sums, path }, signal)
  return { verified, way: target.decoder === '_O' ? 'octal' : 'base64' }
}

async function emptyFile(target: BlockTarget, signal: AbortSignal): Promise<void> {
  const { session, path } = target
  const word = wordOf(path)
  const { status, output } = await exchangeText(
    session,
    '_b',
    `rm -f ${word};: >${word}`,
    session.commandTimeoutMs,
    signal,
  )
  if (status !== 0) throw refused(session, path, output)
}

async function sendAll(
  target: BlockTarget,
  file: Outgoing,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<Sums> {
  const { clock } = target.session.talk
  const reading = createReading(target.sum)
  let sent = 0
  let size = FIRST_BLOCK
  for await (const block of inBlocks(noted(file.bytes, reading), () => size)) {
    const started = clock.mono()
    const { repaired } = target.session
    await sendBlock(target, block, signal)
    sent += block.length
    size = nextSize(block.length, clock.mono() - started, target.session.repaired > repaired)
    onProgress(sent)
  }
  return asPromised(target.session, file, reading)
}

/** Half after a damaged one: what is sent again is the whole block first. */
function nextSize(bytes: number, ms: Millis, damaged: boolean): number {
  const fitting = damaged ? Math.round(bytes / 2) : Math.round((bytes * BLOCK_MS) / Math.max(1, ms))
  return Math.min(LARGEST_BLOCK, Math.max(SMALLEST_BLOCK, fitting))
}

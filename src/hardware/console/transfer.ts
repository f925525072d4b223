import type { Millis } from '../../clock.ts'
import { HardwareError, messageOf } from '../../errors.ts'
import type { SendReport } from '../types.ts'
import { quotePath } from './frame-quote.ts'
import { createSum, type Sum } from './frame-sum.ts'
import { exchangeText } from './shell-command.ts'
import { resync } from './shell-resync.ts'
import { deadlineSignal, type Session } from './shell-session.ts'
import { type BlockTarget, openTarget, sendBlock } from './transfer-blocks.ts'
import { checkSpace } from './transfer-space.ts'

export type Outgoing = { bytes: AsyncIterable<Uint8Array>; size: number; sha256: string }

/** A first small block tells how fast the line is; then each takes about as long as a cancel may take. */
const FIRST_BLOCK = 3000
const SMALLEST_BLOCK = 600
const LARGEST_BLOCK = 48_000
const BLOCK_MS = 600
const VERIFY_MS = 60_000
const CLEAN_MS = 5_000

/**
 * Sends a file, checks it whole, makes it executable and gives it its name: at no time does `path` hold a part of
 * it. Repeating is safe.
 */
export async function sendFile(
  session: Session,
  file: Outgoing,
  path: string,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<SendReport> {
  const { talk } = session
  const before = { at: talk.clock.mono(), typed: talk.typed(), repaired: session.repaired }
  const target = await openTarget(session, `${path}.part`, signal)
  await checkSpace(session, path, file.size, signal)
  try {
    await emptyFile(target, signal)
    const sums = await sendAll(target, file, signal, onProgress)
    const verified = await finish(target, file, sums, path, signal)
    return {
      bytes: file.size,
      wireBytes: talk.typed() - before.typed,
      durationMs: talk.clock.mono() - before.at,
      repaired: session.repaired - before.repaired,
      verified,
    }
  } catch (error) {
    await removePart(target)
    throw error
  }
}

async function emptyFile(target: BlockTarget, signal: AbortSignal): Promise<void> {
  const { session, path } = target
  const word = quotePath(path)
  const { status, output } = await exchangeText(
    session,
    '_b',
    `rm -f ${word};: >${word}`,
    session.commandTimeoutMs,
    signal,
  )
  if (status !== 0) throw refused(session, path, output)
}

type Sums = { sha256: string; tool: string }

/** Throws when what was read is not the file that was promised: it changed on its way to here. */
async function sendAll(
  target: BlockTarget,
  file: Outgoing,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<Sums> {
  const { clock } = target.session.talk
  const sha256 = createSum('sha256sum')
  const tool = createSum(target.sum)
  let sent = 0
  let size = FIRST_BLOCK
  for await (const block of inBlocks(file.bytes, () => size)) {
    for (const sum of [sha256, tool] satisfies Sum[]) sum.update(block)
    const started = clock.mono()
    const { repaired } = target.session
    await sendBlock(target, block, signal)
    sent += block.length
    size = nextSize(block.length, clock.mono() - started, target.session.repaired > repaired)
    onProgress(sent)
  }
  const sums = { sha256: sha256.word(), tool: tool.word() }
  if (sent !== file.size || sums.sha256 !== file.sha256) throw changed(target.session, file, sent)
  return sums
}

/** Half after a damaged one: what is sent again is the whole block first. */
function nextSize(bytes: number, ms: Millis, damaged: boolean): number {
  const fitting = damaged ? Math.round(bytes / 2) : Math.round((bytes * BLOCK_MS) / Math.max(1, ms))
  return Math.min(LARGEST_BLOCK, Math.max(SMALLEST_BLOCK, fitting))
}

async function* inBlocks(bytes: AsyncIterable<Uint8Array>, size: () => number): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  for await (const piece of bytes) {
    rest = Buffer.concat([rest, piece])
    while (rest.length >= size()) {
      const block = rest.subarray(0, size())
      rest = rest.subarray(block.length)
      yield block
    }
  }
  if (rest.length > 0) yield rest
}

const SHA256 = ['sha256sum', 'busybox sha256sum', 'openssl dgst -sha256 -r']

/** Checked whole before it has its name. Returns by what. */
async function finish(
  target: BlockTarget,
  file: Outgoing,
  sums: Sums,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const { session } = target
  const part = quotePath(target.path)
  const text = [
    `for _r in ${SHA256.map(tool => `"${tool}"`).join(' ')};do _o=$($_r <${part} 2>/dev/null)&&break;_o=;done`,
    `_o=\${_o%% *};_r=sha256;[ "$_o" ]||{ _r=${target.sum};_o=$($_k <${part});_o=\${_o%% *};}`,
    `case $_r.$_o in sha256.${file.sha256}|${target.sum}.${sums.tool})chmod 755 ${part}&&mv ${part} ${quotePath(path)}||exit 2;;*)_r="$_o";false;;esac`,
    `_j=$?;echo "$_r";exit $_j`,
  ].join('\n')
  const { status, output } = await exchangeText(session, '_b', text, VERIFY_MS, signal)
  if (status === 0) return output.trim()
  throw status === 1 ? corrupted(session, path, file, output.trim()) : refused(session, path, output)
}

/** Also after an abort: the board is left clean, and at a prompt. Says what it could not do in the log only. */
async function removePart(target: BlockTarget): Promise<void> {
  const { session, path } = target
  if (session.lost !== null) return
  const deadline = deadlineSignal(session.talk.clock, CLEAN_MS)
  try {
    if (session.dirty) await resync(session, deadline.signal, 'interrupt')
    await exchangeText(session, '_b', `rm -f ${quotePath(path)}`, CLEAN_MS, deadline.signal)
  } catch (error) {
    session.talk.log.warn(
      { board: session.talk.board, path, error: messageOf(error) },
      'part of a file is left',
    )
  }
}

function refused({ talk }: Session, path: string, output: string): HardwareError {
  return new HardwareError(
    `${path} could not be written on ${talk.board}: ${output.trim() || 'no reason given'}`,
    {
      hint: `Look at the board's file system (full, read-only, no such folder), then: boards health ${talk.board}`,
      cause: 'disk',
      blame: 'board',
    },
  )
}

function corrupted({ talk }: Session, path: string, file: Outgoing, sum: string): HardwareError {
  return new HardwareError(
    `${path} is not what was sent to ${talk.board}: its sum is ${sum || 'unknown'}, the file's SHA-256 is ${file.sha256}`,
    {
      hint: 'Each block was right when it came: look at the memory or storage of the board.',
      cause: 'transfer',
      blame: 'board',
    },
  )
}

function changed({ talk }: Session, file: Outgoing, sent: number): HardwareError {
  return new HardwareError(
    `the file for ${talk.board} changed while it was sent: ${sent} bytes read, ${file.size} with SHA-256 ${file.sha256} promised`,
    { hint: 'Submit the test again with the finished file.', cause: 'transfer', blame: 'lab' },
  )
}

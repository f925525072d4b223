import type { Millis } from '../../../clock.ts'
import type { Outgoing } from '../../types.ts'
import { exchangeText } from '../shell/command.ts'
import { quotePath } from '../shell/frame-quote.ts'
import { createSum, type Sum } from '../shell/frame-sum.ts'
import type { Session } from '../shell/session.ts'
import { type BlockTarget, openTarget, sendBlock } from './blocks.ts'
import { changed, corrupted, refused } from './errors.ts'

/**
 * One block after the other, each behind a command of its own: slower by a round trip a block, and all that a board
 * needs is a tool for sums and `cat`.
 */

/** A first small block tells how fast the line is; then each takes about as long as a cancel may take. */
const FIRST_BLOCK = 3000
const SMALLEST_BLOCK = 600
const LARGEST_BLOCK = 48_000
const BLOCK_MS = 600
const VERIFY_MS = 60_000

/** Returns by what the whole was checked, and how it was typed. */
export async function sendInBlocks(
  session: Session,
  file: Outgoing,
  path: string,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<{ verified: string; way: 'base64' | 'octal' }> {
  const target = await openTarget(session, `${path}.part`, signal)
  await emptyFile(target, signal)
  const sums = await sendAll(target, file, signal, onProgress)
  const verified = await finish(target, file, sums, path, signal)
  return { verified, way: target.decoder === '_O' ? 'octal' : 'base64' }
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

import { exchangeText } from '../shell/command.ts'
import { type Ask, exchange } from '../shell/exchange.ts'
import { octal, wordOf } from '../shell/frame-quote.ts'
import { type SumTool, wholeSumOf } from '../shell/frame-sum.ts'
import type { Session } from '../shell/session.ts'
import { survey } from '../shell/survey.ts'
import { cannotSend, hopeless, refused } from './errors.ts'

/**
 * A file in blocks: each is typed as lines of code after one numbered command, decoded and checked on the board,
 * and appended only when its sum is right; a damaged one is sent again, in halves. One block is under way at a
 * time: for what is small, and for boards that lack what several frames at once want (windowed.ts).
 */
export type BlockTarget = {
  readonly session: Session
  readonly sum: SumTool
  readonly decoder: string
  readonly path: string
  /** Bytes in the file: each of them was checked. */
  written: number
  /** How long a character took on this line, at the slowest; a lost end of block is not waited for much longer. */
  msPerCharacter: number
}

/** Well below the terminal's 4,096 and busybox's 1,024; openssl reads lines of 76 only. */
const LINE = 800
const OPENSSL_LINE = 76
const OCTAL_BYTES = 180
/** Stands for itself in no code: neither base64 nor `\ooo`. */
const END_OF_BLOCK = '.'

/** What `_u` ends with beside 0. */
const DAMAGED = 1
const NOT_WRITTEN = 2

const SMALLEST_HALF = 64
/** In a row, of the smallest: so long as some come through, a bad line is slow and no more. */
const MOST_DAMAGED = 20
/** At 9600 baud. */
const SLOWEST_MS = 1.1
const PATIENCE = 2
const START_MS = 1500
const WRITE_MS = 10_000
const LOOK_MS = 10_000

/** Finds how the board can decode. Throws HardwareError (transfer) on a board with builtins alone. */
export async function openTarget(session: Session, path: string, signal: AbortSignal): Promise<BlockTarget> {
  const { sum } = session
  if (sum === null) throw cannotSend(session)
  const { decoder } = await survey(session, signal)
  return { session, sum, decoder, path, written: 0, msPerCharacter: SLOWEST_MS }
}

/** Returns when the block is in the file. */
export async function sendBlock(target: BlockTarget, block: Buffer, signal: AbortSignal): Promise<void> {
  const waiting = [block]
  let damaged = 0
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const status = await sendPart(target, part, signal)
    if (status !== 0 && status !== DAMAGED) throw refused(target.session, target.path, '')
    if (status === 0) {
      damaged = 0
      continue
    }
    target.session.repaired += 1
    if (part.length <= SMALLEST_HALF) damaged += 1
    if (damaged >= MOST_DAMAGED) throw hopeless(target.session, target.path)
    waiting.unshift(...halves(part))
  }
}

function halves(part: Buffer): Buffer[] {
  if (part.length <= SMALLEST_HALF) return [part]
  const middle = Math.ceil(part.length / 2)
  return [part.subarray(0, middle), part.subarray(middle)]
}

async function sendPart(target: BlockTarget, part: Buffer, signal: AbortSignal): Promise<number> {
  const { session, decoder } = target
  const code = encode(part, decoder)
  const started = session.talk.clock.mono()
  const answer = await exchange(session, askFor(target, part, code), signal)
  const status = answer === 'cut' ? await afterCut(target, part, signal) : answer.status
  if (status === 0) {
    target.written += part.length
    target.msPerCharacter = Math.min(SLOWEST_MS, (session.talk.clock.mono() - started) / code.length)
  }
  return status
}

function askFor(target: BlockTarget, part: Buffer, code: string): Ask {
  const whole = wholeSumOf(target.sum, part)
  const word = wordOf(target.path)
  const length = whole.length + word.length
  return {
    name: `a block of ${part.length} bytes`,
    typed: number =>
      `_u ${number} ${number + length} ${whole} ${wordOf(word)} <<\\${END_OF_BLOCK}\n${code}${END_OF_BLOCK}\n`,
    trailer: `${whole}${word}`,
    startMs: START_MS + code.length * target.msPerCharacter * PATIENCE,
    endMs: WRITE_MS,
    unstick: `\n${END_OF_BLOCK}\n`,
  }
}

/** An interrupt ended it before its end, or after the bytes were appended: the length of the file tells. */
async function afterCut(target: BlockTarget, part: Buffer, signal: AbortSignal): Promise<number> {
  const { session, path, written } = target
  const { output } = await exchangeText(session, '_b', `wc -c <${wordOf(path)}`, LOOK_MS, signal)
  const length = Number(output.trim())
  if (length === written + part.length) return 0
  return length === written ? DAMAGED : NOT_WRITTEN
}

function encode(part: Buffer, decoder: string): string {
  if (decoder === '_O') return inLines(part, OCTAL_BYTES, octal)
  const width = decoder.startsWith('openssl') ? OPENSSL_LINE : LINE
  return inLines(part, (width / 4) * 3, bytes => bytes.toString('base64'))
}

function inLines(part: Buffer, size: number, code: (bytes: Buffer) => string): string {
  let text = ''
  for (let at = 0; at < part.length; at += size) text += `${code(part.subarray(at, at + size))}\n`
  return text
}

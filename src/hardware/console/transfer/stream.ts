import type { Millis } from '../../../clock.ts'
import { HardwareError } from '../../../errors.ts'
import { wordOf } from '../shell/frame-quote.ts'
import { type SumTool, sumOf } from '../shell/frame-sum.ts'
import { frameIn, promptAt } from '../shell/frames.ts'
import { resync } from '../shell/resync.ts'
import { deadlineSignal, type Session } from '../shell/session.ts'
import type { Heard, Watch } from '../shell/talk.ts'
import { askOf, quitOf, type Wire } from './frames.ts'
import { type Report, reportsIn } from './reports.ts'

/** What a receiver is started with. */
export type Order = Wire & {
  readonly session: Session
  readonly tool: SumTool
  readonly packed: boolean
  /** SHA-256 of the file as it is to be. */
  readonly sha256: string
  /** The part, as a word for the shell. */
  readonly word: string
}

export type StreamSight =
  | Report
  /** The receiver has left: with this status, or nobody knows. */
  | { kind: 'end'; status: number | null }
  | { kind: 'refused' }
  | { kind: 'reset'; what: string }

/** A receiver on the board, from the line that starts it to its end. */
export type Stream = {
  readonly order: Order
  readonly number: number
  /** What it was told; its own words about it are compared with that. */
  readonly trailer: string
  readonly watch: Watch<StreamSight>
}

/** `ms`: from its line to its answer. */
export type Opened = { stream: Stream; part: boolean; freeKb: number | null; ms: Millis }

/** As the receiver ends (receiver.ts). */
export const DONE = 0
export const DONE_BY_TOOL = 9
export const NOT_WRITTEN = 2
const NO_MODES = 4
const STATUSES = [DONE, 1, NOT_WRITTEN, 3, NO_MODES, DONE_BY_TOOL]
const MOST_OPENED = 10
const OPEN_MS = 1500
const PATIENCE = 2
const CLOSE_MS: Millis = 6000
const QUITS: readonly Millis[] = [500, 700, 1200]

/**
 * Starts a receiver and waits until it is there; `meanwhile` may send it frames that do no harm without it. Null where
 * the terminal cannot be made to pass all bytes. Throws HardwareError (transfer) when none comes.
 */
export async function openStream(
  order: Order,
  msPerByte: number,
  signal: AbortSignal,
  meanwhile: () => Promise<void> = async () => {},
): Promise<Opened | null> {
  const { session } = order
  for (let tries = 0; tries < MOST_OPENED; tries++) {
    if (session.lost !== null) throw session.lost
    if (session.dirty) await resync(session, signal, 'interrupt')
    session.number += 1
    session.dirty = true
    const { number } = session
    const { args, trailer } = wordsOf(order)
    const stream = { order, number, trailer, watch: hear(session, number, trailer) }
    const typed = `_G ${number} ${number + trailer.length} ${args}\n`
    try {
      await session.talk.type(typed, signal)
      await meanwhile()
      const opened = await whenOpen(stream, OPEN_MS + typed.length * msPerByte * PATIENCE, signal)
      if (opened === 'no modes') return null
      if (opened !== null) return opened
    } catch (error) {
      stream.watch.stop()
      throw error
    }
    await closeStream(stream, signal)
    session.repaired += 1
  }
  throw cannotStart(session)
}

function wordsOf({ mode, packed, sha256, word }: Order): { args: string; trailer: string } {
  const letters = `${mode === 'raw' ? 'r' : 'b'}${packed ? 'z' : ''}`
  return { args: `${letters} ${sha256} ${wordOf(word)}`, trailer: `${letters}${sha256}${word}` }
}

async function whenOpen(
  stream: Stream,
  ms: Millis,
  signal: AbortSignal,
): Promise<Opened | 'no modes' | null> {
  const { clock } = stream.order.session.talk
  const started = clock.mono()
  const sight = await stream.watch.next(ms, signal)
  const isTold = sight?.kind === 'open' && sight.sum === sumOf(stream.order.tool, Buffer.from(stream.trailer))
  if (isTold) return { stream, part: sight.part, freeKb: sight.freeKb, ms: clock.mono() - started }
  if (sight?.kind === 'reset') throw wasReset(stream.order.session, sight.what)
  if (sight?.kind === 'refused' || sight?.kind === 'end') stream.order.session.dirty = false
  if (sight?.kind !== 'end' || sight.status !== NO_MODES) return null
  stream.watch.stop()
  return 'no modes'
}

function hear(session: Session, number: number, trailer: string): Watch<StreamSight> {
  const { talk, word, sum } = session
  const endOf = (said: string): number | null =>
    STATUSES.find(
      status => sum !== null && sumOf(sum, Buffer.from(`${number} ${status} ${trailer}`)) === said,
    ) ?? null
  const watch: Watch<StreamSight> = talk.watch<StreamSight>({
    see(heard: Heard) {
      if (heard.kind === 'finding')
        return heard.finding.cause === 'reset' || heard.finding.cause === 'panic'
          ? { kind: 'reset', what: heard.finding.title }
          : null
      if (heard.kind === 'tail') {
        const prompt = promptAt(heard.text, session.prompt)
        return prompt !== null && prompt >= number ? { kind: 'end', status: null } : null
      }
      const found = frameIn(heard.line.text, word)
      if (found !== null && found.number === number) {
        if (found.frame.kind === 'damaged') return { kind: 'refused' }
        const status = found.frame.kind === 'end' ? endOf(found.frame.sum) : null
        if (status !== null) return { kind: 'end', status }
      }
      const reports = reportsIn(heard.line.text, word, number)
      for (const report of reports.slice(0, -1)) watch.add(report)
      return reports.at(-1) ?? null
    },
  })
  return watch
}

/** Back to our prompt, whatever the receiver is in the middle of. Throws HardwareError for a lost console or board. */
export async function closeStream(stream: Stream, signal: AbortSignal): Promise<void> {
  const { session } = stream.order
  try {
    if (session.dirty && !(await quits(stream, signal))) await resync(session, signal, 'interrupt')
  } finally {
    stream.watch.stop()
  }
}

/** After a throw. A line that is gone, or a board that boots, is not typed at. Never throws. */
export async function endStream(stream: Stream, error: unknown): Promise<void> {
  if (error instanceof HardwareError && ['console lost', 'reset'].includes(error.failure.cause))
    return stream.watch.stop()
  const deadline = deadlineSignal(stream.order.session.talk.clock, CLOSE_MS)
  await closeStream(stream, deadline.signal).catch(() => {})
  deadline.clear()
}

async function quits({ order, watch }: Stream, signal: AbortSignal): Promise<boolean> {
  const { session } = order
  for (const ms of QUITS) {
    await session.talk.type(quitOf(order), signal)
    // What it was in the middle of may have swallowed that: it says when it has done with it.
    for (let sight = await watch.next(ms, signal); sight !== null; sight = await watch.next(ms, signal)) {
      if (sight.kind === 'end') {
        session.dirty = false
        return true
      }
      if (sight.kind === 'reset') throw wasReset(session, sight.what)
      if (sight.kind === 'in step') break
    }
  }
  return false
}

export async function ask({ order }: Stream, signal: AbortSignal): Promise<void> {
  await order.session.talk.type(askOf(order), signal)
}

export function wasReset({ talk }: Session, what: string): HardwareError {
  return new HardwareError(`${talk.board} (${talk.where}) went down while a file was sent to it: ${what}`, {
    hint: 'What arrived may still be there: sent again, the file goes on from it.',
    cause: 'reset',
    blame: 'board',
  })
}

function cannotStart({ talk }: Session): HardwareError {
  return new HardwareError(
    `no file can be sent to ${talk.board} (${talk.where}): the line that starts it came damaged ${MOST_OPENED} times`,
    {
      hint: 'Characters are lost on the way to the board: look at the line and its flow control.',
      cause: 'transfer',
      blame: 'board',
    },
  )
}

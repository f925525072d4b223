import type { Millis } from '../../../clock.ts'
import type { CommandResult } from '../../types.ts'
import { withoutKernelLines, withoutReturns } from './frame-cut.ts'
import { type JoinedLine, placeOf } from './frame-lines.ts'
import { createRegion } from './frame-region.ts'
import { sumOf } from './frame-sum.ts'
import { type FoundFrame, frameIn, promptAt } from './frames.ts'
import type { Session } from './session.ts'
import type { Heard } from './talk.ts'

export type Answer = CommandResult & { raw: Buffer }

/** What matters of all that is heard while number `n` is under way. `answer` is null when it came damaged. */
export type Sight =
  | { kind: 'start' | 'damaged' | 'never' | 'cut' | 'prompt' | 'flood' }
  | { kind: 'end'; answer: Answer | null }

export type Hearing = {
  readonly number: number
  next(ms: Millis, signal: AbortSignal): Promise<Sight | null>
  /** The next sight that decides; null after `ms` without a byte, or when others talk and no answer comes. */
  verdict(ms: Millis, signal: AbortSignal): Promise<Sight | null>
  /** Grows as long as lines of ours come: long output on a slow line is no hang. Kernel lines do not count. */
  progress(): number
  stop(): void
}

/** More than any control command of ours prints; a test's output is not heard here but recorded. */
const MOST_OUTPUT = 32 * 1024 * 1024
/** A busy line may be late with the beginning of an answer: not for longer, however much others say on it. */
const MOST_LATE_MS = 6_000
/** Of an answer that has begun. */
export const MOST_PRINTING_MS = 120_000
/** Among so many bytes, the last before the end, the line of a short answer is looked for. */
const MOST_SEARCHED = 64 * 1024

export function createHearing(session: Session, number: number, trailer: string): Hearing {
  const { talk } = session
  const region = createRegion(MOST_OUTPUT)
  let encoded = false
  let hasBegun = false
  let earlier: { status: number; readings: Buffer[] } | null = null
  let progress = 0
  let lastByteAt = talk.clock.mono()

  /** Undefined when nothing can be said yet; null when what came is not what was sent. */
  const answerAt = (bytes: Buffer, status: number, sum: string): Answer | null | undefined => {
    if (session.sum === null) return compare(bytes, status)
    const end = Buffer.from(`${number} ${status} ${trailer}`)
    for (const reading of readingsOf(bytes, encoded)) {
      if (sumOf(session.sum, Buffer.concat([reading, end])) === sum) return answerOf(status, reading)
    }
    return null
  }

  /** Without sums, two copies that are the same. */
  const compare = (bytes: Buffer, status: number): Answer | null | undefined => {
    const before = earlier
    const readings = [...readingsOf(bytes, false)].slice(0, 2)
    earlier = { status, readings }
    if (before === null) return undefined
    const same = readings.find(reading => before.readings.some(other => other.equals(reading)))
    return same === undefined || before.status !== status ? null : answerOf(status, same)
  }

  const onFrame = (line: JoinedLine, found: FoundFrame): Sight | null => {
    const { frame } = found
    if (frame.kind === 'end') {
      const bytes = region.take(placeOf(line, found.index).offset)
      const answer = bytes === null ? undefined : answerAt(bytes, frame.status, frame.sum)
      return answer === undefined ? null : { kind: 'end', answer }
    }
    if (frame.kind === 'damaged' || frame.kind === 'never' || frame.kind === 'cut')
      return { kind: frame.kind }
    encoded = frame.kind === 'encoded'
    hasBegun = true
    region.begin(line.to)
    return frame.kind === 'start' ? { kind: 'start' } : null
  }

  const see = (heard: Heard): Sight | null => {
    if (heard.kind === 'tail') {
      const prompt = promptAt(heard.text, session.prompt)
      return prompt !== null && prompt >= number ? { kind: 'prompt' } : null
    }
    if (heard.kind !== 'line') return null
    progress += heard.line.text.length + 1
    const found = frameIn(heard.line.text, session.word)
    return found === null || found.number !== number ? null : onFrame(heard.line, found)
  }

  const watch = talk.watch<Sight>({
    see,
    bytes(chunk) {
      lastByteAt = talk.clock.mono()
      if (!region.add(chunk)) watch.add({ kind: 'flood' })
    },
  })

  return {
    number,
    next: (ms, signal) => watch.next(ms, signal),
    async verdict(ms, signal) {
      const asked = talk.clock.mono()
      hasBegun = false
      for (;;) {
        const sight = await watch.next(ms, signal)
        const now = talk.clock.mono()
        const isOver = now - asked >= (hasBegun ? MOST_PRINTING_MS : MOST_LATE_MS)
        if (sight === null && (isOver || now - lastByteAt >= ms)) return null
        if (sight !== null && sight.kind !== 'start' && sight.kind !== 'prompt') return sight
      }
    },
    progress: () => progress,
    stop: watch.stop,
  }
}

function answerOf(status: number, raw: Buffer): Answer {
  return { status, raw, output: raw.toString('utf8') }
}

/**
 * What the output may have been, likeliest first: as it came, then without kernel lines, ONLCR undone or not. Last,
 * for what a program that still runs printed in between: nothing at all, or one of the lines.
 */
function* readingsOf(bytes: Buffer, encoded: boolean): Generator<Buffer> {
  const cut = withoutKernelLines(bytes)
  if (encoded) yield Buffer.from(cut.toString('latin1'), 'base64')
  const variants = cut.length === bytes.length ? [bytes] : [bytes, cut]
  for (const variant of variants) yield withoutLastNewline(withoutReturns(variant))
  for (const variant of variants) yield withoutLastNewline(variant)
  yield Buffer.alloc(0)
  yield* linesOf(withoutReturns(cut.subarray(-MOST_SEARCHED)))
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  let from = 0
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, from)) {
    yield bytes.subarray(from, at + 1)
    from = at + 1
  }
}

/** The end frame begins a line of its own: the newline before it is ours. */
function withoutLastNewline(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1)
}

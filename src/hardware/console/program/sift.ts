import type { LogRange } from '../../types.ts'
import { heldIn } from '../shell/deliver.ts'
import { type JoinedLine, placeOf } from '../shell/frame-lines.ts'
import { type FoundFrame, frameIn, promptsIn } from '../shell/frames.ts'
import { answersIn } from '../shell/resync.ts'
import type { Session } from '../shell/session.ts'

/**
 * Tells what a program prints from what our shell says beside it, from the moment on that its guard has left: both
 * write to the same terminal, in any order. All that is ours carries a word of ours.
 */
export type Sift = {
  /** From now on our shell talks too. */
  begin(): void
  line(line: JoinedLine): void
  /** Ours, wherever it stands; in the order of the log. */
  cut(range: LogRange): void
  /** Where the end of our last command begins: what was printed before it stands before it. Null without one. */
  lastEnd(): number | null
  /** What is the program's of `[from, to)`: in order, one at least. */
  ranges(from: number, to: number): LogRange[]
}

/** More than is ever typed beside a program; whoever prints our words without end shall not fill memory. */
const MOST_HOLES = 4096

export function createSift(session: Session): Sift {
  const holes: LogRange[] = []
  let begun = false
  /** No frame of our shell has a smaller number from then on: one that has is somebody's who repeats it. */
  let first = 0
  let last: { number: number; at: number } | null = null
  let interrupts = 0

  const cut = (range: LogRange): void => {
    if (holes.length < MOST_HOLES) holes.push(range)
  }
  const hole = (from: number, to: number): void => cut({ from, to })

  /** A shell that is interrupted begins a new line for its prompt; for a newline it does not. */
  const promptStart = (line: JoinedLine, index: number): number => {
    const place = placeOf(line, index)
    if (index > 0 || session.talk.interrupts() <= interrupts) return place.offset
    interrupts += 1
    return place.before
  }

  /** The end begins a line of its own: the line end before it is ours too. */
  const frameStart = (line: JoinedLine, { frame, number, index }: FoundFrame): number => {
    const place = placeOf(line, index)
    if (frame.kind !== 'end') return place.offset
    if (last?.number !== number) last = { number, at: place.before }
    return place.before
  }

  return {
    begin() {
      if (begun) return
      begun = true
      first = session.number
      interrupts = session.talk.interrupts()
    },
    line(line) {
      if (!begun) return
      for (const { index, length } of promptsIn(line.text, session.prompt))
        hole(promptStart(line, index), placeOf(line, index + length - 1).offset + 1)
      const found = frameIn(line.text, session.word)
      const answer = heldIn(line.text, session.word)?.index ?? answersIn(line.text, session.word)
      if (found !== null && found.number >= first) hole(frameStart(line, found), line.to)
      else if (answer !== -1) hole(placeOf(line, answer).offset, line.to)
    },
    cut,
    lastEnd: () => last?.at ?? null,
    ranges(from, to) {
      const kept: LogRange[] = []
      let at = from
      for (const each of holes) {
        if (each.from > at) kept.push({ from: at, to: Math.min(each.from, to) })
        at = Math.max(at, each.to)
        if (at >= to) break
      }
      if (at < to) kept.push({ from: at, to })
      return kept.length > 0 ? kept : [{ from, to: from }]
    },
  }
}

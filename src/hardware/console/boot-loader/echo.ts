import type { Millis } from '../../../clock.ts'
import type { Heard, Talk, Watch } from '../shell/talk.ts'
import { createEchoLine, type EchoLine, shown } from './echo-line.ts'
import type { LoaderPace } from './session.ts'

/** Where it is typed, behind which prompt, and how fast. */
export type Place = { talk: Talk; prompt: string; pace: LoaderPace }

const ECHO_MS = 500
/** In one line; a board that loses every hundredth character needs one or two. */
const MOST_REPAIRS = 12
const BELL = '\x07'
const DELETE = '\x7f'

type Typing = Place & { line: EchoLine; watch: Watch<true> }

/**
 * Types a text at the prompt and reads it back: true when the board has it in its line buffer, and nothing else
 * (console.md 7). U-Boot always echoes. What is missing is typed again; what is wrong is taken back first. A line of
 * somebody else in between may end in what looks like the prompt, and hide what was typed before: then it is false.
 */
export async function echoes(
  place: Place,
  text: string,
  deadline: Millis,
  signal: AbortSignal,
): Promise<boolean> {
  const { talk, prompt, pace } = place
  const line = createEchoLine(talk.tail())
  const see = (heard: Heard): true | null => (heard.kind === 'finding' ? null : true)
  const watch = talk.watch<true>({ see, bytes: ({ bytes }) => line.push(bytes) })
  try {
    for (let repairs = 0; repairs <= MOST_REPAIRS && talk.clock.mono() < deadline; ) {
      const right = rightPart(line, prompt + text)
      if (right < prompt.length || line.hasEnded()) return false
      if (right === prompt.length + text.length) return true
      if (await typeOn({ ...place, line, watch }, prompt + text, right, signal)) continue
      if (isFull(talk)) return false
      learn(pace, false)
      repairs += 1
    }
    return false
  } finally {
    watch.stop()
  }
}

/** A line buffer that is full rings the bell for each further character. */
export function isFull(talk: Talk): boolean {
  return talk.tail().includes(BELL)
}

/** How much of the line is as it should be; never all of it while something stands behind it. */
function rightPart(line: EchoLine, wanted: string): number {
  const now = line.text()
  let same = 0
  while (same < now.length && now[same] === wanted[same]) same += 1
  return now.length > wanted.length && same === wanted.length ? same - 1 : same
}

/** The next piece, or what is wrong taken back. */
async function typeOn(typing: Typing, wanted: string, right: number, signal: AbortSignal): Promise<boolean> {
  const { talk, pace, line } = typing
  const extra = line.text().length - right
  const to = extra > 0 ? right : Math.min(wanted.length, right + pace.piece)
  if (extra > 0) await talk.carry(Buffer.from(DELETE.repeat(extra)), signal)
  else await talk.type(wanted.slice(right, to), signal)
  if (!(await lineIs(typing, wanted.slice(0, to), signal))) return false
  learn(pace, true)
  return true
}

async function lineIs({ talk, line, watch }: Typing, wanted: string, signal: AbortSignal): Promise<boolean> {
  const deadline = talk.clock.mono() + ECHO_MS
  while (line.text() !== wanted) {
    const left = deadline - talk.clock.mono()
    if (left <= 0 || line.hasEnded() || (await watch.next(left, signal)) === null) return false
  }
  return true
}

/** Whether the unfinished line is this, or becomes it in time: of a prompt, not of what is longer than its end is known. */
export async function tailIs(talk: Talk, wanted: string, ms: Millis, signal: AbortSignal): Promise<boolean> {
  if (shown(talk.tail()) === wanted) return true
  const see = (heard: Heard): true | null =>
    heard.kind === 'tail' && shown(heard.text) === wanted ? true : null
  const watch = talk.watch({ see })
  try {
    return (await watch.next(ms, signal)) === true
  } finally {
    watch.stop()
  }
}

// ---- pace ---------------------------------------------------------------------------------------------------

/** A whole line; what any UART's FIFO holds; one by one. */
export const PIECES = [256, 16, 1] as const
/** One character lost is chance; pieces that come damaged one after the other are too long. */
const TOO_MANY = 2
/** After so many that arrived the next faster pace is tried. */
const GOOD_PIECES = 64

export function newLoaderPace(piece: number = PIECES[0], changed: () => void = () => {}): LoaderPace {
  return { piece, good: 0, bad: 0, changed }
}

function learn(pace: LoaderPace, hasArrived: boolean): void {
  pace.good = hasArrived ? pace.good + 1 : 0
  pace.bad = hasArrived ? 0 : pace.bad + 1
  if (pace.bad >= TOO_MANY)
    change(
      pace,
      PIECES.find(piece => piece < pace.piece),
    )
  if (pace.good >= GOOD_PIECES)
    change(
      pace,
      PIECES.findLast(piece => piece > pace.piece),
    )
}

function change(pace: LoaderPace, piece = pace.piece): void {
  const isOther = piece !== pace.piece
  Object.assign(pace, { piece, good: 0, bad: 0 })
  if (isOther) pace.changed()
}

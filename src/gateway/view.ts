import { size } from '../cards/words.ts'

/** Where bytes go; `done` is called when they were handed to the network. */
export type Wire = {
  write(bytes: Uint8Array, done: () => void): void
  /** Bytes that the other side has not taken yet. */
  pending(): number
}

/**
 * What one person sees. Whoever keeps up sees every byte; whoever does not loses some of the view, with a mark, and
 * never holds anybody up (console.md 12).
 */
export type View = {
  /** What the board prints, as it comes. */
  board(bytes: Uint8Array): void
  /** Words of ours, each on a line of its own; the board's unfinished line comes again behind them. */
  say(...lines: readonly string[]): void
  /** Words as they stand: a prompt of ours and its echo. */
  write(text: string): void
  /** What the board prints, and its unfinished line, wait until `release`: something else is on the screen. */
  hold(): void
  release(): void
  /** The board's line as it stood before anything came. */
  begin(unfinished: string): void
}

const [LF, CR] = [10, 13] as const
const OURS = '-- '
/** A prompt and what was typed behind it; a longer line is not drawn again. */
const LONGEST_UNFINISHED = 400
/** Words for somebody who reads nothing: the last ones say how things are. */
const MOST_UNSAID = 10
const NOTHING = new Uint8Array(0)

export function createView(wire: Wire, encode: (bytes: Uint8Array) => Uint8Array, limit: number): View {
  let leftOut = 0
  /** Said while too much waited to be read. */
  let unsaid: readonly string[] = []
  let isFresh = true
  let held: Uint8Array[] | null = null
  let heldBytes = 0
  /** What the board printed since its last newline, as it went over the wire. */
  let unfinished: Uint8Array = NOTHING

  const send = (bytes: Uint8Array): void => {
    isFresh = bytes.at(-1) === LF
    wire.write(bytes, mark)
  }
  /** Only when all was read: else somebody slow would be sent marks and nothing else. */
  const mark = (): void => {
    if ((leftOut === 0 && unsaid.length === 0) || held !== null || wire.pending() > 0) return
    const lines = unsaid
    unsaid = []
    if (leftOut === 0) {
      say(...lines)
      return
    }
    const bytes = leftOut
    leftOut = 0
    unfinished = NOTHING
    const much = size(bytes)
    say(
      `${much} of the view left out: the board prints faster than you read. The log has all of it.`,
      ...lines,
    )
  }
  const say = (...lines: readonly string[]): void => {
    if (lines.length === 0) return
    if (wire.pending() > limit) {
      unsaid = [...unsaid, ...lines].slice(-MOST_UNSAID)
      return
    }
    const text = lines.map(line => `${OURS}${line}\r\n`).join('')
    send(Buffer.from(isFresh ? text : `\r\n${text}`))
    if (held === null) redraw()
  }
  const redraw = (): void => {
    if (unfinished.length > 0) send(unfinished)
  }
  const show = (wired: Uint8Array): void => {
    const at = Math.max(wired.lastIndexOf(LF), wired.lastIndexOf(CR))
    const line = at === -1 ? Buffer.concat([unfinished, wired]) : wired.slice(at + 1)
    unfinished = line.length > LONGEST_UNFINISHED ? NOTHING : line
    send(wired)
  }
  const board = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return
    if (held !== null) keep(held, bytes)
    // A chunk that is larger than the limit is shown to whoever has read everything before it.
    else if (leftOut > 0 || (wire.pending() > 0 && wire.pending() + bytes.length > limit))
      leftOut += bytes.length
    else show(encode(bytes))
  }
  const keep = (chunks: Uint8Array[], bytes: Uint8Array): void => {
    if (leftOut > 0 || heldBytes + bytes.length > limit) {
      leftOut += bytes.length
      return
    }
    chunks.push(bytes)
    heldBytes += bytes.length
  }

  return {
    board,
    say,
    write: text => {
      if (wire.pending() <= limit) send(Buffer.from(text))
    },
    hold() {
      held ??= []
    },
    release() {
      const chunks = held ?? []
      const later = leftOut
      held = null
      heldBytes = 0
      leftOut = 0
      redraw()
      for (const bytes of chunks) board(bytes)
      leftOut += later
      mark()
    },
    begin: line => {
      unfinished = Buffer.from(line)
    },
  }
}

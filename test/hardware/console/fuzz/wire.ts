import type { LogRange, Recorder } from '../../../../src/hardware/types.ts'
import type { FakeClock } from '../../../fake-clock.ts'
import { createLine } from '../shell/pty-line.ts'
import type { Stranger } from './strangers.ts'

/** What a line does to what a board says; drawn anew for each life. */
export type Temper = {
  /** After about so many bytes of the board somebody else says something. */
  every: number
  /** How long a chunk is at most; 1: every byte alone. */
  chunk: number
  /** How long what was said is under way at most; 0: it is heard in the same breath. */
  lateMs: number
  /** Somebody else speaks by himself after so long at most; 0: never. */
  aloneMs: number
}

/** Whose bytes they are: those that a program printed must all come out as its output. */
export type Whose = 'shell' | 'program'

/** The line from an emulated board to a shell of ours, with a stranger on it. */
export type Wire = {
  recorder: Pick<Recorder, 'listen' | 'state' | 'connected' | 'where'>
  write(bytes: Uint8Array): Promise<void>
  onTyped: (bytes: Buffer) => void
  say(bytes: Buffer, whose: Whose): void
  log(): Buffer
  /** What of the log programs printed, since `forget`. */
  printed(): readonly LogRange[]
  forget(): void
  /** So many chunks were heard. */
  chunks(): number
  /** From now on nobody but the board speaks. */
  calm(): void
  listeners(): number
}

/** What of the line a stranger can repeat. */
const REPEATED = 3000

/** More than this at once comes in larger chunks. */
const FLOOD = 4096

/** Then he has said enough by himself: a life is not to be all his. */
const MOST_SPOKEN = 100

type Piece = { bytes: Buffer; isPrinted: boolean }

export function createWire(clock: FakeClock, random: () => number, temper: Temper, stranger: Stranger): Wire {
  const line = createLine({}, 1)
  const below = (most: number): number => Math.floor(random() * most)
  let printed: LogRange[] = []
  let listeners = 0
  let [head, chunks, spoken, untilStranger] = [0, 0, 0, below(2 * temper.every)]
  let isCalm = false
  let recent = ''
  let waiting: Piece[] = []
  let isUnderWay = false

  const hear = (pieces: readonly Piece[]): void => {
    let at = head
    for (const { bytes, isPrinted } of pieces) {
      if (isPrinted && bytes.length > 0) printed.push({ from: at, to: at + bytes.length })
      at += bytes.length
    }
    const all = Buffer.concat(pieces.map(({ bytes }) => bytes))
    recent = (recent + all.toString('latin1')).slice(-REPEATED)
    for (let from = 0; from < all.length; chunks += 1) {
      const to = from + 1 + below(all.length > FLOOD ? all.length / 8 : temper.chunk)
      const chunk = all.subarray(from, to)
      head += chunk.length
      from = to
      line.fromBoard(chunk)
    }
  }
  const strange = (): Piece => ({ bytes: stranger.say(recent), isPrinted: false })
  const spliced = ({ bytes, isPrinted }: Piece): Piece[] => {
    const pieces: Piece[] = []
    let from = 0
    while (!isCalm && bytes.length - from > untilStranger) {
      pieces.push({ bytes: bytes.subarray(from, from + untilStranger), isPrinted }, strange())
      from += untilStranger
      untilStranger = 1 + below(2 * temper.every)
    }
    untilStranger -= bytes.length - from
    return [...pieces, { bytes: bytes.subarray(from), isPrinted }]
  }
  const flush = (): void => {
    isUnderWay = false
    const pieces = waiting
    waiting = []
    hear(pieces)
  }
  const alone = (): void => {
    if (isCalm || spoken++ > MOST_SPOKEN) return
    if (listeners > 0) hear([strange()])
    clock.after(1 + below(temper.aloneMs), alone)
  }
  if (temper.aloneMs > 0) clock.after(1 + below(temper.aloneMs), alone)

  const wire: Wire = {
    recorder: {
      ...line.recorder,
      listen(listener) {
        listeners += 1
        const stop = line.recorder.listen(listener)
        return () => {
          listeners -= 1
          stop()
        }
      },
    },
    write: line.write,
    onTyped: () => {},
    say(bytes, whose) {
      waiting.push(...spliced({ bytes, isPrinted: whose === 'program' }))
      if (temper.lateMs === 0) flush()
      else if (!isUnderWay) clock.after(below(temper.lateMs), flush)
      isUnderWay = temper.lateMs > 0
    },
    log: line.log,
    printed: () => printed,
    forget: () => {
      printed = []
    },
    chunks: () => chunks,
    calm: () => {
      isCalm = true
    },
    listeners: () => listeners,
  }
  line.toBoard(bytes => wire.onTyped(bytes))
  return wire
}

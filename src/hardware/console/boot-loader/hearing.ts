import type { Millis } from '../../../clock.ts'
import { withoutKernelLines, withoutReturns } from '../shell/frame-cut.ts'
import { type JoinedLine, placeOf } from '../shell/frame-lines.ts'
import { createRegion } from '../shell/frame-region.ts'
import { shown } from './echo-line.ts'
import { type LoaderFrame, loaderFrameIn } from './frames.ts'
import type { LoaderSession } from './session.ts'
import { createSigns, type Sign } from './signs.ts'

/** What matters of all that is heard while one line is under way. `taken`: the newline behind it arrived. */
export type LoaderSight =
  | { kind: 'taken' | 'start' | 'flood' | Sign }
  | { kind: 'end'; frame: LoaderFrame; output: string }

export type LoaderHearing = {
  next(ms: Millis, signal: AbortSignal): Promise<LoaderSight | null>
  /** What was printed up to now, when the end itself was torn; null while it has not begun to. */
  rest(): string | null
  stop(): void
}

/** A boot loader prints hexadecimal dumps at most. */
const MOST_OUTPUT = 4 * 1024 * 1024

/** `typed` is the line; `word` and `number` are those of its frames, and any number when that is null. */
export function createLoaderHearing(
  session: LoaderSession,
  { typed, word, number }: { typed: string; word: string; number: number | null },
): LoaderHearing {
  const { talk } = session
  const region = createRegion(MOST_OUTPUT)
  const signs = createSigns()

  const onFrame = (line: JoinedLine, frame: LoaderFrame): LoaderSight => {
    if (frame.status === null && number !== null) {
      region.begin(line.to)
      return { kind: 'start' }
    }
    return { kind: 'end', frame, output: textOf(region.take(placeOf(line, frame.index).offset)) }
  }

  const onLine = (line: JoinedLine): LoaderSight | null => {
    const frame = loaderFrameIn(line.text, word)
    if (frame !== null) return number === null || frame.number === number ? onFrame(line, frame) : null
    if (shown(withoutReturn(line.text)).endsWith(typed)) {
      // Where its output begins, should the start be torn.
      region.begin(line.to)
      return { kind: 'taken' }
    }
    const kind = signs.line(line.text)
    return kind === null ? null : { kind }
  }

  /** Told after the lines of its chunk, as it comes after what they say. */
  let sign: Sign | null = null
  const onTail = (): LoaderSight | null => {
    const kind = sign
    sign = null
    return kind === null ? null : { kind }
  }

  const watch = talk.watch<LoaderSight>({
    see: heard => (heard.kind === 'line' ? onLine(heard.line) : heard.kind === 'tail' ? onTail() : null),
    bytes(chunk) {
      if (!region.add(chunk)) watch.add({ kind: 'flood' })
      sign = signs.bytes(chunk) ?? sign
    },
  })

  return {
    next: (ms, signal) => watch.next(ms, signal),
    rest() {
      const bytes = region.take(talk.head())
      return bytes === null ? null : withoutEnd(textOf(bytes), `@${word} ${number} `)
    },
    stop: watch.stop,
  }
}

function withoutReturn(text: string): string {
  return text.replace(/\r+$/, '')
}

function textOf(bytes: Buffer | null): string {
  return bytes === null ? '' : withoutReturns(withoutKernelLines(bytes)).toString('utf8')
}

/** Up to an end that something else stands in or behind: all of its mark, or the last `@` that its word begins after. */
function withoutEnd(text: string, mark: string): string {
  const whole = text.indexOf(mark)
  const at = whole === -1 ? text.lastIndexOf(mark.slice(0, 2)) : whole
  return at === -1 ? text : text.slice(0, at)
}

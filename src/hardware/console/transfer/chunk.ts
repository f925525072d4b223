import type { Millis } from '../../../clock.ts'
import { HardwareError } from '../../../errors.ts'
import { wordOf } from '../shell/frame-quote.ts'
import { type SumTool, sumOf } from '../shell/frame-sum.ts'
import { frameIn, promptAt } from '../shell/frames.ts'
import { resync } from '../shell/resync.ts'
import type { Session } from '../shell/session.ts'
import type { Watch } from '../shell/talk.ts'
import { FETCH_AHEAD, FETCH_FRAME } from './limits.ts'
import { createPieces, type Pieces } from './pieces.ts'

/** How a chunk is asked for. */
export type Ask = {
  readonly session: Session
  readonly tool: SumTool
  /** The file, as a word for the shell. */
  readonly word: string
  readonly chunk: number
  /** Of the file as it is. */
  readonly size: number
  readonly way: 'raw' | 'base64'
  /** Below so many bytes packing pays; null: do not try. */
  readonly worth: number | null
}

/** `unclean`: raw did not come through, and base64 did. */
export type Got = { bytes: Buffer; packed: boolean; unclean: boolean }

/** Twice: then the way back to the prompt is looked for. */
const QUIET_MS: Millis = 1500
const MOST_QUIET = 2
/** Damaged from the first on: this way does not come through, and the rest is not waited for. */
const GIVEN_UP = 2
const STOP = ':\n'
const MOST_TRIES = 40
/** The line that names them has to arrive too. */
const MOST_NAMED = 40

/** Asks until every frame was right; what is asked again is only what was damaged. Throws HardwareError (transfer). */
export async function fetchChunk(ask: Ask, signal: AbortSignal): Promise<Got> {
  const { session, tool } = ask
  const pieces = createPieces(session.word, tool)
  let { way } = ask
  let missing: readonly number[] = []
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = pieces.count()
    const named = missing.slice(0, MOST_NAMED)
    await once(ask, pieces, argsOf(ask, way, pieces, named), named, signal)
    const packed = pieces.packed()
    if (packed !== undefined) {
      missing = missingOf(ask, pieces)
      if (missing.length === 0)
        return { bytes: whole(ask, pieces), packed: packed !== null, unclean: way !== ask.way }
      session.repaired += missing.length
    }
    if (pieces.count() === before || pieces.damaged() > pieces.count()) way = 'base64'
  }
  throw hopeless(ask)
}

function argsOf(ask: Ask, way: Ask['way'], pieces: Pieces, named: readonly number[]): string {
  const packed = pieces.packed()
  const first = ask.worth === null ? 'p' : 'z'
  const pack = packed === undefined ? first : packed === null ? 'p' : 'k'
  const frames = named.map(frame => ` ${frame}`)
  return `${way === 'raw' ? 'r' : 'b'} ${pack} ${ask.worth ?? 0} ${ask.chunk}${frames.join('')}`
}

function missingOf(ask: Ask, pieces: Pieces): number[] {
  const all = Array.from({ length: countOf(ask, pieces) }, (_, at) => at)
  return all.filter(at => !pieces.has(at))
}

/** A file that grew meanwhile has more now: that is not what was asked for. */
function whole(ask: Ask, pieces: Pieces): Buffer {
  const total = pieces.packed() ?? ask.size
  const bytes = pieces.joined(countOf(ask, pieces))
  if (bytes.length < total) throw changed(ask)
  return bytes.subarray(0, total)
}

type Sight = { kind: 'end' | 'refused' } | { kind: 'frame'; frame: number }

/** One go, to its end or to where it breaks off. `frames`: those that were named; all when none. */
async function once(
  ask: Ask,
  pieces: Pieces,
  args: string,
  frames: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const { session, word } = ask
  if (session.lost !== null) throw session.lost
  if (session.dirty) await resync(session, signal, 'interrupt')
  session.number += 1
  session.dirty = true
  const { number, talk } = session
  const trailer = `${args}${word}`
  const watch = hear(ask, pieces, number, trailer)
  try {
    await talk.type(`_U ${number} ${number + trailer.length} '${args}' ${wordOf(word)}\n`, signal)
    await follow(ask, pieces, watch, frames, signal)
  } finally {
    watch.stop()
    pieces.breakOff()
  }
}

/** Lets the board say one more frame for each that was heard or passed over. */
async function follow(
  ask: Ask,
  pieces: Pieces,
  watch: Watch<Sight>,
  frames: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const { session } = ask
  let allowed = 0
  const allow = async (wanted: number): Promise<void> => {
    const total = frames.length > 0 ? frames.length : countOf(ask, pieces)
    const more = Math.min(wanted, total - FETCH_AHEAD) - allowed
    if (more <= 0) return
    allowed += more
    await session.talk.type('\n'.repeat(more), signal)
  }
  const before = pieces.count()
  const damaged = pieces.damaged()
  for (let quiet = 0; quiet < MOST_QUIET; ) {
    const sight = await watch.next(QUIET_MS, signal)
    if (sight === null) {
      quiet += 1
      await allow(allowed + 1)
    } else if (sight.kind === 'frame') {
      quiet = 0
      if (pieces.damaged() - damaged >= GIVEN_UP && pieces.count() === before)
        await session.talk.type(STOP, signal)
      await allow(1 + (frames.length > 0 ? frames.indexOf(sight.frame) : sight.frame))
    } else {
      session.dirty = false
      return
    }
  }
}

function countOf(ask: Ask, pieces: Pieces): number {
  return Math.ceil((pieces.packed() ?? ask.size) / FETCH_FRAME)
}

function hear(ask: Ask, pieces: Pieces, number: number, trailer: string): Watch<Sight> {
  const { session } = ask
  const ends = [0, 1].map(status => sumOf(ask.tool, Buffer.from(`${number} ${status} ${trailer}`)))
  return session.talk.watch<Sight>({
    bytes: chunk => pieces.bytes(chunk),
    see(heard) {
      if (heard.kind === 'tail') {
        const prompt = promptAt(heard.text, session.prompt)
        return prompt !== null && prompt >= number ? { kind: 'end' } : null
      }
      if (heard.kind !== 'line') return null
      const frame = pieces.line(heard.line, number)
      if (frame !== null) return { kind: 'frame', frame }
      const found = frameIn(heard.line.text, session.word)
      if (found?.number !== number) return null
      if (found.frame.kind === 'damaged') return { kind: 'refused' }
      return found.frame.kind === 'end' && ends.includes(found.frame.sum) ? { kind: 'end' } : null
    },
  })
}

function hopeless({ session: { talk }, word }: Ask): HardwareError {
  return new HardwareError(
    `${word} could not be fetched from ${talk.board} (${talk.where}): it came damaged ${MOST_TRIES} times`,
    { hint: 'Look at the line: it may lose characters.', cause: 'transfer', blame: 'board' },
  )
}

function changed({ session: { talk }, word }: Ask): HardwareError {
  return new HardwareError(`${word} became shorter on ${talk.board} while it was fetched`, {
    hint: 'Fetch it again when the program that writes it has ended.',
    cause: 'transfer',
    blame: 'none',
  })
}

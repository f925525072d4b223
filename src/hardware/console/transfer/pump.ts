import type { Outgoing } from '../../types.ts'
import { sumOf } from '../shell/frame-sum.ts'
import { finishOf, frameOf } from './frames.ts'
import { UNIT } from './limits.ts'
import type { Pace } from './pace.ts'
import type { Parts } from './parts.ts'
import { ask, DONE, DONE_BY_TOOL, NOT_WRITTEN, type Stream, type StreamSight, wasReset } from './stream.ts'
import { asPromised } from './sums.ts'
import type { Part, Window } from './window.ts'

/** One file through one receiver. */
export type Pump = {
  readonly stream: Stream
  readonly file: Outgoing
  readonly parts: Parts
  readonly window: Window
  readonly pace: Pace
  onProgress(): void
}

/**
 * `finished`: in place, and checked by this. `left`: the receiver is gone; `asked` says that it may have finished.
 * `unclean`: so much is damaged that the other way is faster. `differs`: all is there, and it is not the file.
 */
export type Pumped =
  | { kind: 'finished'; verified: string }
  | { kind: 'left'; asked: boolean }
  | { kind: 'unclean' | 'differs' | 'not written' | 'hopeless' }

type State = {
  /** Cut, and waiting for room. */
  next: Part | null
  /** The finish was typed, and nothing was found wrong since. */
  finishing: boolean
  everAsked: boolean
  /** Raw, and damaged: what follows is dropped until the line was silent. */
  held: boolean
  nudges: number
  differed: number
  troubles: number
  failures: number
  clean: number
}

const MOST_NUDGES = 5
const MOST_DIFFERED = 3
/** Raw: each costs about a second of silence. */
const MOST_TROUBLES = 3
const LONG_CLEAN = 64
/** In a row, with nothing right in between. */
const MOST_FAILURES = 200

export async function pump(run: Pump, signal: AbortSignal): Promise<Pumped> {
  const state: State = {
    ...{ next: null, finishing: false, everAsked: false, held: false },
    ...{ nudges: 0, differed: 0, troubles: 0, failures: 0, clean: 0 },
  }
  const verdict = await untilVerdict(run, state, signal)
  if (state.next !== null) run.window.putBack([state.next])
  return verdict
}

async function untilVerdict(run: Pump, state: State, signal: AbortSignal): Promise<Pumped> {
  const { watch } = run.stream
  for (;;) {
    let sight = watch.take()
    if (sight === null) {
      signal.throwIfAborted()
      if (await sendNext(run, state, signal)) continue
      sight = await watch.next(run.pace.patience(run.window.flying()), signal)
    }
    const verdict = sight === null ? await nudge(run, state, signal) : heed(run, state, sight)
    if (verdict !== null) return verdict
  }
}

// ---- sending ------------------------------------------------------------------------------------------------

async function sendNext(run: Pump, state: State, signal: AbortSignal): Promise<boolean> {
  const { window, pace, stream } = run
  if (state.held || state.finishing) return false
  state.next ??= await nextPart(run)
  if (state.next === null) {
    const { session } = stream.order
    const sums = asPromised(session, run.file, run.parts.reading)
    state.finishing = true
    state.everAsked = true
    await session.talk.type(finishOf(stream.order, sums.tool), signal)
    return true
  }
  const frame = frameOf(stream.order, state.next)
  if (window.count() > 0 && window.flying() + frame.length > pace.window()) return false
  if (window.count() === 0) pace.pause()
  window.send(state.next, frame.length)
  state.next = null
  await stream.order.session.talk.carry(frame, signal)
  return true
}

/** What came damaged first; a part is cut again when frames have become smaller since. */
async function nextPart(run: Pump): Promise<Part | null> {
  const { window, pace, parts, stream } = run
  const part = window.take() ?? (await parts.take(pace.units()))
  const most = pace.units() * UNIT
  if (part === null || part.bytes.length <= most) return part
  const cut = (from: number, to: number): Part => {
    const bytes = part.bytes.subarray(from, to)
    return { unit: part.unit + from / UNIT, bytes, sum: sumOf(stream.order.tool, bytes), read: part.read }
  }
  window.putBack([cut(most, part.bytes.length)])
  return cut(0, most)
}

// ---- hearing ------------------------------------------------------------------------------------------------

function heed(run: Pump, state: State, sight: StreamSight): Pumped | null {
  const { window, stream } = run
  state.nudges = 0
  switch (sight.kind) {
    case 'frame':
      return heedFrame(run, state, sight.unit, sight.sum)
    case 'in step':
      if (window.count() > 0) damage(run, state, () => window.allLost())
      state.held = false
      state.finishing = false
      return verdictOf(run, state)
    case 'odd':
      damage(run, state, () => window.odd())
      return verdictOf(run, state)
    case 'differs':
      state.finishing = false
      if (window.count() + window.waiting() > 0) return null
      state.differed += 1
      return state.differed < MOST_DIFFERED ? null : { kind: 'differs' }
    case 'not written':
      return { kind: 'not written' }
    case 'end':
      return endOf(stream, state, sight.status)
    case 'reset':
      throw wasReset(stream.order.session, sight.what)
    case 'open':
    case 'refused':
      return null
  }
}

function heedFrame(run: Pump, state: State, unit: number, sum: string): Pumped | null {
  const { window, pace, stream } = run
  const waiting = window.waiting()
  const wire = window.hear(unit, sum)
  if (window.waiting() > waiting) damage(run, state, () => {})
  if (wire === null) {
    state.held = stream.order.mode === 'raw' && window.count() > 0
    return verdictOf(run, state)
  }
  state.held = false
  state.failures = 0
  state.clean += 1
  if (state.clean >= LONG_CLEAN) state.troubles = 0
  pace.heard(wire, stream.order.session.talk.clock.mono())
  run.onProgress()
  return verdictOf(run, state)
}

function damage({ pace }: Pump, state: State, lose: () => void): void {
  lose()
  pace.damaged()
  state.finishing = false
  state.clean = 0
  state.failures += 1
  state.troubles += 1
}

function verdictOf({ stream }: Pump, state: State): Pumped | null {
  if (state.failures >= MOST_FAILURES) return { kind: 'hopeless' }
  return stream.order.mode === 'raw' && state.troubles >= MOST_TROUBLES ? { kind: 'unclean' } : null
}

function endOf({ order, watch }: Stream, state: State, status: number | null): Pumped {
  order.session.dirty = false
  watch.stop()
  if (status === DONE) return { kind: 'finished', verified: 'sha256' }
  if (status === DONE_BY_TOOL) return { kind: 'finished', verified: order.tool }
  if (status === NOT_WRITTEN) return { kind: 'not written' }
  return { kind: 'left', asked: state.everAsked }
}

/** Nothing was heard for long: the board may wait for the end of a line, or its answers were lost. */
async function nudge(run: Pump, state: State, signal: AbortSignal): Promise<Pumped | null> {
  state.nudges += 1
  if (state.nudges > MOST_NUDGES) return { kind: 'left', asked: state.everAsked }
  await ask(run.stream, signal)
  return null
}

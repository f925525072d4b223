import type { Millis } from '../../../clock.ts'
import { HardwareError } from '../../../errors.ts'
import type { ProgramEnd } from '../../types.ts'
import { exchangeText } from '../shell/command.ts'
import { makeWord } from '../shell/frames.ts'
import { END_WORD, START_WORD } from '../shell/helpers.ts'
import { resync } from '../shell/resync.ts'
import { noPrompt, type Session } from '../shell/session.ts'
import { survey } from '../shell/survey.ts'
import type { Watch } from '../shell/talk.ts'
import { openTarget, sendBlock } from '../transfer/blocks.ts'
import { hearProgram, type ProgramSight, type ProgramWords } from './hearing.ts'
import type { Ended, ProgramOptions, Running } from './running.ts'
import { type Program, programScript } from './script.ts'
import { createSift } from './sift.ts'
import { bringBack, cleanUp, endNow, savedStatus } from './stop.ts'

const START_MS = 1000
const UNSTICK_MS = 500
const MOST_STARTS = 6
const BLOCK = 12_000
/** When nothing was heard of its end, newlines find out whether the guard has left. */
const POKES_MS: readonly Millis[] = [2_000, 10_000, 60_000]
const POKE_ANSWER_MS = 1_000
const END_AFTER_PROMPT_MS = 200

/**
 * Runs a program and hears it out. The words of its frames are made up for it: one stands in the start frame, the
 * other is typed once and printed only at the end, so that nothing which the program reads, prints or repeats is
 * taken for its end. (A program with the rights of our shell could read that shell's memory: nobody can prevent
 * it on its own board.)
 */
export async function runProgram(
  session: Session,
  program: Program,
  options: ProgramOptions,
  stop: AbortSignal,
  signal: AbortSignal,
  onStarted: (from: number) => void,
): Promise<ProgramEnd> {
  stop.throwIfAborted()
  await prepare(session, program, signal)
  stop.throwIfAborted()
  const running = await start(session, options, signal)
  const onStop = (): void => running.watch.add({ kind: 'stop' })
  try {
    onStarted(running.from)
    if (stop.aborted) onStop()
    stop.addEventListener('abort', onStop, { once: true })
    const ended = await untilEnded(running, stop, signal)
    const clean = await cleanUp(running, signal)
    return {
      status: ended.endedBy === 'itself' ? ended.status : null,
      endedBy: clean ? ended.endedBy : 'nothing',
      output: running.sift.ranges(running.from, Math.max(running.from, ended.to)),
      durationMs: ended.at - running.startedAt,
      limits: limitsOf(session, clean),
    }
  } finally {
    stop.removeEventListener('abort', onStop)
    running.watch.stop()
  }
}

function limitsOf(session: Session, clean: boolean): string[] {
  const limits: string[] = []
  if (!clean) limits.push('processes of the test are still there: they cannot be killed')
  if (session.survey?.setsid === null)
    limits.push('the board has no setsid: only the process group of the test was ended, not its session')
  return limits
}

// ---- start --------------------------------------------------------------------------------------------------

async function prepare(session: Session, program: Program, signal: AbortSignal): Promise<void> {
  const ownFolder = session.folder ?? ''
  const target = await openTarget(session, `${ownFolder}/p`, signal)
  const { setsid, env } = await survey(session, signal)
  const script = programScript(program, { ownFolder, setsid: setsid !== null, env })
  await exchangeText(session, '_b', 'rm -f $_d/[gps]', session.commandTimeoutMs, signal)
  for (let at = 0; at < script.length; at += BLOCK)
    await sendBlock(target, script.subarray(at, at + BLOCK), signal)
}

/** Nothing is started before we have seen its start frame and said so: neither unseen nor twice. */
async function start(session: Session, options: ProgramOptions, signal: AbortSignal): Promise<Running> {
  const { talk } = session
  for (let tries = 0; tries < MOST_STARTS; tries++) {
    if (session.dirty) await resync(session, signal)
    session.number += 1
    session.dirty = true
    const words: ProgramWords = {
      number: session.number,
      start: makeWord(START_WORD),
      end: makeWord(END_WORD),
    }
    let running: Running | null = null
    const sift = createSift(session)
    const watch = hearProgram(session, words, sift, () => (running === null ? null : pokedTail(running)))
    try {
      await talk.type(`_w ${words.number} ${words.start} ${words.end}\n`, signal)
      const from = await untilStart(session, watch, signal)
      if (from === null) continue
      await talk.type('ok\n', signal)
      running = {
        ...{ session, watch, sift, number: words.number, options, startedAt: talk.clock.mono(), from },
        ...{ guarded: true, poked: null },
      }
      return running
    } finally {
      if (running === null) watch.stop()
    }
  }
  throw noPrompt(talk, 'no program could be started')
}

async function untilStart(
  session: Session,
  watch: Watch<ProgramSight>,
  signal: AbortSignal,
): Promise<number | null> {
  for (const waitMs of [START_MS, UNSTICK_MS]) {
    const sight = await watch.next(waitMs, signal)
    if (sight?.kind === 'start') return sight.from
    if (sight !== null) return null
    await session.talk.type('\n', signal)
  }
  return null
}

// ---- run ----------------------------------------------------------------------------------------------------

async function untilEnded(running: Running, stop: AbortSignal, signal: AbortSignal): Promise<Ended> {
  const { watch, session } = running
  const { clock } = session.talk
  let pokes = 0
  for (;;) {
    const waitMs = POKES_MS[Math.min(pokes, POKES_MS.length - 1)] ?? POKE_ANSWER_MS
    const sight = await watch.next(waitMs, signal)
    if (sight === null) {
      pokes += 1
      const missed = running.guarded ? await poke(running, signal) : await missedEnd(running, stop, signal)
      if (missed !== null) return { ...missed, at: clock.mono() }
      continue
    }
    const ended = await react(running, sight, signal)
    if (ended !== null) return { ...ended, at: clock.mono() }
  }
}

/** Nothing comes of it while the guard is there: echo is off, and nobody reads. */
async function poke(running: Running, signal: AbortSignal): Promise<null> {
  const { talk } = running.session
  running.poked = { at: talk.clock.mono(), tail: talk.tail() }
  await talk.type('\n', signal)
  return null
}

/** Without a guard no prompt tells that it ended: when both its end frames were torn, only the journal does. */
async function missedEnd(
  running: Running,
  stop: AbortSignal,
  signal: AbortSignal,
): Promise<Omit<Ended, 'at'> | null> {
  const { session } = running
  const to = session.talk.head()
  try {
    const status = await savedStatus(running, AbortSignal.any([signal, stop]))
    return status === null ? null : { status, endedBy: 'itself', to }
  } catch (error) {
    // What it prints may drown every answer, and it goes on all the same; a wish to stop is heard next.
    if (signal.aborted || session.lost !== null || !(stop.aborted || isUnanswered(error))) throw error
    return null
  }
}

function isUnanswered(error: unknown): boolean {
  return error instanceof HardwareError && error.failure.cause !== 'console lost'
}

function pokedTail({ poked, session }: Running): string | null {
  if (poked === null || session.talk.clock.mono() - poked.at > POKE_ANSWER_MS) return null
  return poked.tail
}

async function react(
  running: Running,
  sight: ProgramSight,
  signal: AbortSignal,
): Promise<Omit<Ended, 'at'> | null> {
  const { session } = running
  switch (sight.kind) {
    case 'start':
      // Our answer came damaged, and was refused.
      await session.talk.type('ok\n', signal)
      return null
    case 'end':
      session.dirty = false
      return { status: sight.status, endedBy: 'itself', to: sight.to }
    case 'prompt':
      return running.guarded ? lostEnd(running, sight.to, signal) : null
    case 'suspicion':
      await bringBack(running, sight, signal)
      return null
    case 'stop':
      return endNow(running, signal)
  }
}

/** The guard has left: the end frame comes, or it was torn twice and the journal has it. */
async function lostEnd(running: Running, to: number, signal: AbortSignal): Promise<Omit<Ended, 'at'> | null> {
  const { session, watch } = running
  const sight = await watch.next(END_AFTER_PROMPT_MS, signal)
  if (sight !== null && sight.kind !== 'prompt') return react(running, sight, signal)
  session.dirty = false
  session.repaired += 1
  return { status: await savedStatus(running, signal), endedBy: 'itself', to }
}

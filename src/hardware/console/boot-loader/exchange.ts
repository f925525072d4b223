import type { Millis } from '../../../clock.ts'
import { InputError } from '../../../errors.ts'
import type { CommandResult } from '../../types.ts'
import { makeWord } from '../shell/frames.ts'
import { notAnswering } from '../shell/session.ts'
import { type LoaderFrame, lineOf, problemWith, stateOf } from './frames.ts'
import { createLoaderHearing, type LoaderHearing, type LoaderSight } from './hearing.ts'
import { isReading, typeLine } from './line.ts'
import { resync } from './prompt.ts'
import { type LoaderSession, loaderError, lose } from './session.ts'

/** `gone`: a kernel has taken over. */
export type LoaderOutcome = ({ kind: 'done' } & CommandResult) | { kind: 'gone' }

const MOST_TYPED = 5
const MOST_ASKED = 5
const TAKEN_MS = 1500
/** Nothing that decides was heard for so long: is that the prompt? */
const QUIET_MS = 500
const INTERRUPTED_MS = 1500
const STATE_MS = 1000
/** After its last words a boot loader that comes back all the same does so at once: an image that is none. */
const LEFT_MS = 1000
/** hush wants more: a quote or an `if` is open, or it has lost its thread over a syntax error. */
const CONTINUES = /^> ?$/

/** One command: typed until it has arrived, run once, and heard out. */
export async function perform(
  session: LoaderSession,
  command: string,
  timeoutMs: Millis,
  signal: AbortSignal,
): Promise<LoaderOutcome> {
  checkCommand(command)
  if (session.lost !== null) throw session.lost
  if (session.dirty) await comeBack(session, signal)
  const number = ++session.number
  const typed = lineOf(session.word, number, command)
  for (let tries = 0; tries < MOST_TYPED; tries++) {
    const outcome = await once({ session, number, command, typed, timeoutMs }, signal)
    if (outcome !== 'not run') return outcome
  }
  throw notAnswering(session.talk, `${nameOf(command)} was typed ${MOST_TYPED} times and never run`)
}

type Task = { session: LoaderSession; number: number; command: string; typed: string; timeoutMs: Millis }

async function once(task: Task, signal: AbortSignal): Promise<LoaderOutcome | 'not run'> {
  const { session, number, typed } = task
  const hearing = createLoaderHearing(session, { typed, word: session.word, number })
  try {
    await typeLine(session, typed, signal)
    session.dirty = true
    await session.talk.type('\n', signal)
    const outcome = await hearOut(task, hearing, signal)
    session.dirty = false
    return outcome
  } finally {
    hearing.stop()
  }
}

type Heard = LoaderOutcome | 'not run' | null
/** How far it has come, and until when something has to come. */
type Progress = { deadline: Millis; isTaken: boolean; isStarted: boolean; isLeaving: boolean }

async function hearOut(
  task: Task,
  hearing: LoaderHearing,
  signal: AbortSignal,
): Promise<LoaderOutcome | 'not run'> {
  const { clock } = task.session.talk
  const progress = {
    ...{ deadline: clock.mono() + TAKEN_MS, isTaken: false, isStarted: false, isLeaving: false },
  }
  for (;;) {
    const left = progress.deadline - clock.mono()
    if (left <= 0) return await outOfTime(task, progress, hearing, signal)
    const sight = await hearing.next(Math.min(left, QUIET_MS), signal)
    const outcome =
      sight === null
        ? await whenQuiet(task, progress, hearing, signal)
        : await whenHeard(task, progress, sight, hearing, signal)
    if (outcome !== null) return outcome
  }
}

async function whenHeard(
  task: Task,
  progress: Progress,
  sight: LoaderSight,
  hearing: LoaderHearing,
  signal: AbortSignal,
): Promise<Heard> {
  const { session, timeoutMs } = task
  const now = session.talk.clock.mono()
  if (sight.kind === 'end') return await ended(task, sight, hearing, signal)
  if (sight.kind === 'restart') throw lose(session)
  if (sight.kind === 'flood') throw await tooMuch(task, signal)
  if (sight.kind === 'kernel') return progress.isTaken ? { kind: 'gone' } : null
  if (sight.kind === 'leaving') {
    if (progress.isTaken && !progress.isLeaving) progress.deadline = now + LEFT_MS
    progress.isLeaving ||= progress.isTaken
    return null
  }
  if (!progress.isTaken) progress.deadline = now + timeoutMs
  progress.isTaken = true
  progress.isStarted ||= sight.kind === 'start'
  return null
}

async function whenQuiet(
  task: Task,
  { isTaken, isStarted, isLeaving }: Progress,
  hearing: LoaderHearing,
  signal: AbortSignal,
): Promise<Heard> {
  if (!isTaken || isLeaving) return null
  if (!isStarted && CONTINUES.test(task.session.talk.tail()))
    return await notUnderstood(task, hearing, signal)
  return (await hasEnded(task.session, signal)) ? await askForEnd(task, hearing, signal) : null
}

async function outOfTime(
  task: Task,
  { isTaken, isLeaving }: Progress,
  hearing: LoaderHearing,
  signal: AbortSignal,
): Promise<LoaderOutcome | 'not run'> {
  if (isTaken && !isLeaving) return await tooLate(task, hearing, signal)
  if (isLeaving && !(await hasEnded(task.session, signal))) return { kind: 'gone' }
  return await askForEnd(task, hearing, signal)
}

/** The end frame, or what says that there never was one. */
async function ended(
  task: Task,
  { frame, output }: { frame: LoaderFrame; output: string },
  hearing: LoaderHearing,
  signal: AbortSignal,
): Promise<LoaderOutcome | 'not run'> {
  if (typeof frame.status === 'number') return { kind: 'done', status: frame.status, output }
  return askForEnd(task, hearing, signal)
}

/** Its prompt, and it reads what is typed there: the end was torn, or the command ended the whole line. */
async function hasEnded(session: LoaderSession, signal: AbortSignal): Promise<boolean> {
  return session.talk.tail() === session.prompt && (await isReading(session, signal))
}

async function askForEnd(
  task: Task,
  hearing: LoaderHearing,
  signal: AbortSignal,
): Promise<LoaderOutcome | 'not run'> {
  const { session, number, command } = task
  const early = hearing.rest()
  const frame = await askState(session, signal)
  if (frame.number === null) throw lose(session)
  if (frame.number !== number) return 'not run'
  // It may have begun only while we asked.
  const output = early ?? hearing.rest() ?? ''
  if (typeof frame.status === 'number') return { kind: 'done', status: frame.status, output }
  throw notAnswering(session.talk, `${nameOf(command)} was started and cut off`)
}

/** Number and status of the last command, under a word of its own: an answer from earlier is none. */
async function askState(session: LoaderSession, signal: AbortSignal): Promise<LoaderFrame> {
  for (let tries = 0; tries < MOST_ASKED; tries++) {
    await resync(session, signal)
    const word = makeWord(6)
    const typed = stateOf(word)
    const hearing = createLoaderHearing(session, { typed, word, number: null })
    try {
      await typeLine(session, typed, signal)
      await session.talk.type('\n', signal)
      const frame = await nextEnd(session, hearing, signal)
      if (frame !== null) return frame
    } finally {
      hearing.stop()
    }
  }
  throw notAnswering(session.talk, `the state of the last command came damaged ${MOST_ASKED} times`)
}

async function nextEnd(
  session: LoaderSession,
  hearing: LoaderHearing,
  signal: AbortSignal,
): Promise<LoaderFrame | null> {
  const { clock } = session.talk
  const deadline = clock.mono() + STATE_MS
  for (;;) {
    const sight = await hearing.next(Math.max(0, deadline - clock.mono()), signal)
    if (sight === null) return null
    if (sight.kind === 'restart') throw lose(session)
    if (sight.kind === 'end') return sight.frame
  }
}

/** After a time-out: whatever the last command did is over, or the boot loader is another one now. */
async function comeBack(session: LoaderSession, signal: AbortSignal): Promise<void> {
  const frame = await askState(session, signal)
  if (frame.number === null) throw lose(session)
}

// ---- what goes wrong ----------------------------------------------------------------------------------------

async function tooLate(task: Task, hearing: LoaderHearing, signal: AbortSignal): Promise<never> {
  const { session, command, timeoutMs } = task
  await session.talk.press('interrupt', signal)
  const deadline = session.talk.clock.mono() + INTERRUPTED_MS
  for (;;) {
    const left = deadline - session.talk.clock.mono()
    const sight = left <= 0 ? null : await hearing.next(left, signal)
    if (sight?.kind === 'restart') throw lose(session)
    if (sight === null || sight.kind === 'end') break
  }
  const seconds = Math.round(timeoutMs / 100) / 10
  throw notAnswering(session.talk, `${nameOf(command)} did not end within ${seconds} s and was interrupted`)
}

/** Started after all, before hush asked for more: then it is its own output that looks like that. */
async function notUnderstood(
  task: Task,
  hearing: LoaderHearing,
  signal: AbortSignal,
): Promise<LoaderOutcome | 'not run'> {
  const outcome = await askForEnd(task, hearing, signal)
  if (outcome !== 'not run') return outcome
  throw new InputError(`the boot loader of ${task.session.talk.board} cannot read ${nameOf(task.command)}`, {
    hint: 'Look at its quotes, brackets and keywords: a quote inside other quotes is one too many for U-Boot.',
  })
}

async function tooMuch({ session, command }: Task, signal: AbortSignal): Promise<Error> {
  await session.talk.press('interrupt', signal)
  return notAnswering(session.talk, `${nameOf(command)} printed without end`)
}

export function kernelCame(session: LoaderSession, command: string): Error {
  session.lost = loaderError(session, `${nameOf(command)} started a kernel`)
  return session.lost
}

const NAME_LENGTH = 40

export function nameOf(command: string): string {
  return `\`${command.length > NAME_LENGTH ? `${command.slice(0, NAME_LENGTH)}…` : command}\``
}

function checkCommand(command: string): void {
  const problem = problemWith(command)
  if (problem === null) return
  throw new InputError(`${nameOf(command)} ${problem}`, {
    hint: 'One line of printable ASCII; several commands are separated by semicolons.',
  })
}

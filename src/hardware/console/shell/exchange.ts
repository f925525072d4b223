import type { Millis } from '../../../clock.ts'
import { HardwareError } from '../../../errors.ts'
import { type Answer, createHearing, type Hearing, MOST_PRINTING_MS, type Sight } from './hearing.ts'
import { resync } from './resync.ts'
import { notAnswering, type Session } from './session.ts'

/** One numbered thing for the board to do. */
export type Ask = {
  /** What people would call it, for a sentence. */
  name: string
  typed(number: number): string
  /** How it is typed when it came damaged before, where that differs: what has to be there first. */
  again?: { prepare(signal: AbortSignal): Promise<void>; typed(number: number): string } | undefined
  /** What the end's sum covers beside output, number and status: the command as it arrived. */
  trailer: string
  startMs: Millis
  endMs: Millis
  /** Gets a reader on the board out that waits for characters which were lost. */
  unstick: string
}

const MOST_TYPED = 8
const MOST_AGAIN = 8
const AGAIN_MS = 1500
const FIRST_POKE_MS = 500
const UNSTICK_MS = 400
/** While its output is still being printed a command is not late. */
const PRINTING_MS = 3000

type Outcome = { kind: 'done'; answer: Answer } | { kind: 'not run' } | { kind: 'cut' }

/**
 * Types it, hears it out, and asks for its end again by number when that was torn: it is typed again only when the
 * board says that nothing of that number was ever started. `cut`: it was started, and an interrupt ended it.
 */
export async function exchange(session: Session, ask: Ask, signal: AbortSignal): Promise<Answer | 'cut'> {
  if (session.lost !== null) throw session.lost
  if (session.dirty) await resync(session, signal)
  session.number += 1
  session.dirty = true
  const hearing = createHearing(session, session.number, ask.trailer)
  try {
    for (let typed = 0; typed < MOST_TYPED; typed++) {
      const isAgain = typed > 0 || session.talk.isLossy()
      const outcome = await once(session, hearing, ask, isAgain, signal)
      if (outcome.kind !== 'not run') {
        session.dirty = false
        session.talk.arrived()
        return outcome.kind === 'cut' ? 'cut' : outcome.answer
      }
      session.repaired += 1
      session.talk.damaged()
    }
  } finally {
    hearing.stop()
  }
  throw typingFails(session, ask)
}

async function once(
  session: Session,
  hearing: Hearing,
  ask: Ask,
  isAgain: boolean,
  signal: AbortSignal,
): Promise<Outcome> {
  const { talk } = session
  if (isAgain) await ask.again?.prepare(signal)
  const { typed } = (isAgain ? ask.again : null) ?? ask
  await talk.type(typed(hearing.number), signal)
  let sight = await hearing.next(ask.startMs, signal)
  if (sight === null) {
    await talk.type(ask.unstick, signal)
    sight = await hearing.next(UNSTICK_MS, signal)
  }
  if (sight === null) {
    await resync(session, signal)
    return askAgain(session, hearing, ask, signal)
  }
  if (sight.kind === 'damaged') return { kind: 'not run' }
  return sight.kind === 'start'
    ? untilEnd(session, hearing, ask, signal)
    : judge(session, hearing, ask, sight, signal)
}

/** A newline now and then makes an idle shell prompt again; a busy one finds it later and does nothing with it. */
async function untilEnd(session: Session, hearing: Hearing, ask: Ask, signal: AbortSignal): Promise<Outcome> {
  const { talk } = session
  let deadline = talk.clock.mono() + ask.endMs
  // Lines without end may be somebody else's, who talks on the same terminal.
  const latest = deadline + MOST_PRINTING_MS
  let pokeMs = FIRST_POKE_MS
  let progress = hearing.progress()
  for (;;) {
    const left = deadline - talk.clock.mono()
    const sight = await hearing.next(Math.max(0, Math.min(left, pokeMs)), signal)
    if (sight !== null) return judge(session, hearing, ask, sight, signal)
    if (hearing.progress() > progress) {
      progress = hearing.progress()
      deadline = Math.min(latest, Math.max(deadline, talk.clock.mono() + PRINTING_MS))
    } else if (left <= pokeMs) break
    if (talk.clock.mono() >= latest) break
    await talk.type('\n', signal)
    pokeMs *= 2
  }
  await resync(session, signal, 'interrupt')
  return askAgain(session, hearing, ask, signal)
}

async function judge(
  session: Session,
  hearing: Hearing,
  ask: Ask,
  sight: Sight,
  signal: AbortSignal,
): Promise<Outcome> {
  if (sight.kind === 'end' && sight.answer !== null) return { kind: 'done', answer: sight.answer }
  if (sight.kind !== 'flood') return askAgain(session, hearing, ask, signal)
  await resync(session, signal, 'interrupt')
  throw tooMuch(session, ask)
}

/** What is known of this number on the board; nothing is run by asking. */
async function askAgain(session: Session, hearing: Hearing, ask: Ask, signal: AbortSignal): Promise<Outcome> {
  for (let tries = 0; tries < MOST_AGAIN; tries++) {
    session.repaired += 1
    await session.talk.type(`_a ${hearing.number}\n`, signal)
    const sight = await hearing.verdict(AGAIN_MS, signal)
    if (sight === null) await resync(session, signal)
    else if (sight.kind === 'never') return { kind: 'not run' }
    else if (sight.kind === 'cut') return { kind: 'cut' }
    else if (sight.kind === 'flood') throw tooMuch(session, ask)
    else if (sight.kind === 'end' && sight.answer !== null) return { kind: 'done', answer: sight.answer }
  }
  throw unreadable(session, ask)
}

function tooMuch({ talk }: Session, ask: Ask): HardwareError {
  return new HardwareError(`${ask.name} printed more than can be taken on ${talk.board} (${talk.where})`, {
    hint: 'Have it write to a file, or run it as a test.',
    cause: 'output limit',
    blame: 'none',
  })
}

function unreadable(session: Session, ask: Ask): HardwareError {
  return notAnswering(session.talk, `the answer to ${ask.name} came damaged ${MOST_AGAIN} times`)
}

function typingFails(session: Session, ask: Ask): HardwareError {
  return notAnswering(session.talk, `${ask.name} arrived damaged ${MOST_TYPED} times`)
}

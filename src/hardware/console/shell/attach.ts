import type { Millis } from '../../../clock.ts'
import { HardwareError } from '../../../errors.ts'
import { inHalves, makeWord } from './frames.ts'
import { isRefusal, type Look, lookAt } from './login.ts'
import { typeName } from './login-name.ts'
import { answerOf } from './resync.ts'
import { noPrompt, seenPart } from './session.ts'
import type { Heard, Talk, Watch } from './talk.ts'

/** Set in a shell of ours and nowhere else, to this. */
export const OWN = '_v'
export const NESTED = 'boardroom'

export type Login = { username?: string; password?: string }

type Sight =
  | { kind: 'look'; look: Look }
  | { kind: 'refused' }
  /** `word` is that of the question. */
  | { kind: 'answer'; word: string; own: string }

/** One step of the ladder when nothing that can be acted on was heard for `waitMs`. */
type Rung = { waitMs: Millis; act: 'poke' | 'ask' | 'interrupt' }
const LADDER: readonly Rung[] = [
  { waitMs: 70, act: 'poke' },
  { waitMs: 130, act: 'ask' },
  { waitMs: 300, act: 'poke' },
  { waitMs: 300, act: 'interrupt' },
]
/** Repeated to the deadline. */
const LATER: readonly Rung[] = [
  { waitMs: 500, act: 'ask' },
  { waitMs: 700, act: 'interrupt' },
]
/** An interrupt would end a log-in program, and a question would be taken for a name. */
const AT_LOGIN: Rung = { waitMs: 1000, act: 'poke' }
/** Log-in programs think for seconds about a password, and a newline would be the next name. */
const AFTER_PASSWORD: Rung = { waitMs: 5000, act: 'poke' }
/** Pokes of ours may still bring a second log-in prompt: a name typed for it would be taken as password. */
const SETTLE_MS = 150
/** What prints without end never settles. */
const MOST_SETTLING_MS = 1500
/** Prompts, as it seems, with nobody behind: then what prints them is interrupted, unless somebody just logged in. */
const MOST_UNANSWERED = 3
const MOST_LEFT = 4
const MOST_NAMES = 3

type Climb = {
  talk: Talk
  login: Login
  watch: Watch<Sight>
  asked: { word: string }
  deadline: Millis
  timeoutMs: Millis
  named: number
  passworded: boolean
  /** Passwords that were asked for a name that we did not give. */
  strays: number
  /** What was asked for last, when that was a log-in's. */
  at: 'user' | 'password' | null
  left: number
  step: number
  unanswered: number
}

/** Gets to a shell, whatever is at the console. Returns whether it had to log in. */
export async function reachShell(
  talk: Talk,
  login: Login,
  timeoutMs: Millis,
  signal: AbortSignal,
): Promise<boolean> {
  const asked = { word: makeWord(12) }
  const watch = talk.watch<Sight>({ see: seeing(asked) })
  const deadline = talk.clock.mono() + timeoutMs
  const climb: Climb = {
    ...{ talk, login, watch, asked, deadline, timeoutMs },
    ...{ named: 0, passworded: false, strays: 0, at: null, left: 0, step: 0, unanswered: 0 },
  }
  try {
    await poke(climb, signal)
    while (!(await oneStep(climb, signal)));
  } finally {
    watch.stop()
  }
  return climb.named > 0
}

/** Each prompt is seen once: noise that is cut out of its line does not make it another one. */
function seeing(asked: { word: string }): (heard: Heard) => Sight | null {
  let last = ''
  return heard => {
    if (heard.kind === 'line') {
      const own = answerOf(heard.line, asked.word)
      if (own !== null) return { kind: 'answer', word: asked.word, own }
      return isRefusal(heard.line.text) ? { kind: 'refused' } : null
    }
    if (heard.kind !== 'tail') return null
    const look = lookAt(heard.text)
    const key = `${heard.lines} ${look}`
    if (look === 'nothing' || look === 'something' || key === last) return null
    last = key
    return { kind: 'look', look }
  }
}

/** True once a shell answered. */
async function oneStep(climb: Climb, signal: AbortSignal): Promise<boolean> {
  const { talk, watch, deadline } = climb
  const rung = rungOf(climb)
  const left = deadline - talk.clock.mono()
  if (left <= 0) throw tooLate(climb)
  const sight = await watch.next(Math.min(left, rung.waitMs), signal)
  if (isStale(climb, sight)) return false
  if (sight === null) {
    climb.step += 1
    await actOn(climb, rung, signal)
    return false
  }
  if (sight.kind === 'answer' && sight.own === '') return true
  // Neither is a question that was damaged on its way: an `exit` for a shell that is not ours would log out.
  if (sight.kind === 'answer' && sight.own === NESTED) return !(await leave(climb, signal))
  if (sight.kind === 'answer' && sight.own === `$${OWN}`) throw inBootLoader(climb)
  if (sight.kind === 'refused') refuse(climb)
  if (sight.kind === 'look') await answerLook(climb, sight.look, signal)
  return false
}

/** U-Boot answers the question as it stands: it has `echo`, and no such variable (2023.01, cli_hush.c). */
function inBootLoader({ talk }: Climb): HardwareError {
  return new HardwareError(`${talk.board} sits in its boot loader (${talk.where})${seenPart(talk)}`, {
    hint: `Something stopped it there: let it boot, or power-cycle it: power cycle ${talk.board}`,
    cause: 'boot',
    blame: 'board',
  })
}

function rungOf(climb: Climb): Rung {
  if (climb.at === 'password') return AFTER_PASSWORD
  if (climb.at === 'user' || climb.named > 0) return AT_LOGIN
  return LADDER[climb.step] ?? LATER[(climb.step - LADDER.length) % LATER.length] ?? AT_LOGIN
}

async function actOn(climb: Climb, rung: Rung, signal: AbortSignal): Promise<void> {
  if (rung.act === 'interrupt') await climb.talk.press('interrupt', signal)
  if (rung.act === 'ask') await ask(climb, signal)
  else await poke(climb, signal)
}

/** A line that somebody left half typed is erased, not run. */
async function poke(climb: Climb, signal: AbortSignal): Promise<void> {
  await climb.talk.press('erase', signal)
  await climb.talk.type('\n', signal)
}

function ask(climb: Climb, signal: AbortSignal): Promise<void> {
  return climb.talk.type(` echo ${inHalves(climb.asked.word)}:$${OWN}:\n`, signal)
}

async function answerLook(climb: Climb, look: Look, signal: AbortSignal): Promise<void> {
  climb.at = look === 'user' || look === 'password' ? look : null
  if (look === 'user') await giveName(climb, signal)
  else if (look === 'password') await givePassword(climb, signal)
  else if (look === 'new password') throw loginError(climb, 'it wants a new password')
  else await askOnce(climb, signal)
}

/** It is a shell of an earlier session of ours: its own farewell cleans up. False when they do not end. */
async function leave(climb: Climb, signal: AbortSignal): Promise<boolean> {
  if (climb.left >= MOST_LEFT) return false
  climb.left += 1
  climb.asked.word = makeWord(12)
  await climb.talk.type(' exit\n', signal)
  await settle(climb, signal)
  await ask(climb, signal)
  return true
}

async function askOnce(climb: Climb, signal: AbortSignal): Promise<void> {
  if (climb.named === 0 && climb.unanswered >= MOST_UNANSWERED) await climb.talk.press('interrupt', signal)
  await ask(climb, signal)
  // Prompts that came with the first are the same prompt: not one question each.
  climb.unanswered = (await settle(climb, signal)) ? 0 : climb.unanswered + 1
}

async function giveName(climb: Climb, signal: AbortSignal): Promise<void> {
  const { username } = climb.login
  if (username === undefined) throw loginError(climb, 'it asks for a user name and none is configured')
  if (climb.passworded) refuse(climb)
  if (climb.named >= MOST_NAMES) throw loginError(climb, `it asked for the user name ${MOST_NAMES} times`)
  if (await settle(climb, signal)) return
  climb.named += 1
  extend(climb)
  await typeName(climb.talk, username, signal)
}

async function givePassword(climb: Climb, signal: AbortSignal): Promise<void> {
  if (climb.named === 0) return giveNone(climb, signal)
  const { password } = climb.login
  if (password === undefined) throw loginError(climb, 'it asks for a password and none is configured')
  if (climb.passworded) refuse(climb)
  climb.passworded = true
  extend(climb)
  await climb.talk.type(`${password}\n`, signal)
}

/** What we typed before its prompt was there, a newline or a question, was taken for a name: it is not to be let in. */
async function giveNone(climb: Climb, signal: AbortSignal): Promise<void> {
  climb.strays += 1
  if (climb.strays <= MOST_NAMES) extend(climb)
  await poke(climb, signal)
}

function extend(climb: Climb): void {
  climb.deadline = climb.talk.clock.mono() + climb.timeoutMs
}

/** Takes what comes until it is quiet for a moment. True when a shell answered, or a password is asked for: that is put back. */
async function settle(climb: Climb, signal: AbortSignal): Promise<boolean> {
  const { watch, talk } = climb
  const latest = talk.clock.mono() + MOST_SETTLING_MS
  while (talk.clock.mono() < latest) {
    const sight = await watch.next(SETTLE_MS, signal)
    if (sight === null) return false
    if (isStale(climb, sight)) continue
    if (sight.kind === 'refused') refuse(climb)
    if (sight.kind !== 'answer' && !(sight.kind === 'look' && sight.look === 'password')) continue
    watch.add(sight)
    return true
  }
  return false
}

/** The shell that answers a question twice has been told to go once: another `exit` would be for the one below it. */
function isStale({ asked }: Climb, sight: Sight | null): boolean {
  return sight?.kind === 'answer' && sight.word !== asked.word
}

function refuse(climb: Climb): void {
  if (climb.passworded || climb.named > 0) throw loginError(climb, 'user name or password was refused')
}

function tooLate(climb: Climb): HardwareError {
  const seconds = climb.timeoutMs / 1000
  if (climb.named > 0) return loginError(climb, `no prompt within ${seconds} s of the log-in`)
  return noPrompt(climb.talk, `nothing answered newlines and interrupts within ${seconds} s`)
}

function loginError(climb: Climb, what: string): HardwareError {
  const { talk } = climb
  return new HardwareError(`log-in on ${talk.board} (${talk.where}) failed: ${what}${seenPart(talk)}`, {
    hint: `Check user name and password of ${talk.board} in boards.yaml, then: boards health ${talk.board}`,
    cause: 'log-in',
    blame: 'lab',
  })
}

import type { Millis } from '../../../clock.ts'
import type { Heard, Talk } from '../shell/talk.ts'
import { echoes, type Place, tailIs } from './echo.ts'
import { makeQuestion } from './frames.ts'
import { type LoaderSession, loaderError, lose } from './session.ts'

const WAITS_MS = [500, 1000, 2000, 4000, 4000] as const
/** Of a question, one character at a time. */
const QUESTION_MS = 5000

/**
 * Interrupts, and asks what was never asked before: once that is answered, all that came earlier belongs to the past.
 * No newline is ever sent unless the whole line before it is known: whatever stands there would be run. Nor one on
 * an empty line: it repeats the last command (common/cli_hush.c, get_user_input).
 */
export async function resync(session: LoaderSession, signal: AbortSignal): Promise<void> {
  if (session.lost !== null) throw session.lost
  for (const waitMs of WAITS_MS) {
    if (session.hasRestarted()) throw lose(session)
    const prompt = await findPrompt(session, waitMs, signal)
    if (prompt === null || !(await isAnswered({ ...session, prompt }, waitMs, signal))) continue
    session.prompt = prompt
    session.dirty = false
    return
  }
  throw loaderError(session, `the boot loader answered none of ${WAITS_MS.length} questions`, 'no prompt')
}

/** A fresh word with a variable in it that nobody has: its echo is not its answer. */
export async function isAnswered(place: Place, waitMs: Millis, signal: AbortSignal): Promise<boolean> {
  const { talk } = place
  const { typed, answer } = makeQuestion()
  if (!(await echoes(place, typed, talk.clock.mono() + QUESTION_MS, signal))) return false
  const see = (heard: Heard): true | null =>
    heard.kind === 'line' && heard.line.text.includes(answer) ? true : null
  const watch = talk.watch({ see })
  try {
    await talk.type('\n', signal)
    return (await watch.next(waitMs, signal)) === true
  } finally {
    watch.stop()
  }
}

/** The one that is known; or another, where the boot loader was told to have one (PS1). */
async function findPrompt(
  { talk, prompt }: LoaderSession,
  waitMs: Millis,
  signal: AbortSignal,
): Promise<string | null> {
  await talk.press('interrupt', signal)
  if (await tailIs(talk, prompt, waitMs, signal)) return prompt
  return learnPrompt(talk, signal)
}

/** Takes back all that was typed: nothing of it can be left when the interrupt shows. */
export async function startsAfresh({ talk, prompt }: LoaderSession, signal: AbortSignal): Promise<boolean> {
  const see = (heard: Heard): true | null =>
    heard.kind === 'line' && heard.line.text.includes(INTERRUPTED) ? true : null
  const watch = talk.watch({ see })
  try {
    await talk.press('interrupt', signal)
    if ((await watch.next(INTERRUPTED_MS, signal)) === null) return false
    return await tailIs(talk, prompt, INTERRUPTED_MS, signal)
  } finally {
    watch.stop()
  }
}

const INTERRUPTED_MS = 500
/** A prompt that comes in pieces is there when nothing follows. */
const SETTLED_MS = 80
const MOST_PIECES = 16
const LONGEST_PROMPT = 64
/** What an interrupt brings at a prompt (common/cli.c, common/cli_hush.c): the line is empty then. */
const INTERRUPTED = '<INTERRUPT>'

/** What stands there after two interrupts alike. */
export async function learnPrompt(talk: Talk, signal: AbortSignal): Promise<string | null> {
  const first = await promptAfterInterrupt(talk, signal)
  return first !== null && first === (await promptAfterInterrupt(talk, signal)) ? first : null
}

async function promptAfterInterrupt(talk: Talk, signal: AbortSignal): Promise<string | null> {
  let isInterrupted = false
  let last = ''
  const see = (heard: Heard): 'tail' | null => {
    if (heard.kind === 'line') isInterrupted = heard.line.text.includes(INTERRUPTED)
    if (heard.kind !== 'tail' || !isInterrupted || heard.text === last) return null
    last = heard.text
    return 'tail'
  }
  const watch = talk.watch({ see })
  try {
    await talk.press('interrupt', signal)
    let sight = await watch.next(INTERRUPTED_MS, signal)
    for (let pieces = 0; sight !== null && pieces < MOST_PIECES; pieces++)
      sight = await watch.next(SETTLED_MS, signal)
    const tail = talk.tail()
    const isPrompt = isInterrupted && tail.length <= LONGEST_PROMPT && tail.trim() !== ''
    return isPrompt && sight === null ? tail : null
  } finally {
    watch.stop()
  }
}

import { InputError } from '../../../errors.ts'
import { notAnswering } from '../shell/session.ts'
import { echoes, isFull, tailIs } from './echo.ts'
import { resync, startsAfresh } from './prompt.ts'
import type { LoaderSession } from './session.ts'

const PROMPT_MS = 400
const MOST_TYPED = 8
const LINE_MS = 60_000
/** No U-Boot has a line buffer shorter than this (CONFIG_SYS_CBSIZE): the bell of a shorter line is somebody else's. */
const SHORTEST_LIMIT = 200

/** Types a line, all but the newline, until its echo is right: what is run is what we mean, or nothing. */
export async function typeLine(session: LoaderSession, text: string, signal: AbortSignal): Promise<void> {
  const { clock } = session.talk
  const deadline = clock.mono() + LINE_MS
  for (let tries = 0; tries < MOST_TYPED && clock.mono() < deadline; tries++) {
    const isReady = tries === 0 ? await isAtPrompt(session, signal) : await startsAfresh(session, signal)
    if (!isReady) await resync(session, signal)
    if (await echoes(session, text, deadline, signal)) return
    if (tries > 0 && text.length > SHORTEST_LIMIT && isFull(session.talk)) throw tooLong(session, text)
  }
  throw notAnswering(session.talk, `a line of ${text.length} characters never arrived as it was typed`)
}

function isAtPrompt(session: LoaderSession, signal: AbortSignal): Promise<boolean> {
  return tailIs(session.talk, session.prompt, PROMPT_MS, signal)
}

/** A character and its echo: a boot loader that is busy reads no line. The line must be thrown away afterwards. */
export async function isReading(session: LoaderSession, signal: AbortSignal): Promise<boolean> {
  await session.talk.type(' ', signal)
  return tailIs(session.talk, `${session.prompt} `, PROMPT_MS, signal)
}

function tooLong({ talk }: LoaderSession, text: string): InputError {
  return new InputError(
    `${talk.board}: its boot loader does not take a line of ${text.length} characters (${talk.where})`,
    { hint: 'Make it shorter, or put the commands into variables first: set them and run them.' },
  )
}

import type { Clock, Millis } from '../../../clock.ts'
import { HardwareError } from '../../../errors.ts'
import type { SumTool } from './frame-sum.ts'
import type { Talk } from './talk.ts'

/** What the board has. */
export type Survey = {
  /** Null: a program runs in a process group of its own, but in our session. */
  setsid: string | null
  env: boolean
  df: boolean
  /** What turns typed code into bytes, found by trying. */
  decoder: string
}

/** Our shell on a board, from attach to detach or until it is lost. */
export type Session = {
  readonly talk: Talk
  /** Stands in every frame of this session, and nowhere but in the shell's own memory. */
  readonly word: string
  readonly prompt: string
  /** A shell of our own inside the one that was found; false where none could be started. */
  readonly nested: boolean
  readonly commandTimeoutMs: Millis
  /** Null on a board with nothing but a shell's builtins: output is then printed twice and compared. */
  readonly sum: SumTool | null
  readonly folder: string | null
  echo: boolean
  jobControl: boolean
  kernel: string | null
  /** Null until a file or a program is first asked for. */
  survey: Survey | null
  /** Last number used. */
  number: number
  /** Something was typed whose end was not heard: find the prompt before anything else is sent. */
  dirty: boolean
  /** Set when the shell on the board is gone: nothing but a new attach helps. */
  lost: HardwareError | null
  /** Frames and lines that had to be sent again. */
  repaired: number
}

export function noPrompt(talk: Talk, what: string): HardwareError {
  return new HardwareError(`no prompt on ${talk.board} (${talk.where}): ${what}${seenPart(talk)}`, {
    hint: `Power-cycle the board, or look at its console: power cycle ${talk.board}`,
    cause: 'no prompt',
    blame: 'board',
  })
}

export function notAnswering(talk: Talk, what: string): HardwareError {
  return new HardwareError(`${what} on ${talk.board} (${talk.where})`, {
    hint: `Look at the board's console, or power-cycle it: power cycle ${talk.board}`,
    cause: 'not answering',
    blame: 'board',
  })
}

export function shellGone(talk: Talk): HardwareError {
  return new HardwareError(
    `our shell on ${talk.board} (${talk.where}) is gone: another one answers${seenPart(talk)}`,
    {
      hint: 'The board was reset, or the test ended every process; the run starts again.',
      cause: 'console lost',
      blame: 'none',
    },
  )
}

export function seenPart(talk: Talk): string {
  const seen = talk
    .seen()
    .replace(/[^\x20-\x7e\n]+/g, ' ')
    .trim()
  return seen === '' ? '; nothing was heard' : `; last heard: ${JSON.stringify(seen)}`
}

/** For what must still be done when the caller's own signal has aborted. */
export function deadlineSignal(clock: Clock, ms: Millis): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController()
  const timer = clock.after(ms, () => controller.abort(new Error(`not within ${ms} ms`)))
  return { signal: controller.signal, clear: () => timer.cancel() }
}

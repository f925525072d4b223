import type { Millis } from '../../../clock.ts'
import { HardwareError } from '../../../errors.ts'
import { seenPart } from '../shell/session.ts'
import type { Talk } from '../shell/talk.ts'

/** How a board's boot loader is spoken to, from boards.yaml. */
export type BootLoaderOptions = {
  /** What stops the autoboot: a key, or the whole stop string. */
  interrupt: string
  /** Null: whatever it turns out to be. */
  prompt: string | null
  commandTimeoutMs: Millis
  interruptTimeoutMs: Millis
}

/** How fast a board can be typed at: learned, and remembered from one session to the next (console.md 7). */
export type LoaderPace = {
  /** So many characters are typed before their echo is waited for. */
  piece: number
  /** Pieces that arrived since one was lost, and that were lost since one arrived. */
  good: number
  bad: number
  /** Told when `piece` is another. */
  changed(): void
}

/** U-Boot at its prompt, from the answered question to the boot or until it is lost. */
export type LoaderSession = {
  readonly talk: Talk
  readonly options: BootLoaderOptions
  /** Stands in every frame of this session. */
  readonly word: string
  /** As it was last seen before our own echo: compared byte for byte. */
  prompt: string
  /** Last number used. */
  number: number
  /** Something was typed whose end was not heard: an interrupt and a question come first. */
  dirty: boolean
  readonly pace: LoaderPace
  /** Whether the board was heard to begin anew, also while nothing was asked. */
  hasRestarted(): boolean
  /** Listens no more. */
  stop(): void
  /** Set when it started anew or is gone: nothing but another `interrupt` helps. */
  lost: HardwareError | null
}

/** Said wherever the boot loader as such is the trouble. */
export function loaderError(
  { talk }: Pick<LoaderSession, 'talk'>,
  what: string,
  cause: 'boot' | 'no prompt' = 'boot',
): HardwareError {
  return new HardwareError(`${what} on ${talk.board} (${talk.where})${seenPart(talk)}`, {
    hint: `Look at boot_loader of ${talk.board} in boards.yaml and at its console, then: power cycle ${talk.board}`,
    cause,
    blame: 'board',
  })
}

/** Remembered: whatever is asked from now on is told the same. */
export function lose(session: LoaderSession): HardwareError {
  const { talk } = session
  session.lost = new HardwareError(
    `${talk.board} (${talk.where}) started anew in the middle of its boot loader`,
    {
      hint: `Its power was switched, or it reset itself; begin again, or look at it: boards show ${talk.board}`,
      cause: 'reset',
      blame: 'board',
    },
  )
  return session.lost
}

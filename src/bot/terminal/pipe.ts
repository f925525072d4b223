/** Lines from a pipe or a file: each is answered, and what it started comes to its end before the next is read. */

import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Clock } from '../../clock.ts'
import type { Exit } from '../../commands/types.ts'
import { messageOf } from '../../errors.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Desk, Handled } from './desk.ts'
import { follow } from './follow.ts'

export type PipeDeps = {
  desk: Desk
  lab: Lab
  clock: Clock
  input: Readable
  /** Output of followed tests; not with JSON. */
  print: ((lines: readonly string[]) => void) | null
  complain(text: string): void
  /** Ends all waiting. */
  signal: AbortSignal
}

/** Reads to the end of the input; resolves with the worst exit when all that was started has ended, `&` or not. */
export async function runPipe(deps: PipeDeps): Promise<Exit> {
  const { desk, input, signal } = deps
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY, terminal: false })
  const stop = (): void => lines.close()
  signal.addEventListener('abort', stop, { once: true })
  const behind: Promise<Exit>[] = []
  let exit: Exit = 0
  for await (const line of lines) {
    if (signal.aborted) break
    const handled = await desk.handle(line)
    exit = worst(exit, handled.exit)
    if (handled.typed.kind === 'leave') break
    const ended = endOf(handled, deps)
    if (handled.typed.kind === 'command' && handled.typed.background) behind.push(ended)
    else exit = worst(exit, await ended)
  }
  signal.removeEventListener('abort', stop)
  lines.close()
  for (const ended of behind) exit = worst(exit, await ended)
  return exit
}

export function worst(a: Exit, b: Exit): Exit {
  return a > b ? a : b
}

/** Waits for what a line started; its end's exit status. Never throws. */
async function endOf(
  { outcome }: Handled,
  { desk, lab, clock, print, complain, signal }: PipeDeps,
): Promise<Exit> {
  if (outcome?.kind !== 'done') return 0
  const { follows } = outcome
  if (outcome.started === null) {
    // The log of a board has no end: it is printed until somebody ends this process.
    if (follows !== null && print !== null) await follow(follows, { lab, clock, print }, signal)
    return 0
  }
  const over = new AbortController()
  const following =
    follows === null || print === null ? null : follow(follows, { lab, clock, print }, over.signal)
  try {
    const { exit } = await lab.ending(outcome.started, signal)
    await desk.ended(outcome.started, outcome.view)
    return exit
  } catch (error) {
    if (!signal.aborted) complain(`The end of ${outcome.started} was not seen: ${messageOf(error)}`)
    return 2
  } finally {
    over.abort()
    await following
  }
}

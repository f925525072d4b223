import type { Clock } from '../clock.ts'
import { InputError, LabError } from '../errors.ts'
import type { OpenBoard } from '../hardware/types.ts'
import { fetchAll } from './fetching.ts'
import type { Stopper } from './stopper.ts'
import type { Collected, Collecting, RunTestJob, WorkContext } from './types.ts'

/** Whoever cancels wants the board back: its files have this long, of the 30 s in which work must settle. */
const AFTER_CANCEL_MS = 8_000

export type Ended = {
  job: RunTestJob
  board: OpenBoard
  ctx: WorkContext & { clock: Clock }
  stopper: Stopper
  folder: string
}

/**
 * Fetches the files that were asked for, however the program ended, as long as the board can be typed at. Never
 * throws, and says nothing about the test. Null where nothing was asked for.
 */
export async function collect(ended: Ended): Promise<Collected | null> {
  const { job, ctx, stopper } = ended
  const { collect: wanted } = job
  if (wanted === undefined || wanted.patterns.length === 0) return null
  if (!stopper.mayType()) return nothing('the board cannot be typed at any more')
  if (isCutShort(ctx.signal)) return nothing('the bot was stopped')
  if (ctx.onFile === undefined) return nothing('nobody takes files here')
  const { signal, clear } = untilLate(ended, wanted)
  try {
    const { onFile: give, onEvent } = ctx
    return await fetchAll({ shell: ended.board.shell, folder: ended.folder, wanted, give, onEvent }, signal)
  } finally {
    clear()
  }
}

/** The bot is being stopped: the test is run again, and its files with it. */
export function isCutShort({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof LabError && reason.failure.class === 'infrastructure'
}

function nothing(problem: string): Collected {
  return { files: [], none: [], left: [], problem }
}

function untilLate(
  { ctx, stopper }: Ended,
  { withinMs }: Collecting,
): { signal: AbortSignal; clear(): void } {
  const late = new AbortController()
  const ms = ctx.signal.aborted ? Math.min(withinMs, AFTER_CANCEL_MS) : withinMs
  const timer = ctx.clock.after(ms, () => late.abort(tookTooLong(ms)))
  // One that was cancelled before is ended by now; a cancel that comes meanwhile ends the fetching.
  const signals = ctx.signal.aborted ? [] : [ctx.signal]
  return { signal: AbortSignal.any([stopper.hard, late.signal, ...signals]), clear: () => timer.cancel() }
}

function tookTooLong(ms: number): InputError {
  return new InputError(`the files did not come within ${Math.round(ms / 1000)} s`, {
    hint: 'Name fewer or smaller ones, pack them on the board, or raise collect_timeout in boards.yaml.',
    field: 'collect',
  })
}

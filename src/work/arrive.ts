import { type Clock, type Millis, pause } from '../clock.ts'
import { failureOf, HardwareError, messageOf } from '../errors.ts'
import type { OpenBoard, ShellReport } from '../hardware/types.ts'
import { type Boots, watchBoots } from './boots.ts'
import type { WorkContext } from './types.ts'

const LOOK_MS = 250
const TRY_AGAIN_MS = 1000

export type ArrivalOptions = {
  /** How long a boot may take from when it was noticed. */
  bootMs: Millis
  signal: AbortSignal
  /** Called when a boot has to be waited for. */
  onBoot?(): void
}

type Context = Pick<WorkContext, 'onEvent'> & { clock: Clock }

/**
 * Gets to the board's prompt. Nothing is typed into a boot, whether it was under way before or begins meanwhile: it
 * is waited for, and is no reset of the board. Throws what `attach` throws; after a boot it is tried again until
 * that had its time, then HardwareError (boot).
 */
export async function arrive(board: OpenBoard, ctx: Context, options: ArrivalOptions): Promise<ShellReport> {
  const boots = await watchBoots(board.recorder, ctx.clock)
  try {
    const report = await attached(board, boots, ctx, options)
    board.recorder.expectReset(false)
    return report
  } finally {
    boots.close()
  }
}

async function attached(
  board: OpenBoard,
  boots: Boots,
  ctx: Context,
  options: ArrivalOptions,
): Promise<ShellReport> {
  const { clock } = ctx
  const { signal, bootMs } = options
  let deadline: Millis | null = null
  const waiting = (): void => {
    if (deadline !== null) return
    deadline = clock.mono() + bootMs
    ctx.onEvent({ kind: 'stage', stage: 'booting', t: clock.now() })
    options.onBoot?.()
  }
  for (;;) {
    for (let why = boots.hindrance(); why !== null; why = boots.hindrance()) {
      if (why === 'boot') waiting()
      await pause(clock, LOOK_MS, signal)
    }
    signal.throwIfAborted()
    ctx.onEvent({ kind: 'stage', stage: 'attaching', t: clock.now() })
    const begun = boots.next()
    try {
      return await board.shell.attach(AbortSignal.any([signal, begun]))
    } catch (error) {
      if (signal.aborted || !boots.any() || failureOf(error).cause === 'log-in') throw error
      waiting()
      if (clock.mono() >= (deadline ?? 0)) throw notBack(board, bootMs, error)
      if (!begun.aborted) await pause(clock, TRY_AGAIN_MS, signal)
    }
  }
}

function notBack(board: OpenBoard, bootMs: Millis, error: unknown): HardwareError {
  const seconds = Math.round(bootMs / 1000)
  return new HardwareError(
    `${board.id} was starting, and was not at its prompt after ${seconds} s: ${messageOf(error)}`,
    {
      hint: `Look at its console: boards log ${board.id}; a slow board wants a longer boot_timeout in boards.yaml`,
      cause: 'boot',
      blame: 'board',
      from: error,
    },
  )
}

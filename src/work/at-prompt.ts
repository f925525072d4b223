import type { Clock } from '../clock.ts'
import type { BoardConfig } from '../config/types.ts'
import { LabError } from '../errors.ts'
import type { OpenBoard } from '../hardware/types.ts'
import { arrive } from './arrive.ts'
import type { WorkContext } from './types.ts'

const CONNECT_WITHIN_MS = 10_000

/**
 * Does something at the board's prompt, and leaves the board as it was found. Throws what getting there throws
 * (HardwareError: no console, no prompt, log-in, boot), and what `act` does. A board that was taken away is let go
 * without a word.
 */
export async function atPrompt<T>(
  config: BoardConfig,
  board: OpenBoard,
  ctx: WorkContext & { clock: Clock },
  act: () => Promise<T>,
): Promise<T> {
  const { signal } = ctx
  try {
    ctx.onEvent({ kind: 'stage', stage: 'connecting', t: ctx.clock.now() })
    await board.recorder.connected(CONNECT_WITHIN_MS, signal)
    await arrive(board, ctx, { bootMs: config.bootTimeoutMs, signal })
    return await act()
  } finally {
    if (isTaken(signal)) board.shell.abandon()
    else await board.shell.detach()
  }
}

function isTaken({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof LabError && reason.failure.cause === 'lease lost'
}

import type { Clock } from '../clock.ts'
import { within } from '../clock.ts'
import { HardwareError } from '../errors.ts'
import type { OpenBoard } from '../hardware/types.ts'
import type { ProbeJob, ProbeResult, WorkContext } from './types.ts'

/**
 * Asks a board for an answer: its console is open, our prompt comes, a framed command answers. Leaves the board as
 * it was. Throws HardwareError (no console, no prompt, log-in, not answering). Repeating is safe.
 */
export async function probeBoard(
  job: ProbeJob,
  board: OpenBoard,
  ctx: WorkContext & { clock: Clock },
): Promise<ProbeResult> {
  const late = new AbortController()
  const signal = AbortSignal.any([ctx.signal, late.signal])
  const started = ctx.clock.mono()
  const ask = async (): Promise<ProbeResult> => {
    try {
      ctx.onEvent({ kind: 'stage', stage: 'connecting', t: ctx.clock.now() })
      await board.recorder.connected(job.timeoutMs, signal)
      ctx.onEvent({ kind: 'stage', stage: 'attaching', t: ctx.clock.now() })
      const report = await board.shell.attach(signal)
      board.recorder.expectReset(false)
      await board.shell.command('true', signal)
      return { responseMs: Math.round(ctx.clock.mono() - started), kernel: report.kernel }
    } finally {
      await board.shell.detach()
    }
  }
  const work = ask()
  try {
    return await within(ctx.clock, job.timeoutMs, work, () => notAnswering(job), ctx.signal)
  } catch (error) {
    // Nothing may be typed any more once this settles: the board may have its next holder by then.
    late.abort(error)
    await work.catch(() => {})
    throw error
  }
}

function notAnswering(job: ProbeJob): HardwareError {
  const seconds = Math.round(job.timeoutMs / 1000)
  return new HardwareError(
    `${job.board.id} did not answer within ${seconds} s on ${job.board.consoles[0].where}`,
    {
      hint: `Look at its console and power: boards show ${job.board.id}`,
      cause: 'not answering',
      blame: 'board',
    },
  )
}

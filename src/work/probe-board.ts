import type { Clock, Millis } from '../clock.ts'
import { HardwareError } from '../errors.ts'
import type { OpenBoard } from '../hardware/types.ts'
import { arrive } from './arrive.ts'
import type { ProbeJob, ProbeResult, WorkContext } from './types.ts'

type Context = WorkContext & { clock: Clock }

/** A console that is not there has its own reason: it must come before that of the whole. */
const CONNECT_SHARE = 0.9

/**
 * Asks a board for an answer: its console is open, our prompt comes, a framed command answers. Leaves the board as
 * it was. A board that is starting has the time of its boot more. Throws HardwareError (no console, no prompt,
 * log-in, not answering, boot). Repeating is safe.
 */
export async function probeBoard(job: ProbeJob, board: OpenBoard, ctx: Context): Promise<ProbeResult> {
  const late = new AbortController()
  const giveUpAfter = (ms: Millis) => ctx.clock.after(ms, () => late.abort(notAnswering(job, ms)))
  let timer = giveUpAfter(job.timeoutMs)
  const onBoot = (): void => {
    timer.cancel()
    timer = giveUpAfter(job.board.bootTimeoutMs + job.timeoutMs)
  }
  try {
    return await ask(job, board, ctx, AbortSignal.any([ctx.signal, late.signal]), onBoot)
  } catch (error) {
    throw late.signal.aborted && !ctx.signal.aborted ? late.signal.reason : error
  } finally {
    timer.cancel()
  }
}

async function ask(
  job: ProbeJob,
  board: OpenBoard,
  ctx: Context,
  signal: AbortSignal,
  onBoot: () => void,
): Promise<ProbeResult> {
  const started = ctx.clock.mono()
  try {
    ctx.onEvent({ kind: 'stage', stage: 'connecting', t: ctx.clock.now() })
    await board.recorder.connected(job.timeoutMs * CONNECT_SHARE, signal)
    const report = await arrive(board, ctx, { bootMs: job.board.bootTimeoutMs, signal, onBoot })
    await board.shell.command('true', signal)
    return { responseMs: Math.round(ctx.clock.mono() - started), kernel: report.kernel }
  } finally {
    await board.shell.detach()
  }
}

function notAnswering(job: ProbeJob, ms: Millis): HardwareError {
  const seconds = Math.round(ms / 1000)
  return new HardwareError(
    `${job.board.id} did not answer within ${seconds} s on ${job.board.consoles[0].where}`,
    {
      hint: `Look at its console and power: boards show ${job.board.id}`,
      cause: 'not answering',
      blame: 'board',
    },
  )
}

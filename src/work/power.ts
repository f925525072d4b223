import { type Clock, pause, within } from '../clock.ts'
import { HardwareError, InputError, LeaseLostError, messageOf, PowerUnconfirmedError } from '../errors.ts'
import type { OpenBoard, PowerControl, PowerState } from '../hardware/types.ts'
import { watchBoot } from './boot.ts'
import type { PowerJob, PowerResult, WorkContext } from './types.ts'

/** Between two read-backs of one outlet: its PDU has others to answer for. */
const READ_AGAIN_MS = 250

type Context = WorkContext & { clock: Clock }
type Task = { job: PowerJob; board: OpenBoard; power: PowerControl; ctx: Context }

/**
 * Switches a board's power and reads back that it happened; a cycle is off, delay, on, and then watching the board
 * come back (requirements H18.2, H18.6, P16). A board that does not come back is a result, not an error. Throws
 * HardwareError (cause power) when the PDU fails, PowerUnconfirmedError when it does not do what it said, InputError
 * for a board without power control. An abort settles when the outlet is as it may be left. Repeating is safe.
 */
export async function performPower(job: PowerJob, board: OpenBoard, ctx: Context): Promise<PowerResult> {
  if (board.power === null) throw noPowerControl(board.id)
  const task = { job, board, power: board.power, ctx }
  const started = ctx.clock.mono()
  const before = await read(task)
  const done = await carryOut(task, before)
  return { before, ...done, durationMs: Math.round(ctx.clock.mono() - started) }
}

type Done = Pick<PowerResult, 'after' | 'back' | 'problem'>

async function carryOut(task: Task, before: PowerState): Promise<Done> {
  const { action } = task.job
  if (action === 'status') return { after: before, back: null }
  task.board.recorder.expectReset(true)
  if (action === 'cycle') return cycle(task)
  await switchTo(task, action, task.ctx.signal)
  return { after: action, back: null }
}

async function cycle(task: Task): Promise<Done> {
  await switchOff(task)
  // From before the outlet is on, as a boot begins to talk at once; and not earlier, as the old kernel talks too.
  const watch = watchBoot(task.board, task.ctx)
  try {
    await switchTo(task, 'on', UNHEARD)
    const problem = await watch.comesBack(task.job.board.bootTimeoutMs)
    return problem === null ? { after: 'on', back: true } : { after: 'on', back: false, problem }
  } finally {
    watch.close()
  }
}

/**
 * From the moment off is sent, an abort only cuts the delay short, and the outlet is switched on again whatever
 * happens: nobody's cancelling, and no PDU that does half of what it is asked, may leave a board off. Nor is on sent
 * before off has shown: many a PDU switches seconds after it said OK, and drops what it is asked meanwhile.
 */
const UNHEARD = new AbortController().signal

async function switchOff(task: Task): Promise<void> {
  const { ctx, job } = task
  ctx.signal.throwIfAborted()
  try {
    await switchTo(task, 'off', UNHEARD)
    await pause(ctx.clock, job.delayMs, ctx.signal)
  } catch (error) {
    // Refused at the gate: nothing was switched, and the board is somebody else's.
    if (error instanceof LeaseLostError && error !== ctx.signal.reason) throw error
    await bringBack(task, error)
    throw error
  }
}

async function bringBack(task: Task, why: unknown): Promise<void> {
  try {
    await switchTo(task, 'on', UNHEARD)
  } catch (error) {
    const { where } = task.power
    throw new PowerUnconfirmedError(
      `${messageOf(why)}. Then ${where} was to be switched on again: ${messageOf(error)}`,
      { hint: byHand(task.board.id, 'It may be off.'), details: { where }, from: why },
    )
  }
}

/** Throws PowerUnconfirmedError when the outlet does not read as asked `confirmMs` after the switch was sent. */
async function switchTo(task: Task, to: 'on' | 'off', signal: AbortSignal): Promise<void> {
  const { ctx, job, power } = task
  const started = ctx.clock.mono()
  const left = (): number => Math.max(0, started + job.confirmMs - ctx.clock.mono())
  const stop = new AbortController()
  const seen: Seen = { read: 'unknown', problem: null }
  const late = (): Error => unconfirmed(task, to, seen)
  ctx.onEvent({ kind: 'stage', stage: to, t: ctx.clock.now() })
  try {
    // A switch that is under way is let finish, as one that was cut off may still be carried out.
    await within(ctx.clock, left(), power.switch(to, stop.signal), late)
    await within(ctx.clock, left(), readUntil(task, to, seen, stop.signal), late, signal)
  } finally {
    stop.abort(new Error('over'))
    ctx.onEvent({ kind: 'power', asked: to, read: seen.read, t: ctx.clock.now() })
  }
}

type Seen = { read: PowerState; problem: string | null }

async function readUntil(
  { power, ctx }: Task,
  to: PowerState,
  seen: Seen,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      seen.read = await power.state(signal)
      seen.problem = null
    } catch (error) {
      // Some PDUs do not answer while they switch.
      if (!(error instanceof HardwareError)) throw error
      seen.read = 'unknown'
      seen.problem = error.message
    }
    if (seen.read === to) return
    await pause(ctx.clock, READ_AGAIN_MS, signal)
  }
}

async function read({ power, job, ctx }: Task): Promise<PowerState> {
  const late = (): Error =>
    new HardwareError(`${power.where} could not be read within ${job.confirmMs / 1000} s`, {
      hint: byHand(job.board.id, 'Its PDU does not answer.'),
      cause: 'power',
      blame: 'site',
    })
  const stop = new AbortController()
  try {
    return await within(ctx.clock, job.confirmMs, power.state(stop.signal), late, ctx.signal)
  } finally {
    // A question that nobody waits for any more would keep the next one from the PDU.
    stop.abort(new Error('over'))
  }
}

function unconfirmed(
  { power, job, board }: Task,
  to: 'on' | 'off',
  { read, problem }: Seen,
): PowerUnconfirmedError {
  const found = problem === null ? `it reads ${read}` : `it cannot be read: ${problem}`
  return new PowerUnconfirmedError(
    `${power.where} was asked to switch ${to}, and after ${job.confirmMs / 1000} s ${found}`,
    {
      hint: byHand(board.id, 'Its PDU does not do what it says.'),
      details: { where: power.where, asked: to, read, problem },
    },
  )
}

function byHand(board: string, why: string): string {
  return `${why} Somebody has to look at it and switch ${board} by hand; then: power status ${board}`
}

function noPowerControl(board: string): InputError {
  return new InputError(`${board} has no power control`, {
    hint: 'Switch it by hand, or name its PDU in boards.yaml (pdu_host, pdu_outlet) and type: settings reload',
  })
}

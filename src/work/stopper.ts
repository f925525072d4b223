import type { Clock, Millis, Timer } from '../clock.ts'
import { HardwareError, LabError } from '../errors.ts'
import type { Finding } from '../reading/types.ts'
import type { Stage } from '../reading/verdict.ts'
import { failureBy } from './console-failure.ts'
import { createTrace } from './trace.ts'
import type { RunTestJob, WorkContext, WorkFailure } from './types.ts'

/** From the first wish to stop until nothing more may be typed: the site must settle within 30 s (sites/types.ts). */
const SETTLE_WITHIN_MS = 20_000
/** And until SysRq, the last resort, must be over too. */
const LAST_WITHIN_MS = 28_000

/**
 * Why a test stops before its program ends by itself, and how hard. `soft` ends the program by the shell's ladder
 * and typing goes on; `hard` means that nothing more is typed and whoever waits gives up. The first reason stays.
 */
export type Stopper = {
  readonly soft: AbortSignal
  readonly hard: AbortSignal
  /** Either of them: for steps that have nothing to end on the board. */
  readonly any: AbortSignal
  /** For what is done when neither brought a prompt: aborts when the board was taken away, and when there is no time left. */
  readonly last: AbortSignal
  /** The binary is on its way: what the console tells is judged by how far it came. */
  copying(): void
  started(): void
  /** The program has ended: its time limit is no matter any more, nor is how long it took to end it. */
  ended(): void
  count(bytes: number): void
  /** At its first line, and again whole. */
  found(finding: Finding): void
  /** Waits until what ended the run is told to its end: 2 s at most. `failure` then says all of it. */
  whole(): Promise<void>
  /** Something is being told still. */
  isTelling(): boolean
  /** What the run ends as when it did not end by itself. */
  failure(): WorkFailure | null
  finding(): Finding | null
  /** What the console told, where that ends no run but explains this end; with its exit status, where somebody saw it. */
  reported(exit?: number | null): WorkFailure | null
  /** The board was taken away (lease lost, power switched): it must not be touched again. */
  taken(): LabError | null
  /** False when it was taken away, and when its kernel died or started again under us. */
  mayType(): boolean
  /** Its kernel locked up, and nothing brought it back: whatever is typed would only be waited for. */
  lost(): void
  ranMs(): Millis
  close(): void
}

export function createStopper(job: RunTestJob, ctx: WorkContext & { clock: Clock }): Stopper {
  const soft = new AbortController()
  const hard = new AbortController()
  const last = new AbortController()
  const timers: Timer[] = []
  let failure: WorkFailure | null = null
  let finding: Finding | null = null
  let stage: Stage = 'boot'
  /** It panicked or started again: nobody is left at its prompt. */
  let isGone = false
  const trace = createTrace(ctx.clock)
  let taken: LabError | null = null
  let startedAt: Millis | null = null
  let bytes = 0

  const stop = (why: WorkFailure): void => {
    if (failure !== null) return
    failure = why
    soft.abort(asError(why))
    timers.push(ctx.clock.after(SETTLE_WITHIN_MS, () => hard.abort(stuck(job))))
    timers.push(ctx.clock.after(LAST_WITHIN_MS, () => last.abort(stuck(job))))
  }
  const told = (exit?: number | null): WorkFailure | null => {
    const verdict = trace.verdict({ stage, ...(exit === undefined ? {} : { exit }) })
    return verdict === null ? null : failureBy(verdict, stage, job.board.id)
  }
  const onAbort = (): void => {
    const reason: unknown = ctx.signal.reason
    if (isTaken(reason)) {
      taken = reason
      hard.abort(reason)
      last.abort(reason)
    } else stop(abortFailure(reason))
  }
  if (ctx.signal.aborted) onAbort()
  else ctx.signal.addEventListener('abort', onAbort, { once: true })

  return {
    soft: soft.signal,
    hard: hard.signal,
    any: AbortSignal.any([soft.signal, hard.signal]),
    last: last.signal,
    copying() {
      stage = 'transfer'
    },
    started() {
      stage = 'run'
      startedAt = ctx.clock.mono()
      timers.push(ctx.clock.after(job.timeoutMs, () => stop(timeLimit(job))))
    },
    ended() {
      if (!ctx.signal.aborted) for (const timer of timers) timer.cancel()
    },
    count(more) {
      bytes += more
      if (bytes > job.logLimitBytes) stop(outputLimit(job))
    },
    found(seen) {
      trace.heard(seen)
      if (seen.whole || seen.severity === 'told' || (failure !== null && finding === null)) return
      finding ??= seen
      const why = told()
      if (why === null) return
      stop(why)
      // A kernel that panicked or restarted has no process left to end: waiting for a prompt would be a lie.
      if (seen.cause !== 'panic' && seen.cause !== 'reset') return
      isGone = true
      hard.abort(asError(why))
    },
    whole: () => trace.whole(last.signal),
    isTelling: trace.isOpen,
    failure: () => (finding === null ? failure : (told() ?? failure)),
    reported: told,
    finding: () => finding,
    taken: () => taken,
    mayType: () => taken === null && !isGone,
    lost() {
      isGone = true
    },
    ranMs: () => (startedAt === null ? 0 : Math.round(ctx.clock.mono() - startedAt)),
    close() {
      ctx.signal.removeEventListener('abort', onAbort)
      for (const timer of timers) timer.cancel()
    },
  }
}

function isTaken(reason: unknown): reason is LabError {
  return (
    reason instanceof LabError && (reason.failure.cause === 'lease lost' || reason.failure.cause === 'power')
  )
}

function asError(why: WorkFailure): LabError {
  return new LabError(`run-${why.failure.cause.replaceAll(' ', '-')}`, why.message, {
    hint: why.hint,
    failure: why.failure,
  })
}

function abortFailure(reason: unknown): WorkFailure {
  if (reason instanceof LabError) {
    const title = reason.failure.cause === 'cancelled' ? 'cancelled' : reason.failure.cause
    return { failure: reason.failure, title, message: reason.message, hint: reason.hint }
  }
  return {
    failure: { class: 'cancelled', cause: 'cancelled', blame: 'none' },
    title: 'cancelled',
    message: 'The test was cancelled.',
    hint: 'Submit it again when it is wanted.',
  }
}

function timeLimit(job: RunTestJob): WorkFailure {
  const seconds = Math.round(job.timeoutMs / 1000)
  return {
    failure: { class: 'timeout', cause: 'time limit', blame: 'none' },
    title: `time limit of ${seconds} s`,
    message: `The program was still running after its time limit of ${seconds} s and was ended.`,
    hint: 'Read where it stood in the last lines of its log, or give it longer: --timeout',
  }
}

function outputLimit(job: RunTestJob): WorkFailure {
  const limit = sizeOf(job.logLimitBytes)
  return {
    failure: { class: 'test', cause: 'output limit', blame: 'none' },
    title: `more than ${limit} of output`,
    message: `The program printed more than ${limit}, the limit of a log, and was ended.`,
    hint: 'Print less, or write to a file on the board.',
  }
}

function sizeOf(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.round(bytes / 1000)} kB` : `${Number((bytes / 2 ** 20).toFixed(1))} MiB`
}

function stuck(job: RunTestJob): HardwareError {
  return new HardwareError(
    `${job.board.id} did not come back to a prompt within ${SETTLE_WITHIN_MS / 1000} s`,
    {
      hint: `It is being looked after: boards show ${job.board.id}`,
      cause: 'not answering',
      blame: 'board',
    },
  )
}

import { failureOf, LabError, messageOf } from '../errors.ts'
import type { OpenBoard, ProgramEnd, RecorderNews, SendReport } from '../hardware/types.ts'
import { arrive } from './arrive.ts'
import { collect, isCutShort } from './collect.ts'
import { endBySysrq } from './ladder.ts'
import { argvOf, cleanUp, folderOf, type Placing, place } from './program.ts'
import { createStopper, type Stopper } from './stopper.ts'
import type { RunTestJob, RunTestResult, WorkFailure, WorkStage } from './types.ts'

/** How long a console may stay away before its run is given up. */
const CONNECT_WITHIN_MS = 10_000

type Task = Placing
type Context = Task['ctx']
/** `true` once our prompt was there: a boot before is one that we came into. */
type Arrival = { done: boolean }

/**
 * Runs one test on one board: attach, copy, run, end, collect, clean up. What happened to the test is in the result; a
 * board or line that failed is thrown as a LabError of class infrastructure, a file that no such board can hold or
 * unpack as one of class input. When `ctx.signal` aborts, the program is ended on the board first, except when the
 * board itself was taken away (lease lost, power switched).
 */
export async function runTest(job: RunTestJob, board: OpenBoard, ctx: Context): Promise<RunTestResult> {
  const stopper = createStopper(job, ctx)
  const arrival: Arrival = { done: false }
  const unlisten = board.recorder.listen(news => hear(news, arrival, stopper, ctx))
  const task = { job, board, ctx, stopper, folder: folderOf(job) }
  try {
    await attach(task)
    arrival.done = true
    stage(task, 'copying')
    stopper.copying()
    const copied = await place(task)
    return await run(task, copied)
  } catch (error) {
    return await explain(task, error)
  } finally {
    // What is typed into a boot may stop its loader, and a board that was taken away is not ours to type at.
    if (stopper.mayType()) await board.shell.detach()
    else board.shell.abandon()
    stopper.close()
    unlisten()
  }
}

function hear(news: RecorderNews, arrival: Arrival, stopper: Stopper, ctx: Context): void {
  if (news.kind === 'chunk') {
    ctx.onEvent({ kind: 'log', ...news.chunk })
    stopper.count(news.chunk.bytes.length)
  } else if (news.kind === 'finding' || news.kind === 'trace') {
    if (!arrival.done && news.finding.cause === 'reset') return
    ctx.onEvent({ kind: 'finding', finding: news.finding })
    stopper.found(news.finding)
  }
}

function stage({ ctx }: Task, name: WorkStage): void {
  ctx.onEvent({ kind: 'stage', stage: name, t: ctx.clock.now() })
}

async function attach(task: Task): Promise<void> {
  const { job, board, stopper, ctx } = task
  stage(task, 'connecting')
  await board.recorder.connected(CONNECT_WITHIN_MS, stopper.any)
  await arrive(board, ctx, { bootMs: job.board.bootTimeoutMs, signal: stopper.any })
}

async function run(task: Task, copied: SendReport | null): Promise<RunTestResult> {
  const { job, board, ctx, stopper, folder } = task
  stage(task, 'running')
  stopper.started()
  const end = await board.shell.program(
    { folder, argv: argvOf(job), env: job.env },
    stopper.soft,
    stopper.hard,
    from => ctx.onEvent({ kind: 'output', ranges: [{ from, to: null }] }),
  )
  const durationMs = stopper.ranMs()
  stage(task, 'collecting')
  ctx.onEvent({ kind: 'output', ranges: end.output })
  const isLost = end.status === null && end.endedBy === 'nothing'
  const told = (): WorkFailure | null => (isLost ? stopper.reported() : stopper.reported(end.status))
  if (stopper.finding() !== null || told() !== null) await stopper.whole()
  const failure = (isLost ? lostTo(stopper) : stopper.failure()) ?? told() ?? exitFailure(end)
  stopper.ended()
  const collected = await collect(task)
  const boardClean = await cleanUp(task)
  // What was survived is told to its end too: its place is in its trace.
  if (stopper.isTelling()) await stopper.whole()
  if (failure?.failure.class === 'infrastructure') throw failed(failure, null)
  if (collected !== null && isCutShort(ctx.signal)) throw ctx.signal.reason as LabError
  return {
    status: end.status,
    endedBy: end.endedBy,
    output: end.output,
    copied,
    ...(collected === null ? {} : { collected }),
    durationMs,
    failure,
    boardClean,
  }
}

function exitFailure({ status }: ProgramEnd): WorkFailure | null {
  if (status === 0) return null
  const hint = 'Read the last lines of its log.'
  if (status === null) {
    const message = 'The program ended and left no exit status.'
    return {
      failure: { class: 'test', cause: 'exit status', blame: 'none' },
      title: 'no exit status',
      message,
      hint,
    }
  }
  // A shell tells a death by signal as 128 + number (POSIX 2.8.2).
  const signal = status > 128 && status <= 128 + 64 ? status - 128 : null
  const title = signal === null ? `exit status ${status}` : `killed by signal ${signal}`
  const cause = signal === null ? 'exit status' : 'signal'
  return {
    failure: { class: 'test', cause, blame: 'none' },
    title,
    message: `The program ended: ${title}.`,
    hint,
  }
}

/**
 * What a throw out of the middle really was: a panic seen on the line explains a console that stopped answering;
 * a cancel that struck while the binary was still being copied is no fault of the board.
 */
async function explain(task: Task, error: unknown): Promise<RunTestResult> {
  const { stopper } = task
  const taken = stopper.taken()
  if (taken !== null) throw taken
  if (stopper.finding() !== null) await stopper.whole()
  const failure = isSilent(error) ? lostTo(stopper) : stopper.failure()
  if (failure === null) {
    // A file that did not fit, or is no archive, leaves a shell that answers, and its folder.
    const { cause, class: whose, blame } = failureOf(error)
    if (cause === 'disk' || whose === 'input' || blame === 'site') await cleanUp(task)
    throw error
  }
  if (failure.failure.class === 'infrastructure') throw failed(failure, error)
  const durationMs = stopper.ranMs()
  const bySysrq = isSilent(error) ? await endBySysrq(task) : null
  if (bySysrq === null && failureOf(error).cause === 'lockup') stopper.lost()
  const ended = bySysrq ?? (await endedGently(task))
  return { status: null, output: null, copied: null, durationMs, failure, ...ended }
}

/** A kernel that told of a lockup explains a program that never came back; a cancel stays a cancel. */
function lostTo(stopper: Stopper): WorkFailure | null {
  const failure = stopper.failure()
  const isOpen = failure === null || failure.failure.class === 'timeout'
  return isOpen ? (stopper.reported() ?? failure) : failure
}

/** No prompt came, whatever was tried. */
function isSilent(error: unknown): boolean {
  const { cause } = failureOf(error)
  return cause === 'no prompt' || cause === 'not answering' || cause === 'lockup'
}

async function endedGently(task: Task): Promise<Pick<RunTestResult, 'endedBy' | 'boardClean'>> {
  const boardClean = await cleanUp(task)
  return { endedBy: boardClean ? 'interrupt' : 'nothing', boardClean }
}

function failed(why: WorkFailure, error: unknown): LabError {
  return new LabError(`run-${why.failure.cause.replaceAll(' ', '-')}`, why.message, {
    hint: why.hint,
    failure: why.failure,
    details: { during: messageOf(error), failure: failureOf(error) },
    cause: error,
  })
}

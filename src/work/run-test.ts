import { createReadStream } from 'node:fs'
import { type Clock, pause } from '../clock.ts'
import { failureOf, HardwareError, LabError, messageOf } from '../errors.ts'
import type { OpenBoard, ProgramEnd, RecorderNews, SendReport } from '../hardware/types.ts'
import { arrive } from './arrive.ts'
import { createStopper, type Stopper } from './stopper.ts'
import type { RunTestJob, RunTestResult, WorkContext, WorkFailure, WorkStage } from './types.ts'

/** A trace is listened to until the line is quiet for this long, at most four times (console.md 9: 2 s). */
const TRACE_QUIET_MS = 500
/** How long a console may stay away before its run is given up. */
const CONNECT_WITHIN_MS = 10_000

type Context = WorkContext & { clock: Clock }
type Task = { job: RunTestJob; board: OpenBoard; ctx: Context; stopper: Stopper; folder: string }
/** `true` once our prompt was there: a boot before is one that we came into. */
type Arrival = { done: boolean }

/**
 * Runs one test on one board: attach, copy, run, end, clean up. What happened to the test is in the result; a board
 * or line that failed is thrown as a LabError of class infrastructure, a file that no such board can hold as one of
 * class input. When `ctx.signal` aborts, the program is
 * ended on the board first, except when the board itself was taken away (lease lost, power switched).
 */
export async function runTest(job: RunTestJob, board: OpenBoard, ctx: Context): Promise<RunTestResult> {
  const stopper = createStopper(job, ctx)
  const arrival: Arrival = { done: false }
  const unlisten = board.recorder.listen(news => hear(news, arrival, stopper, ctx))
  const task = { job, board, ctx, stopper, folder: `/tmp/br-${job.id.toLowerCase()}-${job.attempt}` }
  try {
    await attach(task)
    arrival.done = true
    const copied = await prepare(task)
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
  } else if (news.kind === 'finding') {
    ctx.onEvent({ kind: 'finding', finding: news.finding })
    if (arrival.done || news.finding.cause !== 'reset') stopper.found(news.finding)
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

async function prepare(task: Task): Promise<SendReport | null> {
  const { job, board, stopper, folder, ctx } = task
  stage(task, 'copying')
  await makeFolder(task)
  if (job.program.kind === 'shell') return null
  const { name, path, size, sha256 } = job.program
  const copied = await board.shell.send(
    { bytes: createReadStream(path), size, sha256 },
    `${folder}/${name}`,
    stopper.any,
    sent => ctx.onEvent({ kind: 'progress', done: sent, total: size, label: name }),
  )
  ctx.onEvent({ kind: 'copied', copied })
  return copied
}

async function makeFolder({ board, stopper, folder }: Task): Promise<void> {
  const made = await board.shell.command(`rm -rf ${folder} && mkdir -p ${folder}`, stopper.any)
  if (made.status === 0) return
  const said = made.output.trim() || `status ${made.status}`
  throw new HardwareError(`${board.id} could not make the working folder ${folder}: ${said}`, {
    hint: `Look at its file system: boards show ${board.id}`,
    cause: 'disk',
    blame: 'board',
  })
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
  if (stopper.finding() !== null) await traceEnd(task)
  const failure = stopper.failure() ?? exitFailure(end)
  const boardClean = await cleanUp(task)
  return {
    status: end.status,
    endedBy: end.endedBy,
    output: end.output,
    copied,
    durationMs,
    failure,
    boardClean,
  }
}

function argvOf(job: RunTestJob): readonly string[] {
  if (job.program.kind === 'binary') return [`./${job.program.name}`, ...job.args]
  return ['/bin/sh', '-c', job.program.command, 'sh', ...job.args]
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

/** The working folder goes, and a framed command answers: only then is the board said to be clean. */
async function cleanUp({ job, board, stopper, folder }: Task): Promise<boolean> {
  if (stopper.taken() !== null || stopper.hard.aborted || stopper.finding() !== null) return false
  try {
    return (await board.shell.command(`${endStrays(job, folder)}rm -rf ${folder}`, stopper.hard)).status === 0
  } catch {
    return false
  }
}

/**
 * The shell ends the program's process group and session; one that made a session of its own is found by where it
 * is or what it runs. Daemons that are meant to outlive a test, such as a service it restarted, go to / first.
 */
function endStrays({ program }: RunTestJob, folder: string): string {
  const own = program.kind === 'binary' ? `${folder}/${program.name}` : folder
  const file = `'${own.replaceAll("'", "'\\''")}'`
  const isOurs = `[ $p/cwd -ef ${folder} ]||[ $p/exe -ef ${file} ]`
  return `for p in /proc/[0-9]*;do { ${isOurs};}&&kill -9 \${p#/proc/};done 2>/dev/null;`
}

/**
 * What a throw out of the middle really was: a panic seen on the line explains a console that stopped answering;
 * a cancel that struck while the binary was still being copied is no fault of the board.
 */
async function explain(task: Task, error: unknown): Promise<RunTestResult> {
  const { stopper } = task
  const taken = stopper.taken()
  if (taken !== null) throw taken
  const failure = stopper.failure()
  if (failure === null) {
    // A file that did not fit leaves a shell that answers, and its folder.
    if (failureOf(error).cause === 'disk') await cleanUp(task)
    throw error
  }
  if (stopper.finding() !== null) await traceEnd(task)
  if (failure.failure.class === 'infrastructure') throw failed(failure, error)
  const boardClean = await cleanUp(task)
  const endedBy = boardClean ? 'interrupt' : 'nothing'
  return {
    status: null,
    endedBy,
    output: null,
    copied: null,
    durationMs: stopper.ranMs(),
    failure,
    boardClean,
  }
}

function failed(why: WorkFailure, error: unknown): LabError {
  return new LabError(`run-${why.failure.cause.replaceAll(' ', '-')}`, why.message, {
    hint: why.hint,
    failure: why.failure,
    details: { during: messageOf(error), failure: failureOf(error) },
    cause: error,
  })
}

/** Waits until the line has been quiet for a moment, so that the trace is in the log to its end. */
async function traceEnd({ board, ctx, stopper }: Task): Promise<void> {
  for (let round = 0; round < 4; round++) {
    const before = board.recorder.state().head
    await pause(ctx.clock, TRACE_QUIET_MS)
    if (board.recorder.state().head === before || stopper.taken() !== null) return
  }
}

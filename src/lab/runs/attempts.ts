import type { BoardConfig } from '../../config/types.ts'
import { HardwareError, type LabError } from '../../errors.ts'
import type { Stage } from '../../reading/verdict.ts'
import type { WorkEvent, WorkStage } from '../../work/types.ts'
import { boardConfig, type Core } from '../core.ts'
import { createTaking, type Taking } from '../files/taking.ts'
import type { Hold, Holdings } from '../leases/holdings.ts'
import { owed, owedCallback } from '../mail/owed.ts'
import type { CollectedFiles, Run, RunProgress } from '../types.ts'
import { type AttemptLog, collectOutput, openAttemptLog } from './attempt-log.ts'
import { boardPast } from './board-past.ts'
import { cancelled } from './cancelling.ts'
import { casesOfAttempt, keepCases } from './cases/keeping.ts'
import type { RunReport } from './cases/types.ts'
import { type ConsoleEvents, createConsoleEvents } from './console-events.ts'
import { jobOf, numberOf } from './job-of.ts'
import { isLogName } from './log-names.ts'
import { judge, leaseIdOf, type Outcome } from './verdict.ts'

/** Attempts of this process: one lease of one board each. */
export type Attempts = {
  /** Carries out the attempt that was just leased; settles when its board is free again. Never throws. */
  carryOut(run: Run, hold: Hold): Promise<void>
  /** Ends what runs for `runId`, on the board first. False when nothing does. */
  stop(runId: string, why: LabError): boolean
  /** Takes the board from whatever run is on it; it is given back only after `until`. False when no run is on it. */
  takeAway(board: string, why: LabError, until: Promise<unknown>): boolean
  progress(runId: string): RunProgress | null
  /** The log of a run that is under way; null when none is. */
  log(runId: string): Pick<AttemptLog, 'tail' | 'printed'> | null
  /** Ends all of them, those that are only beginning too; resolves when the last has let its board go. */
  stopAll(why: LabError): Promise<void>
  /** Files and last lines of a run whose board is free already. Does nothing while that is under way; safe to repeat. */
  collect(runId: string): Promise<void>
}

export type AttemptsDeps = {
  core: Core
  holdings: Holdings
  freed(board: string): void
  lookAfter(board: string, reason: string): void
  /** The run is final. */
  finished(runId: string): void
}

type Active = {
  board: string
  stop: AbortController
  progress: RunProgress
  /** Null while it is being opened. */
  log: AttemptLog | null
  console: ConsoleEvents
  /** How far it came, as what its console tells is judged by. */
  stage: Stage
  /** Files of the board that were asked for. */
  taking: Taking
  until: Promise<unknown>
}

const STAGE_OF: Readonly<Partial<Record<WorkStage, Stage>>> = { copying: 'transfer', running: 'run' }

export function createAttempts(deps: AttemptsDeps): Attempts {
  const { core, holdings } = deps
  const active = new Map<string, Active>()
  /** Everything under way, the collecting after the board was given back included. */
  const going = new Set<Promise<void>>()
  const collecting = new Set<string>()
  let stopped: LabError | null = null

  const hear = (run: Run, here: Active, event: WorkEvent): void => {
    const now = core.clock.now()
    if (event.kind === 'log') {
      here.log?.append(event.offset, event.t, event.bytes)
      here.console.log(event.offset, event.bytes)
    } else if (event.kind === 'finding') here.console.heard(event.finding, now)
    else if (event.kind === 'output') here.log?.output(event.ranges)
    else if (event.kind === 'copied') here.progress = { ...here.progress, copied: event.copied }
    else if (event.kind === 'fetching') here.progress = { ...here.progress, fetching: event }
    else if (event.kind === 'progress')
      here.progress = { ...here.progress, copy: { done: event.done, total: event.total } }
    else if (event.kind === 'stage') {
      here.progress = { ...here.progress, stage: event.stage }
      here.stage = STAGE_OF[event.stage] ?? here.stage
      const state = core.state().runs[run.id]?.state
      if (event.stage === 'attaching' && state === 'leasing')
        core.post({ o: 'run/step', id: run.id, at: now, event: { kind: 'preparing' } })
      if (event.stage === 'running' && state === 'preparing')
        core.post({ o: 'run/step', id: run.id, at: now, event: { kind: 'running' } })
    }
  }
  const perform = async (run: Run, board: BoardConfig, hold: Hold, here: Active): Promise<Outcome> => {
    try {
      const job = await jobOf(core, run, board)
      const options = {
        token: hold.token,
        signal: here.stop.signal,
        onEvent: (event: WorkEvent) => hear(run, here, event),
        onFile: here.taking.take,
      }
      return { result: await core.siteOf(board).perform(job.job, options).finally(job.release) }
    } catch (error) {
      return { error }
    }
  }
  const carryOut = async (run: Run, hold: Hold, here: Active): Promise<void> => {
    const board = boardConfig(core, hold.board)
    const outcome = board === null ? { error: goneBoard(hold.board) } : await perform(run, board, hold, here)
    if ('result' in outcome && outcome.result.output !== null) {
      here.log?.output(outcome.result.output)
    }
    await here.until
    const failure = 'result' in outcome ? (outcome.result.failure?.failure ?? null) : null
    const collected = collectedOf(here, outcome)
    const cases = await casesOfAttempt(core, run, here.log, collected)
    const verdict = judge(core, run.id, hold, outcome, {
      output: here.log?.printed ?? null,
      collected,
      cases,
      console: here.console,
      stage: here.stage,
      past: await boardPast(core, run, hold.board, failure),
    })
    await core.commit(...verdict.operations)
    active.delete(run.id)
    await holdings.release(hold)
    if (verdict.lookAfter !== null) deps.lookAfter(hold.board, verdict.lookAfter)
    deps.freed(hold.board)
    await sealed(run.id, here.log)
    if (!verdict.retried) await collect(run.id, cases)
  }
  const begin = async (run: Run, hold: Hold): Promise<void> => {
    const { board } = hold
    const startedAt = core.clock.now()
    const progress = { stage: null, board, startedAt, copy: null, copied: null, lastLine: null, logBytes: 0 }
    const stop = new AbortController()
    // Known from here on: whoever cancels it or switches its board finds it, though its log is not open yet.
    const taking = createTaking(core.artifacts, run.id, name => isLogName(name) || name === programOf(run))
    const until = Promise.resolve()
    const console = createConsoleEvents()
    const here: Active = { board, stop, progress, log: null, console, stage: 'boot', taking, until }
    active.set(run.id, here)
    const live = core.state().runs[run.id]
    if (stopped !== null) stop.abort(stopped)
    else if (live?.cancelledBy) stop.abort(cancelled(live.cancelledBy))
    const leftMs = (core.state().leases[leaseIdOf(run.id, numberOf(live))]?.until ?? 0) - startedAt
    const term = core.clock.after(leftMs, () => stop.abort(termOver(board)))
    try {
      await forgetFetched(core, run)
      here.log = await openAttemptLog(core.artifacts, run.id, numberOf(live))
      await carryOut(run, hold, here)
    } finally {
      term.cancel()
      taking.close()
      await sealed(run.id, here.log)
    }
  }
  /** A file that cannot be sealed must not keep the outcome from whoever waits for it. Safe to repeat. */
  const sealed = async (runId: string, log: AttemptLog | null): Promise<void> => {
    await log?.seal().catch((error: unknown) => {
      core.log.error({ run: runId, error }, 'the log of a run could not be sealed')
    })
  }
  /** A fault of ours, such as a log that cannot be opened: it ends as one, and the board goes back all the same. */
  const brokeOff = async (runId: string, hold: Hold, error: unknown): Promise<void> => {
    core.log.error({ run: runId, error }, 'an attempt broke off')
    const wasActive = core.state().runs[runId]?.attempts.at(-1)?.endedAt === null
    active.delete(runId)
    const verdict = wasActive ? judge(core, runId, hold, { error }, { output: null }) : null
    await core.commit(...(verdict?.operations ?? []))
    await holdings.release(hold)
    deps.freed(hold.board)
    if (verdict !== null && !verdict.retried) await collect(runId)
  }
  const collect = async (runId: string, cases: RunReport | null = null): Promise<void> => {
    if (collecting.has(runId)) return
    collecting.add(runId)
    await collectOnce(runId, cases).finally(() => collecting.delete(runId))
  }
  const collectOnce = async (runId: string, report: RunReport | null): Promise<void> => {
    const ended = core.state().runs[runId]
    if (ended?.state !== 'collecting') return
    const read = collectOutput(core.artifacts, runId, numberOf(ended), ended.result?.output ?? null)
    const { tail, tailTotal } = await read.catch((error: unknown) => {
      core.log.error({ run: runId, error }, 'the output of a run could not be collected')
      return { tail: [], tailTotal: 0 }
    })
    const cases = await keepCases(core, ended, report)
    const files = await core.artifacts.list(runId)
    const run = core.state().runs[runId]
    if (run === undefined) return
    await core.commit(
      {
        o: 'run/step',
        id: runId,
        at: core.clock.now(),
        event: { kind: 'finished', files, tail, tailTotal, ...cases },
      },
      owed(core, run, 'run-ended', run.origin.channel),
      ...owedCallback(core, run),
    )
    deps.finished(runId)
  }

  return {
    carryOut(run, hold) {
      const work = begin(run, hold)
        .catch((error: unknown) => brokeOff(run.id, hold, error))
        .catch((error: unknown) => core.log.error({ run: run.id, error }, 'an attempt could not be ended'))
        .finally(() => going.delete(work))
      going.add(work)
      return work
    },
    stop(runId, why) {
      const here = active.get(runId)
      here?.stop.abort(why)
      return here !== undefined
    },
    takeAway(board, why, until) {
      const here = [...active.values()].find(entry => entry.board === board)
      if (here === undefined) return false
      here.until = until
      here.stop.abort(why)
      return true
    },
    progress(runId) {
      const here = active.get(runId)
      return here === undefined
        ? null
        : {
            ...here.progress,
            ...casesIn(here.log),
            lastLine: lastLineOf(here.log),
            logBytes: here.log?.bytes ?? 0,
          }
    },
    log: runId => active.get(runId)?.log ?? null,
    async stopAll(why) {
      stopped = why
      for (const here of active.values()) here.stop.abort(why)
      while (going.size > 0) await Promise.all(going)
    },
    collect: runId => collect(runId),
  }
}

function programOf({ program }: Run): string | null {
  return program.kind === 'binary' ? program.name : null
}

/** Of an attempt that did not count in the end: what this one fetches is what people get. */
async function forgetFetched({ artifacts }: Core, run: Run): Promise<void> {
  if (run.collect === undefined || run.attempts.length === 0) return
  const names = (await artifacts.list(run.id)).map(file => file.name)
  await artifacts.discard(
    run.id,
    names.filter(name => !isLogName(name) && name !== programOf(run)),
  )
}

function collectedOf({ taking }: Active, outcome: Outcome): CollectedFiles | null {
  const collected = 'result' in outcome ? outcome.result.collected : undefined
  return collected === undefined ? null : taking.ended(collected)
}

function casesIn(log: AttemptLog | null): Pick<RunProgress, 'cases'> {
  const cases = log?.caseProgress() ?? null
  return cases === null ? {} : { cases }
}

function lastLineOf(log: AttemptLog | null): string | null {
  return log?.tail().lines.findLast(line => line.text !== '')?.text ?? null
}

function termOver(board: string): HardwareError {
  return new HardwareError(
    `${board} was held for the whole term of the test's lease, and the test had not ended`,
    {
      hint: 'Its time limit and time for copying had passed: see in the log where it stood still.',
      cause: 'not answering',
      blame: 'board',
    },
  )
}

function goneBoard(board: string): HardwareError {
  return new HardwareError(`${board} left the inventory`, {
    hint: 'Another board is looked for.',
    cause: 'no console',
    blame: 'lab',
  })
}

import { createReadStream } from 'node:fs'
import { InputError, NotAllowedError, NotFoundError, RefusedError, StaleError } from '../../errors.ts'
import { formatId } from '../../ids.ts'
import { boardConfig, type Core } from '../core.ts'
import type { SubmitRequest } from '../lab.ts'
import { checkTakesWork } from '../leases/asking.ts'
import { isSamePerson, mayAs } from '../roles.ts'
import type { Origin, Person, Priority, Program, Run } from '../types.ts'
import type { Attempts } from './attempts.ts'
import { cancelled, cancelledResult } from './cancelling.ts'
import { stageProgram } from './program-file.ts'
import { isFinal } from './run-state.ts'
import { nameOf } from './summary.ts'

export type Runs = {
  submit(request: SubmitRequest, by: Person, origin: Origin): Promise<Run>
  cancel(id: string, by: Person, rev?: number): Promise<Run>
  move(id: string, priority: Priority, by: Person, rev?: number): Promise<Run>
  rerun(id: string, by: Person, origin: Origin, board?: string): Promise<Run>
  /** Live or past; null when there is none. */
  find(id: string): Promise<Run | null>
  /** Moves a final run to history once nothing about it is owed: history first, then the live state forgets it. */
  archive(id: string): Promise<void>
}

export type RunsDeps = { core: Core; attempts: Attempts }

export function createRuns({ core, attempts }: RunsDeps): Runs {
  const find = async (id: string): Promise<Run | null> =>
    core.state().runs[id.toUpperCase()] ?? (await core.runs.get(id.toUpperCase()))

  const own = async (id: string, by: Person, rev: number | undefined, verb: string): Promise<Run> => {
    const run = await find(id)
    if (run === null) throw noRun(core, id)
    if (!isSamePerson(run.submitter, by) && !mayAs(core.roleOf(by), 'admin')) {
      throw new NotAllowedError(`${run.id} is @${run.submitter.name}'s.`, {
        hint: `Ask @${run.submitter.name} to ${verb} it, or an admin.`,
      })
    }
    if (rev !== undefined && rev !== run.rev)
      throw new StaleError(`${run.id} is ${run.state} now.`, {
        hint: `Look at it again: tests show ${run.id}`,
      })
    return run
  }
  const place = async (request: SubmitRequest, by: Person, origin: Origin): Promise<Run> => {
    checkTarget(core, request)
    checkCallback(core, request)
    checkRoom(core)
    const { program, staged } = await stageProgram(core.artifacts, request.program)
    // Nothing is awaited from here to the commit: the id that is looked at is the id that is taken.
    checkRoom(core)
    const id = formatId('T', core.state().counters.T + 1)
    if (staged !== null) core.artifacts.adopt(id, [staged])
    await core.commit({ o: 'run/submitted', run: newRun(core, id, request, program, by, origin) })
    return core.state().runs[id] ?? ((await find(id)) as Run)
  }

  return {
    submit: place,
    async cancel(id, by, rev) {
      const asked = await own(id, by, rev, 'cancel')
      // It may have been given a board while it was looked up: from here to the commit nothing is awaited.
      const run = core.state().runs[asked.id] ?? asked
      if (isFinal(run.state) || run.state === 'collecting') throw ended(run)
      const at = core.clock.now()
      if (run.state !== 'queued') {
        if (run.cancelledBy === null)
          await core.commit({ o: 'run/step', id: run.id, at, event: { kind: 'cancel-asked', by } })
        // Of two who ask at once, the first cancelled it, whoever comes to stop it.
        attempts.stop(run.id, cancelled(core.state().runs[run.id]?.cancelledBy ?? by))
        return core.state().runs[run.id] ?? run
      }
      await core.commit(
        { o: 'run/step', id: run.id, at, event: { kind: 'cancel-asked', by } },
        {
          o: 'run/step',
          id: run.id,
          at,
          event: { kind: 'ended', result: cancelledResult(by, 'before it started') },
        },
      )
      await attempts.collect(run.id)
      return (await find(run.id)) ?? run
    },
    async move(id, priority, by, rev) {
      const run = await own(id, by, rev, 'move')
      if (run.state !== 'queued')
        throw new StaleError(`${run.id} is ${run.state}, not waiting any more.`, {
          hint: `Look at it: tests show ${run.id}`,
        })
      await core.commit({
        o: 'run/step',
        id: run.id,
        at: core.clock.now(),
        event: { kind: 'moved', priority },
      })
      return core.state().runs[run.id] ?? run
    },
    async rerun(id, by, origin, board) {
      const old = await find(id)
      if (old === null) throw noRun(core, id)
      const { family, args, env, priority, timeoutMs, collect = [] } = old
      const rest = { family, board: board ?? null, args, env, priority, timeoutMs, collect }
      if (old.program.kind === 'shell') return await place({ ...rest, program: old.program }, by, origin)
      const held = await core.artifacts.hold(old.id, old.program.name)
      if (held === null)
        throw new NotFoundError(`The binary of ${old.id} is no longer kept.`, {
          hint: `Submit it again: run-test ${family} ./${old.program.name}`,
        })
      try {
        const file = {
          name: old.program.name,
          size: old.program.size,
          open: () => createReadStream(held.path),
        }
        return await place({ ...rest, program: { kind: 'file', file, ...entryOf(old.program) } }, by, origin)
      } finally {
        held.release()
      }
    },
    find,
    async archive(id) {
      const run = core.state().runs[id]
      if (run === undefined || !isFinal(run.state)) return
      if (Object.values(core.state().outbox).some(item => item.topic === `run/${id}`)) return
      const at = run.times[run.state] ?? core.clock.now()
      await core.runs.append(run, at)
      core.tallies.observe(run, at)
      if (core.state().runs[id] !== undefined) await core.commit({ o: 'run/left', id })
    },
  }
}

function checkTarget(core: Core, { family, board }: SubmitRequest): void {
  const { boards } = core.current.inventory
  const families = [...new Set(boards.map(config => config.family))].sort()
  if (!families.includes(family)) {
    throw new NotFoundError(`There is no family "${family}".`, {
      field: 'family',
      hint: `Families: ${families.join(', ')}.`,
    })
  }
  if (board === null) return
  const config = boardConfig(core, board)
  if (config?.family === family) return
  const own = boards.filter(entry => entry.family === family).map(entry => entry.id)
  const what =
    config === null
      ? `There is no board "${board}".`
      : `${board} is of family ${config.family}, not ${family}.`
  throw new NotFoundError(what, { field: 'board', hint: `Boards of ${family}: ${own.join(', ')}.` })
}

function checkCallback(core: Core, { callback }: SubmitRequest): void {
  if (callback === undefined) return
  if (core.checkCallback !== undefined) {
    core.checkCallback(callback.url)
    return
  }
  throw new InputError('Results are posted to nobody here.', {
    field: 'callback',
    hint: 'An admin allows addresses with settings.http.callbacks in boards.yaml, and sets JENKINS_WEBHOOK_SECRET.',
  })
}

/** New work is refused while stopping, while the disk is full, and over the limit (M4.4); what runs goes on. */
function checkRoom(core: Core): void {
  checkTakesWork(core, 'tests')
  const { queueLimit } = core.current.inventory.settings
  const waiting = Object.values(core.state().runs).filter(
    run => run.state === 'queued' && run.attempts.length === 0,
  ).length
  if (waiting < queueLimit) return
  throw new RefusedError(
    'queue-full',
    `Cannot queue it: the queue is full (${waiting} waiting, limit ${queueLimit}).`,
    {
      hint: 'Try again when a test has started (see: queue), or cancel one of yours: queue cancel T…',
    },
  )
}

function newRun(
  core: Core,
  id: string,
  request: SubmitRequest,
  program: Program,
  by: Person,
  origin: Origin,
): Run {
  const at = core.clock.now()
  return {
    id,
    rev: 0,
    family: request.family,
    board: request.board,
    program,
    args: request.args,
    env: request.env,
    priority: request.priority,
    timeoutMs: request.timeoutMs ?? core.current.inventory.settings.testTimeoutMs,
    ...(request.collect?.length ? { collect: request.collect } : {}),
    ...(request.callback === undefined ? {} : { callback: request.callback }),
    submitter: by,
    origin,
    flowRunId: null,
    state: 'queued',
    arrivedAt: at,
    times: { queued: at },
    attempts: [],
    avoid: [],
    cancelledBy: null,
    result: null,
  }
}

function entryOf({ entry }: { entry?: string }): { entry?: string } {
  return entry === undefined ? {} : { entry }
}

/** Told apart from one that retention took. */
export function noRun(core: Core, id: string): NotFoundError {
  const gone = core.artifacts.tombstone(id.toUpperCase())
  if (gone !== null) {
    const day = new Date(gone.at).toISOString().slice(0, 10)
    return new NotFoundError(`${id}'s files were removed on ${day}: ${gone.reason}.`, {
      field: 'test',
      hint: 'Newer ones are listed by: tests',
      code: 'removed',
    })
  }
  return new NotFoundError(`There is no test "${id}".`, { field: 'test', hint: 'List them: tests' })
}

function ended(run: Run): StaleError {
  return new StaleError(`${run.id} (${nameOf(run)}) is ${run.state} already.`, {
    hint: `Look at it: tests show ${run.id}`,
  })
}

import { within } from '../clock.ts'
import { BoardBusyError, messageOf, NotFoundError } from '../errors.ts'
import { recordProbe } from './boards/checks.ts'
import { consoleNamed } from './boards/console-named.ts'
import { judgeIncidents } from './boards/judging.ts'
import { createCore, type LabDeps, requireBoard } from './core.ts'
import { waitForEnding } from './endings.ts'
import { createNamedFiles } from './files/named.ts'
import { checkBoards, checkStorage, checkWaits, followClock } from './hands.ts'
import type { Lab } from './lab.ts'
import { listRuns } from './listing.ts'
import { linesOfBoard, NOTHING_RECORDED } from './logs/board-log.ts'
import { linesOfRun } from './logs/run-log.ts'
import { createRunLogs } from './logs/run-logs.ts'
import { acknowledge, CAUSE_OF, openAlerts, resolve } from './mail/alerts.ts'
import { inboxOf } from './mail/heard.ts'
import { tellStranded } from './mail/stranded.ts'
import { createNews } from './news.ts'
import { changeInventory } from './reload.ts'
import { lookAfterAgain, reconcile } from './restart.ts'
import { retain } from './retention.ts'
import { peopleWith } from './roles.ts'
import { createCaseQuestions } from './runs/cases/asking.ts'
import { consoleLog, OUTPUT_LOG } from './runs/log-names.ts'
import { isFinal } from './runs/run-state.ts'
import { noRun } from './runs/runs.ts'
import { openSamples } from './runs/samples.ts'
import { createServices, restartReason } from './services.ts'
import { labStatus } from './status.ts'
import { settledItem } from './telling.ts'
import type { BoardSummary } from './types.ts'

export type { LabDeps } from './core.ts'
export { labModel, type Operation } from './state.ts'

const ASK_WITHIN_MS = 10_000
const POWER_EVENTS_SHOWN = 20
/** How long runs of this process may take to end on their boards at a stop (design 3). */
const END_WITHIN_MS = 12_000
/** A lease that can be granted is: the asker waits for the board's answer, not for a place in line. */
const GRANT_WITHIN_MS = 15_000

/** The lab's front door, over stores and sites that `app` opened. */
export async function createLab(deps: LabDeps): Promise<Lab> {
  const core = createCore(deps, createNews(deps.log))
  const samples = await openSamples(core.tallies, core.runs, core.clock.now())
  const services = createServices(core, samples)
  const { atOnce, attempts, checks, dispatch, holdings, people, power, recovery, runs, transfers, watching } =
    services
  const startedAt = core.clock.now()
  const named = createNamedFiles(core)

  const summary = (id: string): BoardSummary | null =>
    services.boards().find(board => board.config.id === id) ?? null
  const required = (id: string): BoardSummary => {
    requireBoard(core, id)
    return summary(id) as BoardSummary
  }

  const link = (id: string, file?: string): string =>
    `${core.publicUrl()}/artifacts/${id}${file === undefined ? '' : `/${encodeURIComponent(file)}`}`

  return {
    roleOf: core.roleOf,
    peopleWith: role => peopleWith(core.current.inventory.people, role),

    state: core.state,
    now: () => core.clock.now(),
    inventory: () => core.current.inventory,
    families: () => services.families(services.boards()),
    boards: services.boards,
    printed: services.printed.byFamily,
    board: summary,
    queue: services.queue,
    waiting: id => services.queue().waiting.find(entry => entry.id === id.toUpperCase()) ?? null,
    run: runs.find,
    gone: id => core.artifacts.tombstone(id.toUpperCase()),
    runs: filter => listRuns(core, filter),
    progress: attempts.progress,
    ...createCaseQuestions(core, runs),
    async log(id, question) {
      const run = await runs.find(id)
      // Its record may outlive its files: a log that was removed is not an empty one (M7.4).
      if (run === null || core.artifacts.tombstone(run.id) !== null) throw noRun(core, id)
      const printed = attempts.log(run.id)?.printed ?? run.result?.output ?? null
      return await linesOfRun(core.artifacts, run, printed, question)
    },
    boardLog: async (id, console, question) => {
      const board = requireBoard(core, id)
      const log = await core.siteOf(board).recorded(id, consoleNamed(board, console))
      return log === null ? NOTHING_RECORDED : await linesOfBoard(log, question)
    },
    logs: createRunLogs(core),
    tail: id => attempts.log(id)?.tail() ?? null,
    link,
    consoleLink(run) {
      const name = consoleLog(Math.max(1, run.attempts.length))
      const isKept = run.result === null || run.result.files.some(file => file.name === name)
      return link(run.id, isKept ? name : undefined)
    },
    logLink(run) {
      const names = run.result?.files.map(file => file.name) ?? []
      const name = names.includes(OUTPUT_LOG) ? OUTPUT_LOG : consoleLog(Math.max(1, run.attempts.length))
      return link(run.id, names.length === 0 || names.includes(name) ? name : undefined)
    },
    lease: id => core.state().leases[id.toUpperCase()] ?? null,
    leases: () => Object.values(core.state().leases).filter(lease => lease.holder.kind === 'person'),
    status: () => labStatus(core, startedAt, services.boards(), services.queue()),
    alerts: () => openAlerts(core.state()),
    acknowledge: (id, by) => acknowledge(core, id.toUpperCase(), by),
    powerEvents: board => power.past(board, POWER_EVENTS_SHOWN),
    powerEvent: power.find,
    audit: (words, limit) => core.audit.search(words, limit),

    fileAt: named.fileAt,
    storedFile: named.storedFile,

    async submit(request, by, origin) {
      const run = await runs.submit(request, by, origin)
      dispatch.kick()
      return run
    },
    cancel: async (id, by, rev) => {
      const run = await runs.cancel(id, by, rev)
      dispatch.kick()
      return run
    },
    move: async (id, priority, by, rev) => {
      const run = await runs.move(id, priority, by, rev)
      dispatch.kick()
      return run
    },
    async rerun(id, by, origin, board) {
      const run = await runs.rerun(id, by, origin, board)
      dispatch.kick()
      return run
    },

    async lend(request, by, origin) {
      if (request.now === true) atOnce.check(request, by, origin)
      const asked = await people.ask(request, by, origin)
      dispatch.kick()
      await dispatch.idle()
      const now = (): typeof asked => core.state().leases[asked.id] ?? asked
      if (now().state === 'checking') {
        await within(core.clock, GRANT_WITHIN_MS, changed(asked.id), () => new Error('late')).catch(() => {})
      }
      // From here on the answer is what it is: what comes later is told.
      people.answered(asked.id)
      const answer = now()
      await core.store.settled()
      if (request.now !== true || answer.state !== 'waiting') return answer
      await people.release(asked.id, by)
      throw atOnce.refusal(answer)
    },
    extend: (id, byMs, by, rev) => people.extend(id, byMs, by, rev),
    release: (id, by, rev) => people.release(id, by, rev),
    sendFile: async (id, file, to, by) => await transfers.send(people.own(id, by, 'use'), file, to, by),
    fetchFiles: async (id, patterns, by) => await transfers.fetch(people.own(id, by, 'use'), patterns, by),
    async cancelTransfer(id, by) {
      const lease = people.own(id, by, 'end')
      const transfer = transfers.cancel(lease, by)
      if (transfer !== null) return transfer
      throw new NotFoundError(`Nothing is on its way for ${lease.id}.`, {
        field: 'lease',
        hint: `To give the board back: lease release ${lease.id}`,
      })
    },
    transfer: transfers.find,
    transferProgress: transfers.progress,

    async maintain(id, on, by) {
      const board = required(id)
      const at = core.clock.now()
      const event =
        on === null
          ? ({ kind: 'returned' } as const)
          : ({ kind: 'maintained', until: on.untilMs, reason: on.reason, by } as const)
      await core.commit({ o: 'board/step', id: board.config.id, at, event })
      dispatch.kick()
      return required(id)
    },
    async check(id, by) {
      const { config } = required(id)
      const outcome = await recordProbe(core, id, () => checks.probe(config, ASK_WITHIN_MS))
      if (outcome === 'not asked') throw heldBoard(required(id))
      if (outcome === 'answered' && by !== null && core.state().boards[id]?.unhealthy) {
        const acquitted = { o: 'board/step', id, at: core.clock.now(), event: { kind: 'acquitted' } } as const
        await core.commit(acquitted, ...resolve(core, CAUSE_OF.unhealthy(id)))
      }
      dispatch.kick()
      return required(id)
    },
    power: power.act,
    consoles: services.consoles,

    subscribe: core.news.subscribe,
    ending: (topic, signal) => waitForEnding({ core, runs, power, transfers }, topic, signal),
    async card(card) {
      // A card that has told its end is never edited again: its record has nothing left to live on for.
      await core.commit(card.told ? { o: 'card/gone', ...card } : { o: 'card/posted', card })
    },
    record: entry => core.audit.append({ ...entry, at: core.clock.now() }),
    owed: {
      items: () => Object.values(core.state().outbox),
      async tried(key, nextAt, count) {
        if (core.state().outbox[key] !== undefined)
          await core.commit({ o: 'outbox/tried', key, attempts: count, nextAt })
      },
      settled: (key, outcome) => settledItem(core, runs, people, key, outcome),
    },
    inbox: inboxOf(core),

    async sweep() {
      await followClock(core)
      dispatch.kick()
      await checkStorage(core)
      await tellStranded(core)
      for (const run of Object.values(core.state().runs)) {
        if (run.state === 'collecting') await attempts.collect(run.id)
        else if (isFinal(run.state)) await runs.archive(run.id)
      }
    },
    expireLeases: () => people.expire(),
    async checkBoards() {
      await judgeIncidents(core)
      await checkBoards(core, checks, holdings, recovery, power)
      dispatch.kick()
    },
    retain: () => retain(core),
    checkWaits: () => checkWaits(core),

    async reload() {
      const changes = await changeInventory(core)
      watching.follow()
      // Warnings may be due at other times now.
      await people.expire()
      dispatch.kick()
      return changes
    },
    async start() {
      await reconcile(core, runs, attempts)
      await power.reconcile()
      await transfers.reconcile()
      await people.keep()
      await tellStranded(core)
      watching.follow()
      lookAfterAgain(core, recovery)
      dispatch.kick()
    },
    async stop() {
      core.current.stopping = true
      named.stop()
      dispatch.stop()
      watching.stop()
      const ended = dispatch
        .idle()
        .then(() => Promise.all([people.stop(), transfers.stop(), attempts.stopAll(restartReason())]))
        .then(() => Promise.all([recovery.idle(), power.idle()]))
      const late = (): Error => new Error(`not within ${END_WITHIN_MS} ms`)
      await within(core.clock, END_WITHIN_MS, ended, late).catch((error: unknown) => {
        core.log.warn({ error: messageOf(error) }, 'what ran did not end on its boards in time')
      })
      holdings.stop()
      await within(core.clock, END_WITHIN_MS, core.store.settled(), late).catch(() => {})
    },
  }

  function changed(id: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const unsubscribe = core.news.subscribe(`lease/${id}`, () => {
      if (core.state().leases[id]?.state !== 'checking') resolve()
    })
    return promise.finally(unsubscribe)
  }
  function heldBoard(board: BoardSummary): BoardBusyError {
    const by = board.heldBy === null ? 'looked after by the lab' : `held by ${board.heldBy}`
    return new BoardBusyError(`${board.config.id} is ${by}; it is not asked while somebody works on it.`, {
      hint: `See: boards show ${board.config.id}`,
    })
  }
}

/** From a topic to the card that shows it now: for live cards, and for clicks on old ones. */

import type { Lab } from '../lab/lab.ts'
import type { Alert, BoardSummary, FailedCase, Lease, Person, Run, Transfer } from '../lab/types.ts'
import { alertsCard, alertTelling } from './alert.ts'
import { boardCard } from './board.ts'
import { boardsCard } from './boards.ts'
import { homeCard } from './home.ts'
import { leaseCard } from './lease.ts'
import { powerCard } from './power.ts'
import { queueCard } from './queue.ts'
import { type RunFacts, runCard } from './run.ts'
import { isOver } from './run-words.ts'
import { statusCard } from './status.ts'
import { transferCard } from './transfer.ts'
import type { View } from './view.ts'
import type { TimeFrame } from './words.ts'

type Draw = (lab: Lab, id: string, viewer: Person | null) => Promise<View | null>

// Maps, not objects: a topic comes back from a client, and `constructor` must not be found.
const WHOLE: ReadonlyMap<string, Draw> = new Map<string, Draw>([
  ['alerts', async lab => alertsCard(lab.alerts(), frameOf(lab))],
  ['boards', async lab => boardsCard(lab.boards(), frameOf(lab))],
  ['home', async (lab, _id, viewer) => (viewer === null ? null : await showHome(lab, viewer))],
  ['queue', async lab => queueCard(lab.queue(), frameOf(lab))],
  ['status', async lab => statusCard(await lab.status(), frameOf(lab))],
])

const SINGLE: ReadonlyMap<string, Draw> = new Map<string, Draw>([
  ['alert', async (lab, id) => drawn(alertOf(lab, id), alert => alertTelling(alert, frameOf(lab)))],
  ['board', async (lab, id) => drawn(lab.board(id), board => showBoard(lab, board))],
  ['lease', async (lab, id, viewer) => drawn(lab.lease(id), lease => showLease(lab, lease, viewer))],
  ['power', async (lab, id) => drawn(await lab.powerEvent(id), event => powerCard(event, frameOf(lab)))],
  ['transfer', async (lab, id) => drawn(await lab.transfer(id), each => showTransfer(lab, each))],
  ['run', async (lab, id) => drawn(await lab.run(id), run => showRun(lab, run))],
])

async function drawn<T>(found: T | null, draw: (found: T) => View | Promise<View>): Promise<View | null> {
  return found === null ? null : await draw(found)
}

/** The card of `run/T12`, `queue`, `boards`, `alerts`, `status`, `home` (whose looks at it), `lease/L3`, `board/…`, `power/…`; null when there is none (any more). */
export async function drawTopic(topic: string, lab: Lab, viewer: Person | null = null): Promise<View | null> {
  const [kind = '', ...id] = topic.split('/')
  const draw = id.length === 0 ? WHOLE.get(kind) : SINGLE.get(kind)
  return draw === undefined ? null : await draw(lab, id.join('/'), viewer)
}

/** Of a topic, open or over. */
export function alertOf(lab: Lab, id: string): Alert | null {
  return Object.values(lab.state().alerts).find(alert => alert.id === id) ?? null
}

export function frameOf(lab: Lab): TimeFrame {
  return { now: lab.now(), timeZone: lab.inventory().settings.timeZone }
}

const LINES_LIVE = 4

/** `failedCases`: to be shown one by one. */
export async function showRun(lab: Lab, run: Run, failedCases: readonly FailedCase[] = []): Promise<View> {
  const facts: RunFacts = {
    run,
    waiting: lab.waiting(run.id),
    waitingInAll: lab.queue().waiting.length,
    progress: lab.progress(run.id),
    tail: run.state === 'running' ? liveTail(lab, run.id) : null,
    logUrl: lab.logLink(run),
    fileUrl: name => lab.link(run.id, name),
    pageUrl: lab.link(run.id),
    consoleUrl: lab.consoleLink(run),
    released: !lab.boards().some(board => holds(board, run.id)),
    elsewhere: isOver(run.state) ? elsewhere(lab, run) : null,
    attempts: lab.inventory().settings.attempts,
    steps: lab.board(run.attempts.at(-1)?.board ?? '')?.state.steps ?? [],
    failedCases,
  }
  return runCard(facts, frameOf(lab))
}

/** Tests that a page of its own shows at most, those of other platforms among them. */
const RUNS_AT_HOME = 30

export async function showHome(lab: Lab, viewer: Person): Promise<View> {
  const { waiting, running, averageWaitMs } = lab.queue()
  const boards = lab.boards()
  const runs = await lab.runs({ submitter: viewer.id, limit: RUNS_AT_HOME })
  return homeCard(
    {
      viewer,
      leases: lab.leases(),
      runs: runs.filter(
        ({ submitter }) => submitter.id === viewer.id && submitter.platform === viewer.platform,
      ),
      progress: lab.progress,
      waiting: lab.waiting,
      families: lab.families(),
      queue: { waiting: waiting.length, running: running.length, averageWaitMs },
      usable: boards.filter(board => board.usable).length,
      boards: boards.length,
      alerts: lab.alerts(),
      hasConsoles: lab.consoles.address() !== null,
    },
    frameOf(lab),
  )
}

function liveTail(lab: Lab, run: string): RunFacts['tail'] {
  const tail = lab.tail(run)
  return tail && { lines: tail.lines.slice(-LINES_LIVE).map(line => line.text), total: tail.total }
}

function holds(board: BoardSummary, run: string): boolean {
  return board.lease?.holder.kind === 'run' && board.lease.holder.run === run
}

function elsewhere(lab: Lab, run: Run): string | null {
  const last = run.attempts.at(-1)?.board ?? run.board
  if (last === null) return null
  const other = lab
    .boards()
    .find(board => board.config.family === run.family && board.usable && board.config.id !== last)
  return other?.config.id ?? null
}

export function showLease(lab: Lab, lease: Lease, viewer: Person | null): View {
  const board = lease.board === null ? null : lab.board(lease.board)
  const waiting = lab.waiting(lease.id)
  return leaseCard(
    {
      lease,
      waiting,
      waitingInAll: lab.queue().waiting.length,
      board,
      gateway: lab.consoles.address(),
      viewer,
    },
    frameOf(lab),
  )
}

export function showTransfer(lab: Lab, transfer: Transfer): View {
  const lease = transfer.id.split('.')[0] ?? ''
  const progress = lab.transferProgress(transfer.id)
  return transferCard({ transfer, progress, pageUrl: lab.link(lease) }, frameOf(lab))
}

export async function showBoard(lab: Lab, board: BoardSummary): Promise<View> {
  return boardCard(board, await lab.powerEvents(board.config.id), frameOf(lab))
}

import { posix } from 'node:path'
import { type Millis, within } from '../../clock.ts'
import type { BoardConfig } from '../../config/types.ts'
import { InputError, type LabError } from '../../errors.ts'
import type { WorkEvent } from '../../work/types.ts'
import { type Core, requireBoard } from '../core.ts'
import { takenFile } from '../files/incoming.ts'
import { nameFor } from '../files/names.ts'
import { createTaking, type Taking } from '../files/taking.ts'
import type { IncomingFile } from '../lab.ts'
import { collectingOf } from '../runs/job-of.ts'
import type { Lease, Person, Transfer, TransferProgress } from '../types.ts'
import { checkTakesWork } from './asking.ts'
import { FOLDER, pathFor } from './landing.ts'
import { busyError, cancelledBy, cutShort, doing, endOf, type Outcome } from './transfer-end.ts'

/** Files between people and the boards that they hold, under the lease's own token. */
export type Transfers = {
  send(lease: Lease, file: IncomingFile, to: string | null, by: Person): Promise<Transfer>
  fetch(lease: Lease, patterns: readonly string[], by: Person): Promise<Transfer>
  /** Ends what is under way for this lease; null when nothing is. */
  cancel(lease: Lease, by: Person): Transfer | null
  /** Live or past; null when there is none. */
  find(id: string): Promise<Transfer | null>
  progress(id: string): TransferProgress | null
  /** What is on its way to or from a board, in words; null when nothing is. Nobody types meanwhile. */
  busy(board: string): string | null
  /** Nothing is sent for this lease any more when it resolves. */
  giveUp(leaseId: string, why: LabError): Promise<void>
  /** The bot is being stopped. */
  stop(): Promise<void>
  /** After a restart: what was under way is over. */
  reconcile(): Promise<void>
}

type Active = { transfer: Transfer; stop: AbortController; done: Promise<void>; progress: TransferProgress }

const TELL_MS: Millis = 500
const GIVE_UP_MS: Millis = 10_000

export function createTransfers(core: Core): Transfers {
  /** By lease: one at a time, for a board has one console to work at. */
  const active = new Map<string, Active>()

  const held = (lease: Lease): { lease: Lease; board: BoardConfig; token: number } => {
    const { board, token, state, id } = lease
    if (state !== 'active' || board === null || token === null)
      throw new InputError(`${id} has no board yet.`, {
        hint: 'You are told when it is yours; then ask again.',
      })
    const other = active.get(id)
    if (other !== undefined) throw busyError(other.transfer)
    checkTakesWork(core, 'leases')
    return { lease, board: requireBoard(core, board), token }
  }
  const begin = async (
    lease: Lease,
    by: Person,
    what: Transfer['what'],
    perform: (here: Active) => Promise<Outcome>,
  ): Promise<Transfer> => {
    const { board } = held(lease)
    const at = core.clock.now()
    const number = Number(lease.transfers?.at(-1)?.id.split('.')[1] ?? 0) + 1
    const nothing = { copied: null, collected: null, files: [], failure: null, message: null, hint: null }
    const transfer: Transfer = {
      ...{ id: `${lease.id}.${number}`, rev: 0, board: board.id, by, startedAt: at, endedAt: null, what },
      ...nothing,
    }
    const progress = {
      stage: null,
      bytes: 0,
      total: what.kind === 'send' ? what.size : null,
      path: null,
      files: 0,
    }
    const here: Active = { transfer, stop: new AbortController(), done: Promise.resolve(), progress }
    active.set(lease.id, here)
    try {
      await store(lease.id, transfer)
    } catch (error) {
      active.delete(lease.id)
      throw error
    }
    here.done = carryOut(lease.id, here, perform)
    return found(lease.id, transfer.id) ?? transfer
  }
  const store = async (lease: string, transfer: Transfer): Promise<void> => {
    const event = { kind: 'transfer', transfer } as const
    await core.commit({ o: 'lease/step', id: lease, at: core.clock.now(), event })
  }
  const carryOut = async (
    lease: string,
    here: Active,
    perform: (here: Active) => Promise<Outcome>,
  ): Promise<void> => {
    const outcome = await perform(here).catch((error: unknown) => ({ error }))
    const ended = endOf(here.transfer, outcome, core.clock.now())
    // In the turn in which it is seen to have ended the next one may begin.
    active.delete(lease)
    await store(lease, ended).catch((error: unknown) =>
      core.log.error({ transfer: ended.id, error }, 'the end of a transfer could not be stored'),
    )
    core.news.publish([`transfer/${ended.id}`, `lease/${lease}`], core.store.sequence)
  }
  const hear = (here: Active, event: WorkEvent): void => {
    const before = here.progress
    if (event.kind === 'stage') here.progress = { ...before, stage: event.stage }
    else if (event.kind === 'progress') here.progress = { ...before, bytes: event.done, total: event.total }
    else if (event.kind === 'fetching')
      here.progress = { ...before, bytes: event.bytes, path: event.path, files: event.files }
    else return
    tell(here.transfer.id)
  }
  let told: Millis = Number.NEGATIVE_INFINITY
  const tell = (id: string): void => {
    if (core.clock.mono() - told < TELL_MS) return
    told = core.clock.mono()
    core.news.publish([`transfer/${id}`], core.store.sequence)
  }
  const found = (lease: string, id: string): Transfer | null =>
    core.state().leases[lease]?.transfers?.find(each => each.id === id) ?? null

  return {
    async send(lease, file, to, by) {
      const { board, token } = held(lease)
      const path = pathFor(file.name, to)
      const names = new Set((await core.artifacts.list(lease.id)).map(({ name }) => name.toLowerCase()))
      const name = nameFor(file.name, each => names.has(each.toLowerCase()))
      const staged = await takenFile(core.artifacts, name, file)
      // The lease may have ended, or something else begun, while the file came in.
      held(core.state().leases[lease.id] ?? { ...lease, state: 'released' })
      const stored = await core.artifacts.add(lease.id, staged, 'application/octet-stream')
      const what = { kind: 'send', name, file: file.name, size: stored.size, to: path } as const
      return await begin(core.state().leases[lease.id] ?? lease, by, what, async here => {
        const kept = await core.artifacts.hold(lease.id, name)
        if (kept === null)
          throw new InputError(`${file.name} is gone from the store.`, { hint: 'Send it again.' })
        const job = {
          kind: 'send-file',
          board,
          file: { name: file.name, path: kept.path, size: stored.size, sha256: stored.sha256 },
          to: path,
        } as const
        const options = { token, signal: here.stop.signal, onEvent: (event: WorkEvent) => hear(here, event) }
        return { copied: await core.siteOf(board).perform(job, options).finally(kept.release) }
      })
    },
    async fetch(lease, patterns, by) {
      const { board, token } = held(lease)
      const names = new Set((await core.artifacts.list(lease.id)).map(({ name }) => name.toLowerCase()))
      return await begin(lease, by, { kind: 'fetch', patterns }, async here => {
        const taking = createTaking(core.artifacts, lease.id, name => names.has(name.toLowerCase()))
        const whole = patterns.map(pattern => posix.resolve(FOLDER, pattern))
        const wanted = collectingOf(whole, core.current.inventory.settings)
        const job = { kind: 'fetch-files', board, folder: '/', wanted } as const
        const onEvent = (event: WorkEvent): void => hear(here, event)
        const options = { token, signal: here.stop.signal, onEvent, onFile: taking.take }
        return await fetched(core.siteOf(board).perform(job, options), taking)
      })
    },
    cancel(lease, by) {
      const here = active.get(lease.id)
      here?.stop.abort(cancelledBy(by))
      return here?.transfer ?? null
    },
    async find(id) {
      const lease = id.split('.')[0]?.toUpperCase() ?? ''
      const here = found(lease, id.toUpperCase())
      if (here !== null) return here
      return (await core.leases.get(lease))?.transfers?.find(each => each.id === id.toUpperCase()) ?? null
    },
    progress: id => [...active.values()].find(each => each.transfer.id === id)?.progress ?? null,
    busy(board) {
      const here = [...active.values()].find(each => each.transfer.board === board)
      return here === undefined ? null : doing(here.transfer)
    },
    async giveUp(leaseId, why) {
      const here = active.get(leaseId)
      if (here === undefined) return
      here.stop.abort(why)
      // Whatever still moves then is stopped at the gate by the next holder's token.
      await within(core.clock, GIVE_UP_MS, here.done, () => why).catch(() => {})
    },
    async stop() {
      for (const here of active.values()) here.stop.abort(cutShort())
      await Promise.all([...active.values()].map(here => here.done))
    },
    async reconcile() {
      for (const { id, transfers = [], state } of Object.values(core.state().leases))
        for (const transfer of transfers)
          if (transfer.endedAt === null && state === 'active')
            await store(id, endOf(transfer, { error: cutShort() }, core.clock.now()))
    },
  }
}

async function fetched(work: Promise<Parameters<Taking['ended']>[0]>, taking: Taking): Promise<Outcome> {
  try {
    const collected = taking.ended(await work)
    return { collected, files: taking.stored() }
  } finally {
    taking.close()
  }
}

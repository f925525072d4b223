import type { Millis, Timer } from '../../clock.ts'
import { InputError, messageOf, NotAllowedError, NotFoundError, StaleError } from '../../errors.ts'
import type { Checks } from '../boards/checks.ts'
import { taintLeft } from '../boards/taint.ts'
import type { Core } from '../core.ts'
import { owed } from '../mail/owed.ts'
import { isSamePerson, mayAs } from '../roles.ts'
import type { Operation } from '../state.ts'
import type { Lease, Origin, Person } from '../types.ts'
import { askedLease, checkTakesWork, type LeaseRequest, tooLong } from './asking.ts'
import { createHandOver } from './hand-over.ts'
import type { Hold, Holdings } from './holdings.ts'
import { dueMoments, dueWarnings, extension, hasEnded } from './lease-state.ts'

export type PeopleLeases = {
  /** Until `answered` the asker waits for the answer, and needs no telling of what it says. */
  ask(request: LeaseRequest, by: Person, origin: Origin): Promise<Lease>
  answered(id: string): void
  extend(id: string, byMs: Millis, by: Person, rev?: number): Promise<Lease>
  release(id: string, by: Person, rev?: number): Promise<Lease>
  /** The lease, for its holder or an operator to `verb`. Throws NotFoundError, NotAllowedError. */
  own(id: string, by: Person, verb: string): Lease
  /** A board was found for a waiting lease: check that it answers, then hand it over (M3.9). */
  handOver(lease: Lease, hold: Hold): Promise<void>
  /**
   * Ends what has run out, warns of what soon will, and takes boards again whose holds are gone: after a restart, or
   * after this process stood still. Called at each deadline, and by the sweep.
   */
  expire(): Promise<void>
  /** After a restart: as `expire`, and whoever was about to get a board waits again. */
  keep(): Promise<void>
  /** Moves an ended lease to history once nothing about it is owed. */
  archive(id: string): Promise<void>
  /** Hand-overs are given up; nothing begins any more. People's leases stay as they are. */
  stop(): Promise<void>
}

export type PeopleDeps = {
  core: Core
  holdings: Holdings
  checks: Checks
  freed(board: string): void
  /** The board did not answer before it was handed over: it wants looking after. */
  lookAfter(board: string, reason: string): void
  /** Nothing is sent to or fetched from its board any more when it resolves. */
  quiet(leaseId: string, why: string): Promise<void>
  /** A person gave it back, in whatever state. */
  left(board: string): void
}

/** After a step that could not be taken the next try is not at once, or it would be tried without end. */
const RETRY_MS: Millis = 1_000

export function createPeopleLeases(deps: PeopleDeps): PeopleLeases {
  const { core, holdings, checks } = deps
  let timer: Timer | null = null
  let stopped = false
  const awaited = new Set<string>()
  const regaining = new Set<string>()
  const handOver = createHandOver({ ...deps, granted: () => expire(), isAwaited: id => awaited.has(id) })

  const live = (id: string): Lease => {
    const lease = core.state().leases[id.toUpperCase()]
    if (lease !== undefined && !hasEnded(lease)) return lease
    throw new NotFoundError(`There is no lease ${id} any more.`, {
      field: 'lease',
      hint: 'See what is leased: lease list',
    })
  }
  const own = (id: string, by: Person, rev: number | undefined, verb: string): Lease => {
    const lease = live(id)
    const { holder } = lease
    if (holder.kind !== 'person')
      throw new NotAllowedError(`${lease.id} is held by a test.`, {
        hint: `Cancel the test instead: queue cancel ${holder.run}`,
      })
    if (!isSamePerson(holder.person, by) && !mayAs(core.roleOf(by), 'operator')) {
      throw new NotAllowedError(`${lease.id} is @${holder.person.name}'s.`, {
        hint: `Ask @${holder.person.name} to ${verb} it, or an operator.`,
      })
    }
    if (rev !== undefined && rev !== lease.rev)
      throw new StaleError(`${lease.id} has changed since this was shown.`, {
        hint: 'Look at it again: lease list',
      })
    return lease
  }
  /** `tell`: it ends without its holder's doing. */
  const end = async (
    { id }: Lease,
    as: 'released' | 'expired',
    why: string,
    tell: boolean,
  ): Promise<Lease> => {
    // A check before the hand-over still types: it stops before the board is anybody else's.
    await handOver.giveUp(id)
    await deps.quiet(id, why)
    const lease = live(id)
    const at = core.clock.now()
    const telling = tell ? [owed(core, lease, 'lease-ended', lease.origin.channel)] : []
    const hold = lease.board === null ? null : holdings.current(lease.board)
    const isHeld = hold !== null && hold.token === lease.token
    const taint = isHeld && lease.state === 'active' ? taintLeft(core, hold.board) : null
    await core.commit(
      { o: 'lease/step', id: lease.id, at, event: { kind: 'ended', as, why } },
      ...(taint === null ? [] : [taint.operation]),
      ...telling,
    )
    if (isHeld) {
      await holdings.release(hold)
      deps.freed(hold.board)
      if (taint !== null) deps.lookAfter(hold.board, taint.reason)
      else if (lease.state === 'active') deps.left(hold.board)
    }
    const ended = core.state().leases[lease.id] ?? lease
    await archive(lease.id)
    arm()
    return ended
  }
  const archive = async (id: string): Promise<void> => {
    const lease = core.state().leases[id]
    if (lease === undefined || !hasEnded(lease)) return
    if (Object.values(core.state().outbox).some(item => item.topic === `lease/${id}`)) return
    await core.leases.append(lease, lease.until ?? core.clock.now())
    await core.commit({ o: 'lease/left', id })
  }
  const warn = async (lease: Lease): Promise<void> => {
    const due = dueWarnings(lease, core.current.inventory.settings.leaseWarnMs, core.clock.now())
    if (due.length === 0) return
    const at = core.clock.now()
    const steps = due.map(
      (before): Operation => ({ o: 'lease/step', id: lease.id, at, event: { kind: 'warned', before } }),
    )
    await core.commit(...steps, owed(core, lease, `lease-warning-${Math.min(...due)}`, lease.origin.channel))
  }
  const expire = async (): Promise<void> => {
    let retryMs = 0
    for (const id of Object.keys(core.state().leases)) {
      await expireOne(id).catch((error: unknown) => {
        core.log.warn({ lease: id, error: messageOf(error) }, 'a lease moved on while it was looked at')
        retryMs = RETRY_MS
      })
    }
    arm(retryMs)
  }
  /** Read anew: much may have happened while the one before was stored. */
  const expireOne = async (id: string): Promise<void> => {
    const lease = held(id)
    if (lease === null) return
    if (lease.until <= core.clock.now()) return void (await end(lease, 'expired', 'its time was up', true))
    await regain(lease)
    const still = held(id)
    if (still !== null) await warn(still)
  }
  const held = (id: string): (Lease & { until: Millis }) | null => {
    const lease = core.state().leases[id]
    const isPersons = lease?.state === 'active' && lease.holder.kind === 'person'
    return isPersons && lease.until !== null ? { ...lease, until: lease.until } : null
  }
  const regain = async (lease: Lease): Promise<void> => {
    const { id, board } = lease
    if (board === null || regaining.has(id) || holdings.current(board)?.token === lease.token) return
    regaining.add(id)
    try {
      await checks.yield(board)
      // Something of ours that ends soon has it: the sweep comes again.
      if (holdings.current(board) === null) await retake(lease, await holdings.take(board, id))
    } finally {
      regaining.delete(id)
    }
  }
  const retake = async (lease: Lease, hold: Hold | null): Promise<void> => {
    const now = core.state().leases[lease.id]
    const isStill = now?.state === 'active' && now.token === lease.token && !stopped
    if (hold === null) {
      if (isStill)
        await end(lease, 'released', 'somebody else took its board while the bot stood still', true)
      return
    }
    if (!isStill) {
      await holdings.release(hold)
      return deps.freed(hold.board)
    }
    const at = core.clock.now()
    await core.commit(
      { o: 'lease/step', id: lease.id, at, event: { kind: 'kept', token: hold.token } },
      { o: 'board/step', id: hold.board, at, event: { kind: 'token', token: hold.token } },
    )
  }
  /** A monotonic timer to the next end or warning; Bree's sweep only catches what this missed. */
  const arm = (atLeastMs: Millis = 0): void => {
    timer?.cancel()
    timer = null
    if (stopped) return
    const { leaseWarnMs } = core.current.inventory.settings
    const moments = Object.values(core.state().leases).flatMap(lease => dueMoments(lease, leaseWarnMs))
    if (moments.length === 0) return
    // One that passed while the last was being stored is due now.
    const wait = Math.max(atLeastMs, Math.min(...moments) - core.clock.now())
    timer = core.clock.after(wait, () => core.behind('expiring leases', expire()))
  }

  return {
    async ask(request, by, origin) {
      checkTakesWork(core, 'leases')
      const lease = askedLease(core, request, by, origin)
      awaited.add(lease.id)
      try {
        await core.commit({ o: 'lease/asked', lease })
      } catch (error) {
        awaited.delete(lease.id)
        throw error
      }
      return core.state().leases[lease.id] ?? lease
    },
    answered: id => void awaited.delete(id),
    async extend(id, byMs, by, rev) {
      const lease = own(id, by, rev, 'extend')
      const { leaseMaxMs } = core.current.inventory.settings
      const { until, refused } = extension(lease, byMs, core.clock.now(), leaseMaxMs)
      if (refused === 'too long') throw tooLong(leaseMaxMs)
      if (until === undefined)
        throw new InputError(`${lease.id} cannot be extended: ${refused}.`, {
          hint: 'See what is leased: lease list',
        })
      await core.commit({
        o: 'lease/step',
        id: lease.id,
        at: core.clock.now(),
        event: { kind: 'extended', until },
      })
      arm()
      return live(lease.id)
    },
    async release(id, by, rev) {
      const lease = own(id, by, rev, 'release')
      const isOwn = lease.holder.kind === 'person' && isSamePerson(lease.holder.person, by)
      return await end(lease, 'released', `released by @${by.name}`, !isOwn)
    },
    own: (id, by, verb) => own(id, by, undefined, verb),
    handOver: handOver.begin,
    expire,
    async keep() {
      for (const lease of Object.values(core.state().leases)) {
        const at = core.clock.now()
        if (lease.state === 'checking')
          await core.commit({
            o: 'lease/step',
            id: lease.id,
            at,
            event: { kind: 'passed over', avoidUntil: at },
          })
        if (hasEnded(lease)) await archive(lease.id)
      }
      await expire()
    },
    archive,
    async stop() {
      stopped = true
      timer?.cancel()
      await handOver.giveUpAll()
    },
  }
}

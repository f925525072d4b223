import type { Millis, Timer } from '../../clock.ts'
import type { BoardConfig } from '../../config/types.ts'
import { InputError, messageOf, NotAllowedError, NotFoundError, StaleError } from '../../errors.ts'
import { formatId } from '../../ids.ts'
import type { Checks } from '../boards/checks.ts'
import { boardConfig, type Core } from '../core.ts'
import { owed } from '../mail/owed.ts'
import { mayAs, roleOf } from '../roles.ts'
import type { Operation } from '../state.ts'
import type { Lease, Origin, Person } from '../types.ts'
import { createHandOver } from './hand-over.ts'
import type { Hold, Holdings } from './holdings.ts'
import { dueMoments, dueWarnings, extension, hasEnded } from './lease-state.ts'

export type PeopleLeases = {
  ask(request: { target: string; termMs: Millis | null }, by: Person, origin: Origin): Promise<Lease>
  extend(id: string, byMs: Millis, by: Person, rev?: number): Promise<Lease>
  release(id: string, by: Person, rev?: number): Promise<Lease>
  /** A board was found for a waiting lease: check that it answers, then hand it over (M3.9). */
  handOver(lease: Lease, hold: Hold): Promise<void>
  /** Ends what has run out, warns of what soon will. Called at each deadline, and by the sweep. */
  expire(): Promise<void>
  /** After a restart: takes the boards of active leases again, under new tokens. */
  keep(): Promise<void>
  /** Moves an ended lease to history once nothing about it is owed. */
  archive(id: string): Promise<void>
  stop(): void
}

export type PeopleDeps = {
  core: Core
  holdings: Holdings
  checks: Checks
  freed(board: string): void
  /** The board did not answer before it was handed over: it wants looking after. */
  lookAfter(board: string, reason: string): void
  /** A person gave it back, in whatever state. */
  left(board: string): void
}

export function createPeopleLeases(deps: PeopleDeps): PeopleLeases {
  const { core, holdings } = deps
  let timer: Timer | null = null
  const handOver = createHandOver({ ...deps, granted: () => expire() })

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
    if (holder.person.id !== by.id && !mayAs(roleOf(core.current.inventory.people, by), 'operator')) {
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
  const end = async ({ id }: Lease, as: 'released' | 'expired', why: string): Promise<Lease> => {
    // A check before the hand-over still types: it stops before the board is anybody else's.
    await handOver.giveUp(id)
    const lease = live(id)
    const at = core.clock.now()
    const tell: Operation[] = as === 'expired' ? [owed(core, lease, 'lease-ended', lease.origin.channel)] : []
    const hold = lease.board === null ? null : holdings.current(lease.board)
    await core.commit({ o: 'lease/step', id: lease.id, at, event: { kind: 'ended', as, why } }, ...tell)
    if (hold !== null && hold.token === lease.token) {
      await holdings.release(hold)
      deps.freed(hold.board)
      if (lease.state === 'active') deps.left(hold.board)
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
    try {
      for (const id of Object.keys(core.state().leases)) await expireOne(id)
    } finally {
      arm()
    }
  }
  /** Read anew: much may have happened while the one before was stored. */
  const expireOne = async (id: string): Promise<void> => {
    const lease = core.state().leases[id]
    if (lease?.state !== 'active' || lease.until === null || lease.holder.kind !== 'person') return
    if (lease.until > core.clock.now()) return await warn(lease)
    await end(lease, 'expired', 'its time was up').catch((error: unknown) => {
      core.log.warn({ lease: id, error: messageOf(error) }, 'a lease ended by itself meanwhile')
    })
  }
  /** A monotonic timer to the next end or warning; Bree's sweep only catches what this missed. */
  const arm = (): void => {
    timer?.cancel()
    timer = null
    const { leaseWarnMs } = core.current.inventory.settings
    const moments = Object.values(core.state().leases).flatMap(lease => dueMoments(lease, leaseWarnMs))
    if (moments.length === 0) return
    // One that passed while the last was being stored is due now.
    const wait = Math.max(0, Math.min(...moments) - core.clock.now())
    timer = core.clock.after(wait, () => core.behind('expiring leases', expire()))
  }

  return {
    async ask({ target, termMs }, by, origin) {
      const board = boardConfig(core, target)
      const family =
        board === null && core.current.inventory.boards.some(config => config.family === target)
          ? target
          : null
      if (board === null && family === null) throw noTarget(core, target)
      const settings = core.current.inventory.settings
      const term = termMs ?? settings.leaseMs
      if (term > settings.leaseMaxMs) throw tooLong(settings.leaseMaxMs)
      const lease = newLease(
        formatId('L', core.state().counters.L + 1),
        board,
        family,
        term,
        by,
        origin,
        core.clock.now(),
      )
      await core.commit({ o: 'lease/asked', lease })
      return core.state().leases[lease.id] ?? lease
    },
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
      return await end(lease, 'released', `released by @${by.name}`)
    },
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
        if (lease.state !== 'active' || lease.holder.kind !== 'person' || lease.board === null) continue
        if (holdings.current(lease.board) !== null) continue
        const hold = await holdings.take(lease.board, lease.id)
        if (hold === null) {
          await core.commit({
            o: 'lease/step',
            id: lease.id,
            at,
            event: { kind: 'ended', as: 'released', why: 'the board was taken while the bot was away' },
          })
          continue
        }
        await core.commit(
          { o: 'lease/step', id: lease.id, at, event: { kind: 'kept', token: hold.token } },
          { o: 'board/step', id: lease.board, at, event: { kind: 'token', token: hold.token } },
        )
      }
      await expire()
    },
    archive,
    stop: () => timer?.cancel(),
  }
}

function newLease(
  id: string,
  board: BoardConfig | null,
  family: string | null,
  termMs: Millis,
  person: Person,
  origin: Origin,
  at: Millis,
): Lease {
  return {
    id,
    rev: 0,
    family,
    wanted: board?.id ?? null,
    board: board?.id ?? null,
    holder: { kind: 'person', person },
    token: null,
    origin,
    askedAt: at,
    termMs,
    since: null,
    until: null,
    state: 'waiting',
    warned: [],
    avoid: [],
    ended: null,
  }
}

function noTarget(core: Core, target: string): NotFoundError {
  const { boards } = core.current.inventory
  const families = [...new Set(boards.map(board => board.family))].sort()
  return new NotFoundError(`There is no family or board "${target}".`, {
    field: 'target',
    hint: `Families: ${families.join(', ')}. Boards: ${boards.map(board => board.id).join(', ')}`,
  })
}

function tooLong(maxMs: Millis): InputError {
  const hours = Math.round((maxMs / 3_600_000) * 10) / 10
  return new InputError(`A lease may reach at most ${hours} h ahead.`, {
    field: 'time',
    hint: 'Ask for a shorter time; it can be extended later.',
  })
}

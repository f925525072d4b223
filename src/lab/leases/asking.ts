import type { Millis } from '../../clock.ts'
import { InputError, NotFoundError, RefusedError } from '../../errors.ts'
import { formatId } from '../../ids.ts'
import { boardConfig, type Core } from '../core.ts'
import type { Lease, Origin, Person } from '../types.ts'

export type LeaseRequest = {
  target: string
  termMs: Millis | null
  /** A board of this site is preferred, another given if none (I3). */
  near?: string
  /** A board at once, or RefusedError `no-board-free`: whoever asks will not wait. */
  now?: boolean
}

/** The lease that is asked for, not stored yet. Throws NotFoundError, InputError (too long). */
export function askedLease(core: Core, request: LeaseRequest, by: Person, origin: Origin): Lease {
  const { target } = request
  const board = boardConfig(core, target)
  const isFamily = board === null && core.current.inventory.boards.some(config => config.family === target)
  if (board === null && !isFamily) throw noTarget(core, target)
  const { leaseMs, leaseMaxMs } = core.current.inventory.settings
  const termMs = request.termMs ?? leaseMs
  if (termMs > leaseMaxMs) throw tooLong(leaseMaxMs)
  return {
    id: formatId('L', core.state().counters.L + 1),
    rev: 0,
    family: isFamily ? target : null,
    wanted: board?.id ?? null,
    ...(request.near === undefined ? {} : { near: request.near }),
    board: board?.id ?? null,
    holder: { kind: 'person', person: by },
    token: null,
    origin,
    askedAt: core.clock.now(),
    termMs,
    since: null,
    until: null,
    state: 'waiting',
    warned: [],
    avoid: [],
    ended: null,
  }
}

/** Nothing new is taken while the bot is being stopped or its disk is full; what was taken goes on. */
export function checkTakesWork(core: Core, what: 'tests' | 'leases' | 'power switches'): void {
  if (core.current.stopping)
    throw new RefusedError('stopping', `The bot is being stopped and takes no new ${what}.`, {
      hint: 'Try again when it is back; what is queued stays queued.',
    })
  if (core.store.health().full)
    throw new RefusedError('storage-full', `The disk of the bot is full: no new ${what} are taken.`, {
      hint: 'What runs goes on. An admin has been told; try again when there is room.',
    })
}

export function tooLong(maxMs: Millis): InputError {
  const hours = Math.round((maxMs / 3_600_000) * 10) / 10
  return new InputError(`A lease may reach at most ${hours} h ahead.`, {
    field: 'time',
    hint: 'Ask for a shorter time; it can be extended later.',
  })
}

function noTarget(core: Core, target: string): NotFoundError {
  const { boards } = core.current.inventory
  const families = [...new Set(boards.map(board => board.family))].sort()
  return new NotFoundError(`There is no family or board "${target}".`, {
    field: 'target',
    hint: `Families: ${families.join(', ')}. Boards: ${boards.map(board => board.id).join(', ')}`,
  })
}

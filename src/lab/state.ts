import type { Millis } from '../clock.ts'
import { assertNever } from '../errors.ts'
import { parseId } from '../ids.ts'
import type { InboxEntry, OutboxItem } from '../mail/types.ts'
import type { Sequence, StateModel } from '../storage/types.ts'
import { type BoardEvent, newBoard, stepBoard } from './boards/board-state.ts'
import { type LeaseEvent, stepLease } from './leases/lease-state.ts'
import { type RunEvent, stepRun } from './runs/run-state.ts'
import { shiftTimes } from './shift.ts'
import type { Alert, LabState, Lease, LiveCard, Person, PowerEvent, Run } from './types.ts'
import { upgradeStored } from './upgrade.ts'

/** Every change of the live state. Services check before they commit: a step that is refused here is a fault of ours. */
export type Operation =
  | { o: 'run/submitted'; run: Run }
  | { o: 'run/step'; id: string; at: Millis; event: RunEvent }
  | { o: 'run/left'; id: string }
  /** Numbers up to this one are taken, whoever took them. */
  | { o: 'run/numbers-taken'; to: number }
  | { o: 'lease/asked'; lease: Lease }
  | { o: 'lease/step'; id: string; at: Millis; event: LeaseEvent }
  | { o: 'lease/left'; id: string }
  | { o: 'board/known'; id: string; at: Millis }
  | { o: 'board/step'; id: string; at: Millis; event: BoardEvent }
  | { o: 'outbox/owed'; item: OutboxItem }
  | { o: 'outbox/tried'; key: string; attempts: number; nextAt: Millis }
  | { o: 'outbox/settled'; key: string; outcome: 'delivered' | 'nobody' | 'given-up' }
  | { o: 'inbox/heard'; entry: InboxEntry }
  | { o: 'inbox/begun'; key: string }
  | { o: 'inbox/done'; key: string; kept?: unknown }
  | { o: 'inbox/forgotten'; keys: readonly string[] }
  | { o: 'card/posted'; card: LiveCard }
  | { o: 'card/gone'; topic: string; place: string }
  | { o: 'alert/raised'; alert: Alert }
  | { o: 'alert/acknowledged'; id: string; by: Person; at: Millis }
  | { o: 'alert/resolved'; id: string; at: Millis }
  | { o: 'power/began'; event: PowerEvent }
  | { o: 'power/ended'; event: PowerEvent }
  | { o: 'power/left'; id: string }
  | { o: 'claim/stranded'; id: string; at: Millis }
  | { o: 'claim/fits'; id: string }
  /** The machine's clock stepped: what was stored keeps its distance from now. */
  | { o: 'clock/stepped'; by: Millis }

export const labModel: StateModel<LabState, Operation> = {
  version: 3,
  initial: () => ({
    counters: { T: 0, L: 0, A: 0 },
    boards: {},
    runs: {},
    leases: {},
    cards: {},
    inbox: {},
    outbox: {},
    alerts: {},
    power: {},
    stranded: {},
    givenUp: 0,
  }),
  apply: applyOperation,
  upgrade: upgradeStored,
}

function applyOperation(state: LabState, op: Operation, sequence: Sequence): void {
  switch (op.o) {
    case 'run/submitted':
      state.runs[op.run.id] = { ...op.run, rev: sequence }
      state.counters.T = Math.max(state.counters.T, parseId('T', op.run.id) ?? 0)
      return
    case 'run/step': {
      const run = known(state.runs, op.id)
      state.runs[op.id] = accepted(stepRun(run, op.event, op.at, sequence), op.id).run
      return
    }
    case 'run/left':
      delete state.runs[op.id]
      return
    case 'run/numbers-taken':
      state.counters.T = Math.max(state.counters.T, op.to)
      return
    case 'lease/asked':
      state.leases[op.lease.id] = { ...op.lease, rev: sequence }
      state.counters.L = Math.max(state.counters.L, parseId('L', op.lease.id) ?? 0)
      return
    case 'lease/step': {
      const lease = known(state.leases, op.id)
      state.leases[op.id] = accepted(stepLease(lease, op.event, op.at, sequence), op.id).lease
      return
    }
    case 'lease/left':
      delete state.leases[op.id]
      return
    case 'board/known':
      state.boards[op.id] ??= newBoard(op.id, op.at, sequence)
      return
    case 'board/step':
      state.boards[op.id] = stepBoard(known(state.boards, op.id), op.event, op.at, sequence)
      return
    case 'power/began':
    case 'power/ended':
      state.power[op.event.id] = { ...op.event, rev: sequence }
      return
    case 'power/left':
      delete state.power[op.id]
      return
    case 'claim/stranded':
      state.stranded[op.id] = op.at
      return
    case 'claim/fits':
      delete state.stranded[op.id]
      return
    case 'clock/stepped':
      shiftTimes(state, op.by)
      return
    default:
      applyMail(state, op)
  }
}

type MailOperation = Extract<
  Operation,
  { o: `outbox/${string}` | `inbox/${string}` | `card/${string}` | `alert/${string}` }
>

function applyMail(state: LabState, op: MailOperation): void {
  switch (op.o) {
    case 'outbox/owed':
      state.outbox[op.item.key] = op.item
      return
    case 'outbox/tried': {
      const item = known(state.outbox, op.key)
      state.outbox[op.key] = { ...item, attempts: op.attempts, nextAt: op.nextAt }
      return
    }
    case 'outbox/settled':
      forgetIfOver(state, state.outbox[op.key])
      delete state.outbox[op.key]
      if (op.outcome === 'given-up') state.givenUp++
      return
    case 'inbox/heard':
      state.inbox[op.entry.key] = op.entry
      return
    case 'inbox/begun':
      state.inbox[op.key] = { ...known(state.inbox, op.key), stage: 'begun' }
      return
    case 'inbox/done':
      state.inbox[op.key] = { ...known(state.inbox, op.key), heard: op.kept ?? null, stage: 'done' }
      return
    case 'inbox/forgotten':
      for (const key of op.keys) delete state.inbox[key]
      return
    case 'card/posted':
      state.cards[cardKey(op.card)] = op.card
      return
    case 'card/gone':
      delete state.cards[cardKey(op)]
      return
    case 'alert/raised':
      state.alerts[op.alert.id] = op.alert
      state.counters.A = Math.max(state.counters.A, parseId('A', op.alert.id) ?? 0)
      return
    case 'alert/acknowledged':
      state.alerts[op.id] = { ...known(state.alerts, op.id), acknowledged: { by: op.by, at: op.at } }
      return
    case 'alert/resolved': {
      const alert = state.alerts[op.id]
      if (alert === undefined) return
      // Nobody heard of it yet: it is told once, as one that was raised and is over.
      if (state.outbox[`alert/${op.id}`] === undefined) delete state.alerts[op.id]
      else state.alerts[op.id] = { ...alert, resolvedAt: op.at }
      return
    }
    default:
      assertNever(op)
  }
}

/** An alert that was over before it was told has been told now. */
function forgetIfOver(state: LabState, item: OutboxItem | undefined): void {
  for (const { id, resolvedAt } of Object.values(state.alerts))
    if (resolvedAt !== null && item?.topic === `alert/${id}`) delete state.alerts[id]
}

/** What a change is news about (design 4: events are hints). */
export function topicsOf(op: Operation, state: Readonly<LabState>): readonly string[] {
  switch (op.o) {
    case 'run/submitted':
      return [`run/${op.run.id}`, 'queue', 'status']
    case 'run/step':
    case 'run/left':
      return [`run/${op.id}`, 'queue', 'boards', 'status']
    case 'lease/asked':
      return [`lease/${op.lease.id}`, 'queue', 'boards', 'status']
    case 'lease/step':
    case 'lease/left': {
      const board = state.leases[op.id]?.board
      if (op.o === 'lease/step' && op.event.kind === 'transfer')
        return [`lease/${op.id}`, `transfer/${op.event.transfer.id}`]
      return [`lease/${op.id}`, 'queue', 'boards', 'status', ...(board ? [`board/${board}`] : [])]
    }
    case 'board/known':
    case 'board/step':
      return [`board/${op.id}`, 'boards', 'status']
    case 'power/began':
    case 'power/ended':
      return [`power/${op.event.id}`, `board/${op.event.board}`, 'boards']
    case 'outbox/settled':
      return ['outbox', 'status']
    case 'outbox/owed':
      return ['outbox']
    case 'alert/raised':
      return [`alert/${op.alert.id}`, 'alerts', 'status']
    case 'alert/acknowledged':
    case 'alert/resolved':
      return [`alert/${op.id}`, 'alerts', 'status']
    case 'clock/stepped':
      return ['queue', 'boards', 'alerts', 'status', ...Object.keys(state.leases).map(id => `lease/${id}`)]
    case 'run/numbers-taken':
    case 'outbox/tried':
    case 'inbox/heard':
    case 'inbox/begun':
    case 'inbox/done':
    case 'inbox/forgotten':
    case 'card/posted':
    case 'card/gone':
    case 'power/left':
    case 'claim/stranded':
    case 'claim/fits':
      return []
    default:
      return assertNever(op)
  }
}

function cardKey(card: { topic: string; place: string }): string {
  return `${card.topic}@${card.place}`
}

function known<T>(entries: Record<string, T>, id: string): T {
  const entry = entries[id]
  if (entry === undefined) throw new Error(`no ${id} in the live state`)
  return entry
}

function accepted<S extends { refused?: undefined | string }>(
  step: S,
  id: string,
): Extract<S, { refused?: undefined }> {
  if (step.refused !== undefined) throw new Error(`${id}: ${step.refused}`)
  return step as Extract<S, { refused?: undefined }>
}

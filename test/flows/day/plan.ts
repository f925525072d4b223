import { createRandom, type Random } from '../../../src/simulator/random.ts'
import type { Sickness } from './board.ts'
import type { DeedName } from './deeds.ts'

/** A day as it was drawn: who is there, what befalls whom, and what people do. All of it follows from the seed. */
export type DayPlan = {
  seed: number
  boards: readonly PlannedBoard[]
  /** By time from the day's beginning. */
  acts: readonly Act[]
}
export type PlannedBoard = { id: string; family: string; sysrq: boolean; sickness: Sickness | null }
export type Act = { atMs: number } & (
  | { kind: 'submit'; family: string; deed: DeedName; seconds: number; timeoutMs: number; isFile: boolean }
  | { kind: 'lease'; family: string; termMs: number }
  | { kind: 'befall'; board: string; sickness: Sickness }
  | { kind: 'attack'; board: string }
  | { kind: 'restart' }
)

const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  socA: ['a1', 'a2', 'a3', 'a4'],
  socB: ['b1', 'b2', 'b3', 'b4'],
  socC: ['c1', 'c2', 'c3'],
}
const SICKNESSES: readonly Sickness[] = [
  ...(['console dies', 'never prompts', 'dies in mid-copy', 'resets by itself'] as const),
  ...(['hangs until cycled', 'hangs for good', 'PDU lies'] as const),
]
/** How often each comes, of 100. */
const DEEDS: readonly (readonly [DeedName, number])[] = [
  ['good', 55],
  ['bad', 10],
  ['killed', 5],
  ['endless', 8],
  ['panic', 5],
  ['panic-restart', 4],
  ['oops', 6],
  ['oom', 7],
]
const RUNS = 240
const LEASES = 20
/** More than the ladder's cap, and more than the failures that a board may have in a day. */
const ATTACKS = 7

export function drawDay(seed: number): DayPlan {
  const random = createRandom(seed)
  const boards = drawBoards(random)
  const acts = [
    ...times(RUNS, () => drawRun(random)),
    ...times(LEASES, () => drawLease(random)),
    ...boards.flatMap(board => drawSickness(board, random)),
    { atMs: between(random, 8 * HOUR, 16 * HOUR), kind: 'restart' as const },
  ]
  return { seed, boards, acts: acts.toSorted((a, b) => a.atMs - b.atMs) }
}

/** Each family keeps a healthy board, or its tests could never come to anything. */
function drawBoards(random: Random): PlannedBoard[] {
  const sick = SICKNESSES.map(sickness => ({ sickness, at: random() })).toSorted((a, b) => a.at - b.at)
  return Object.entries(FAMILIES).flatMap(([family, ids]) => {
    const well = Math.floor(random() * ids.length)
    return ids.map((id, at) => ({
      ...{ id, family, sysrq: random() < 0.5 },
      sickness: at === well || at === (well + 1) % 2 ? null : (sick.pop()?.sickness ?? null),
    }))
  })
}

function drawRun(random: Random): Act {
  const deed = pick(random, DEEDS)
  const seconds = Math.round(between(random, 1, 300))
  return {
    ...{ kind: 'submit', atMs: between(random, 0, DAY), family: familyOf(random), deed, seconds },
    timeoutMs: deed === 'endless' ? 2 * MINUTE : 20 * MINUTE,
    isFile: random() < 0.4,
  }
}

function drawLease(random: Random): Act {
  const termMs = Math.round(between(random, 10, 60)) * MINUTE
  return { kind: 'lease', atMs: between(random, 0, DAY), family: familyOf(random), termMs }
}

function drawSickness({ id, sickness }: PlannedBoard, random: Random): Act[] {
  if (sickness === null) return []
  const from = between(random, HOUR, 6 * HOUR)
  const isRecurring = sickness === 'hangs until cycled' || sickness === 'resets by itself'
  const attacks = times(isRecurring ? ATTACKS : 0, at => ({
    ...{ kind: 'attack' as const, board: id, atMs: from + at * between(random, 60, 100) * MINUTE },
  }))
  return [{ kind: 'befall', board: id, sickness, atMs: from }, ...attacks]
}

function familyOf(random: Random): string {
  const names = Object.keys(FAMILIES)
  return names[Math.floor(random() * names.length)] ?? 'socA'
}

function pick<T>(random: Random, from: readonly (readonly [T, number])[]): T {
  let left = random() * from.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [value, weight] of from) {
    left -= weight
    if (left < 0) return value
  }
  throw new Error('nothing to pick from')
}

function between(random: Random, from: number, to: number): number {
  return Math.round(from + random() * (to - from))
}

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at))
}

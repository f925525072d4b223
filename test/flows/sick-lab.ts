import { expect } from 'vitest'
import type { Failure } from '../../src/errors.ts'
import type { BoardSummary, Run } from '../../src/lab/types.ts'
import type { BoardFaults, BoardOptions, SimulatedBoard } from '../../src/simulator/index.ts'
import { until } from '../until.ts'
import { letGo, occupy } from './gate.ts'
import { type BoardPlan, FOUR_BOARDS } from './inventory.ts'
import { startWorld, type World } from './world.ts'

export const SICK = 'soc-a-001'
export const WELL = 'soc-a-002'
const BYSTANDER = 'soc-b-001'

export type SickLab = { world: World; board: SimulatedBoard }
export type SickLabOptions = {
  like?: Partial<BoardOptions>
  faults?: Partial<BoardFaults>
  settings?: Record<string, unknown>
  console?: Record<string, unknown>
  /** Beside what is written for it anyway. */
  written?: Record<string, unknown>
}

/**
 * A lab with one board that will be sick, another of its family, and one that has nothing to do with it: on that one
 * a test of Kai's runs all the while, and at the end it and every other board must have noticed nothing.
 */
export async function withSickBoard(
  options: SickLabOptions,
  story: (lab: SickLab) => Promise<void>,
): Promise<void> {
  const world = await startWorld({ boards: boardsOf(options), settings: options.settings ?? {} })
  try {
    await world.program('hello', '#!/bin/sh\necho "hello from $(uname -n)"\n')
    const bystander = await occupy(world, world.board(BYSTANDER), 'kai')
    await story({ world, board: world.board(SICK) })
    letGo(world.board(BYSTANDER))
    const run = await world.finished(bystander)
    expect([run.state, run.attempts.length, run.result?.tail]).toEqual(['passed', 1, ['waiting', 'gone on']])
    for (const id of [WELL, BYSTANDER]) expectUndisturbed(world, id)
    expect(world.errors).toEqual([])
  } finally {
    await world.close()
  }
}

function boardsOf({ like, faults, console, written }: SickLabOptions): readonly BoardPlan[] {
  const short = { login_timeout: '2s' }
  return FOUR_BOARDS.slice(0, 3).map(plan => {
    if (plan.id !== SICK) return { ...plan, console: { ...plan.console, ...short } }
    return {
      ...plan,
      like: { ...plan.like, ...like, ...(faults === undefined ? {} : { faults }) },
      console: { ...plan.console, ...short, ...console },
      written: { boot_timeout: '4s', ...written },
    }
  })
}

function expectUndisturbed(world: World, id: string): void {
  const lived = world.board(id).record.filter(({ kind }) => !['typed', 'prompt', 'connect'].includes(kind))
  expect(lived).toMatchObject([
    { kind: 'power', on: true },
    { kind: 'boot', count: 1 },
  ])
  expect(world.lab.board(id)?.state.failures).toEqual([])
}

/** Attempts of a run: where, and how each came out. */
export function attemptsOf(run: Run): readonly (readonly [string, Failure | null])[] {
  return run.attempts.map(({ board, failure }) => [board, failure] as const)
}

/** Waits until the lab has finished looking after the sick board, and it is as wanted. */
export async function becomes(
  world: World,
  wanted: Partial<Pick<BoardSummary, 'status' | 'health'>>,
): Promise<BoardSummary> {
  return await until(
    () => {
      const board = world.lab.board(SICK)
      const isSo = board?.status === wanted.status && (wanted.health ?? board?.health) === board?.health
      return isSo ? board : null
    },
    `${SICK} is ${JSON.stringify(wanted)}`,
    40_000,
  )
}

/** What befell the sick board after it was first switched on. */
export function livedThrough(board: SimulatedBoard): readonly string[] {
  return board.record
    .slice(1)
    .flatMap(event =>
      event.kind === 'power'
        ? [event.on ? 'on' : 'off']
        : ['reset', 'panic', 'killed'].includes(event.kind)
          ? [event.kind]
          : [],
    )
}

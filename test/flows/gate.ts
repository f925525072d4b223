import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SimulatedBoard } from '../../src/simulator/index.ts'
import { until } from '../until.ts'
import type { World } from './world.ts'

/** A test that runs on its board until it is let go. */
export const WAITS = `--shell 'echo waiting; while [ ! -e /tmp/go ]; do sleep 0.05; done; rm /tmp/go; echo gone on'`

export function letGo(board: SimulatedBoard): void {
  writeFileSync(join(board.dir, 'fs/tmp/go'), '')
}

/** Submits one, and waits until it runs. Returns its id. */
export async function occupy(world: World, board: SimulatedBoard, as = 'mei'): Promise<string> {
  const family = world.lab.board(board.id)?.config.family
  const id = await world.start(`run-test ${family} --board ${board.id} ${WAITS}`, { as })
  await running(world, id)
  return id
}

export async function running(world: World, id: string): Promise<void> {
  await until(() => world.lab.progress(id)?.lastLine === 'waiting', `${id} runs`, 30_000)
}

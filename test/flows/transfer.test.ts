import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Run } from '../../src/lab/types.ts'
import type { SimulatedBoard } from '../../src/simulator/index.ts'
import { until } from '../until.ts'
import type { BoardPlan } from './inventory.ts'
import { startWorld, type World } from './world.ts'

/** Keeps what the board got where the board's own files are. It ends at its second line; below is noise. */
const KEEPS_ITSELF = Buffer.from('#!/bin/sh\ncp "$0" /root/got; exit\n')
const MEGABYTES_5 = 5 * 1024 * 1024
const SLOW_ENOUGH_TO_MEET = 460_800
const KERNEL_LINE = /^\[ *\d+\.\d{6}\] /gm

let world: World
afterEach(() => world.close())

async function oneBoard(like: BoardPlan['like']): Promise<SimulatedBoard> {
  world = await startWorld({ boards: [{ id: 'soc-a-001', family: 'socA', ...(like && { like }) }] })
  return world.board('soc-a-001')
}

/** A program that nothing compresses, and what its SHA-256 is here. */
async function program(name: string, size: number): Promise<string> {
  const bytes = Buffer.concat([KEEPS_ITSELF, randomBytes(size - KEEPS_ITSELF.length)])
  await world.program(name, bytes)
  return sha256Of(bytes)
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function arrived(board: SimulatedBoard): string {
  return sha256Of(readFileSync(join(board.dir, 'fs/root/got')))
}

async function consoleLog(run: Run): Promise<string> {
  const answer = await fetch(world.lab.link(run.id, 'console.log'))
  return (await answer.text()).replaceAll('\r', '')
}

function copying(id: string): Promise<boolean> {
  return until(() => (world.lab.progress(id)?.copy?.done ?? 0) > 0, `${id} is being copied`, 30_000)
}

/** Working folders of tests on the board; there are none between two tests. */
function leftOn(board: SimulatedBoard): readonly string[] {
  const tmp = join(board.dir, 'fs/tmp')
  return existsSync(tmp) ? readdirSync(tmp).filter(name => name.startsWith('br-')) : []
}

describe('a binary over a console', () => {
  it('of 5 MB that nothing compresses arrives whole, a kernel line in every 2 kB of the line (M6.2)', async () => {
    const board = await oneBoard({ noise: { everyBytes: 2048 } })
    const sha256 = await program('big', MEGABYTES_5)

    const run = await world.finished(await world.start('run-test socA ./big'))

    expect(run.result?.message).toBeNull()
    expect(arrived(board)).toBe(sha256)
    expect(run.result?.copied?.bytes).toBe(MEGABYTES_5)
    expect(run.attempts).toHaveLength(1)
    const lines = (await consoleLog(run)).match(KERNEL_LINE)?.length ?? 0
    expect(lines).toBeGreaterThan(MEGABYTES_5 / 2048)
    expect(leftOn(board)).toEqual([])
  })

  it('of 64 kB arrives whole at 115200 baud with 20 kernel lines a second', async () => {
    const board = await oneBoard({ baud: 115_200, noise: { linesPerSecond: 20 } })
    const sha256 = await program('medium', 65_536)

    const run = await world.finished(await world.start('run-test socA ./medium'))

    expect(run.result?.message).toBeNull()
    expect(run.attempts).toHaveLength(1)
    expect(arrived(board)).toBe(sha256)
    expect((await consoleLog(run)).match(KERNEL_LINE)?.length ?? 0).toBeGreaterThan(20)
    expect(leftOn(board)).toEqual([])
  })

  it('arrives whole where characters are lost on the way in, and it is said that some was sent again', async () => {
    const board = await oneBoard({ baud: SLOW_ENOUGH_TO_MEET })
    const sha256 = await program('lossy', 40_000)
    const id = await world.start('run-test socA ./lossy')
    await copying(id)
    board.faults.set({ loseIn: 1 / 2000 })
    await until(() => (world.lab.progress(id)?.copy?.done ?? 0) > 30_000, 'most of it is copied', 30_000)
    board.faults.set({ loseIn: 0 })

    const run = await world.finished(id)
    expect(run.result?.message).toBeNull()
    expect(arrived(board)).toBe(sha256)
    expect(run.result?.copied?.repaired).toBeGreaterThan(0)
    expect(run.attempts).toHaveLength(1)
  })

  it('that is cancelled in mid-copy leaves a prompt and no part of the file (M4.6)', async () => {
    const board = await oneBoard({ baud: SLOW_ENOUGH_TO_MEET })
    await program('big', MEGABYTES_5)
    const id = await world.start('run-test socA ./big')
    await copying(id)
    expect(leftOn(board)).toHaveLength(1)

    await world.type(`queue cancel ${id}`)
    const run = await world.finished(id)

    expect(run.state).toBe('cancelled')
    expect(run.result?.failure).toEqual({ class: 'cancelled', cause: 'cancelled', blame: 'none' })
    expect(leftOn(board)).toEqual([])
    const next = await world.finished(await world.start('run-test socA --shell "echo next"'))
    expect(next.result?.tail).toEqual(['next'])
    // It was at its prompt: nobody had to look after it in between.
    expect(board.record.filter(event => event.kind === 'power')).toHaveLength(1)
    expect(world.told.map(({ topic, to }) => [topic, to])).toEqual([
      [`run/${id}`, 'mei'],
      [`run/${next.id}`, 'mei'],
    ])
  })
})

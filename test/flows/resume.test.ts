import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../until.ts'
import { startWorld, type World } from './world.ts'

/** Keeps what the board got where the board's own files are. It ends at its second line; below is noise. */
const KEEPS_ITSELF = Buffer.from('#!/bin/sh\ncp "$0" /root/got; exit\n')
const SIZE = 300_000

let world: World
afterEach(() => world.close())

describe('a copy that was cut off', () => {
  it('goes on from what is there when the next attempt is on the same board, and the card says so', async () => {
    world = await startWorld({ boards: [{ id: 'soc-a-001', family: 'socA', like: { baud: 460_800 } }] })
    const board = world.board('soc-a-001')
    const bytes = Buffer.concat([KEEPS_ITSELF, randomBytes(SIZE - KEEPS_ITSELF.length)])
    await world.program('big', bytes)
    const id = await world.start('run-test socA ./big')
    await until(() => (world.lab.progress(id)?.copy?.done ?? 0) > SIZE / 2, 'half of it is copied', 30_000)
    board.faults.set({ closeAfterBytes: 0 })

    const run = await world.finished(id)
    expect(run.result?.message).toBeNull()
    expect(run.attempts.map(({ failure }) => failure?.cause ?? null)).toEqual(['console lost', null])
    expect(run.result?.copied?.resumed).toBeGreaterThan(SIZE / 4)
    expect(sha256(readFileSync(join(board.dir, 'fs/root/got')))).toBe(sha256(bytes))
    expect(await world.card(`run/${id}`)).toMatch(/copy resumed after \d+ kB/)
    expect(readdirSync(join(board.dir, 'fs/tmp')).filter(name => name.startsWith('br-'))).toEqual([])
  })
})

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

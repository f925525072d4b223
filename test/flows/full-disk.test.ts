import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canMount, fill, withSmallDisk } from '../storage/small-disk.ts'
import { until } from '../until.ts'
import { letGo, occupy } from './gate.ts'
import { FOUR_BOARDS } from './inventory.ts'
import { startWorld, type World, wordsOf } from './world.ts'

/** The bot keeps a ballast of 4 MiB, and wants as much again before it calls the disk roomy. */
const DISK = 24 * 1024 * 1024

const MOUNTS = await canMount()

/** Submits until one is refused; those that were acknowledged, and the refusal. */
async function untilRefused(world: World): Promise<{ accepted: readonly string[]; words: string }> {
  const accepted: string[] = []
  const words = await until(async () => {
    const outcome = await world.type('run-test socA ./hello', { as: 'li' })
    if (outcome.kind === 'fault') return wordsOf(outcome)
    if (outcome.kind === 'done') accepted.push((outcome.started ?? '').slice(4))
    return null
  }, 'new work is refused')
  return { accepted, words }
}

describe.skipIf(!MOUNTS)('a disk that runs full (P27)', () => {
  it('new work is refused in clear words, what runs goes on, nothing acknowledged is lost, and with room it all works again', async () => {
    await withSmallDisk(DISK, async disk => {
      const world = await startWorld({ boards: FOUR_BOARDS.slice(0, 2), dataDir: join(disk, 'data') })
      try {
        await world.program('hello', '#!/bin/sh\necho hello\n')
        const board = world.board('soc-a-001')
        const before = await occupy(world, board)

        const makeRoom = await fill(disk)
        const { accepted, words } = await untilRefused(world)
        // The file itself found no room; from then on it is known.
        expect(words).toBe(
          "there is no room on the lab's disk to store hello\n" +
            'An admin has been told; try again when there is room.',
        )
        expect(wordsOf(await world.type('run-test socA --shell true'))).toBe(
          'The disk of the bot is full: no new tests are taken.\n' +
            'What runs goes on. An admin has been told; try again when there is room.',
        )
        const health = await fetch(`${world.app.address}/api/v1/health`)
        expect([health.status, await health.json()]).toEqual([
          503,
          expect.objectContaining({ status: 'storage-full' }),
        ])

        await until(
          () =>
            world.told.some(
              ({ kind, text }) => kind === 'alert' && text.includes('The disk of the bot is full'),
            ),
          'an admin is told',
          40_000,
        )

        letGo(board)
        for (const id of [before, ...accepted]) expect((await world.finished(id)).state).toBe('passed')

        await makeRoom()
        const after = await until(
          async () => {
            const outcome = await world.type('run-test socA ./hello')
            return outcome.kind === 'done' ? (outcome.started ?? '').slice(4) : null
          },
          'it works again',
          30_000,
        )
        expect((await world.finished(after)).state).toBe('passed')

        await world.stop()
        await world.open()
        for (const id of [before, ...accepted, after]) expect((await world.run(id)).state).toBe('passed')
      } finally {
        await world.close()
      }
    })
  })
})

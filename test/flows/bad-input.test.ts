import { chmodSync, mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/commands/dispatch.ts'
import { until } from '../until.ts'
import { FOUR_BOARDS } from './inventory.ts'
import { startWorld, type World, wordsOf } from './world.ts'

/** A user that this machine has no name for, as in many a container. */
const SOMEBODY = 54_321
const isRoot = process.getuid?.() === 0

let world: World
beforeAll(async () => {
  world = await startWorld({ boards: FOUR_BOARDS.slice(0, 3), settings: { queue_limit: 2 } })
  await world.program('hello', '#!/bin/sh\necho hello\n')
})
afterAll(() => world.close())

/** What somebody sees of a line that could not be done; nothing was started by it. */
async function refused(line: string): Promise<string> {
  const before = world.lab.state().counters.T
  const outcome: Outcome = await world.type(line)
  expect(outcome.kind, wordsOf(outcome)).toBe('fault')
  expect(world.lab.state().counters.T).toBe(before)
  return wordsOf(outcome)
}

describe('what somebody typed', () => {
  it('a family that is not there: the nearest is named, and the line as it was meant', async () => {
    expect(await refused('run-test scoA ./hello')).toBe(
      'There is no family "scoA". Did you mean socA? Families: socA, socB.\nrun-test socA ./hello',
    )
  })

  it('a board that is not there, or of another family', async () => {
    expect(await refused('run-test socA ./hello --board soc-a-003')).toContain(
      'There is no board "soc-a-003".',
    )
    expect(await refused('run-test socA ./hello --board soc-b-001')).toBe(
      'soc-b-001 is of family socB, not socA.\nBoards of socA: soc-a-001, soc-a-002.',
    )
  })

  it('a priority or a duration that is none: all of it at once, and how it is typed', async () => {
    const words = await refused('run-test socA ./hello --priority urgent --timeout 30')
    expect(words).toContain('--priority "urgent" is none of high, normal, low.')
    expect(words).toContain('--timeout "30" is no duration: write 90s, 30m, 2h or 1h30m')
    expect(words).toContain('It is typed: run-test FAMILY [BINARY]')
  })

  it('a quote that is never closed: where it opens', async () => {
    expect(await refused(`run-test socA --shell "echo it's fine`)).toBe(
      `The quote " at character 23 is never closed: …ocA --shell ⟨here⟩"echo it's fine\n` +
        'Close it with ", or put a backslash before a quote that is meant as it stands.',
    )
  })

  it('a word that is no command: the nearest', async () => {
    expect(await refused('runtest socA ./hello')).toContain('run-test socA ./hello')
  })
})

describe('a binary', () => {
  it('that is missing, empty, or a directory', async () => {
    expect(await refused('run-test socA ./hllo')).toBe(
      `There is no file ${join(world.dir, 'hllo')}.\n` +
        'Check the path "./hllo"; it is looked up from the folder the bot was started in.',
    )
    await world.program('empty', '')
    expect(await refused('run-test socA ./empty')).toBe(
      `${join(world.dir, 'empty')} is empty (0 bytes).\nBuild it again; nothing was submitted.`,
    )
    mkdirSync(join(world.dir, 'folder'))
    expect(await refused('run-test socA ./folder')).toBe(
      `${join(world.dir, 'folder')} is a directory.\nName the program in it.`,
    )
  })

  // Root may read everything, so there the bot is somebody else.
  it('that may not be read', async () => {
    const path = await world.program('secret', '#!/bin/sh\n')
    chmodSync(path, 0o000)
    chmodSync(world.dir, 0o755)
    const dataDir = join(world.dir, 'nobody')
    mkdirSync(dataDir)
    chmodSync(dataDir, 0o777)
    const bot = world.startBot(['start'], {
      env: { DATA_DIR: join(dataDir, 'data') },
      ...(isRoot ? { uid: SOMEBODY } : {}),
    })
    bot.type('run-test socA ./secret')
    expect(await bot.saw('chmod')).toContain(
      `${path} cannot be read by this user.\nAllow it (chmod +r ./secret) and try again.`,
    )
    bot.signal('SIGTERM')
    expect((await bot.ended()).code).toBe(3)
  })

  it('that is too large for the board: how large, how much room there is, and what to do; the board is not to blame', async () => {
    await world.program('large', Buffer.alloc(300_000, 7))
    // What `df` of a board with little room says.
    const df =
      '#!/bin/sh\necho "Filesystem 1024-blocks Used Available Capacity Mounted on"\necho "tmpfs 256 56 200 22% /tmp"\n'
    await writeFile(join(world.board('soc-b-001').dir, 'fs/board/df'), df, { mode: 0o755 })

    const run = await world.finished(await world.start('run-test socB ./large'))

    expect(run.result).toMatchObject({
      message: expect.stringMatching(
        /^binary too large for the board: 300000 bytes, and \/tmp\/\S+ on soc-b-001 has 204800 bytes free$/,
      ),
      hint: expect.stringContaining('at least 365536 bytes are needed'),
      failure: { cause: 'disk', blame: 'none' },
    })
    expect(world.lab.board('soc-b-001')).toMatchObject({ usable: true, state: { failures: [] } })
    expect(world.told.at(-1)?.text).toContain('binary too large for the board: 300000 bytes')
    const next = await world.finished(await world.start('run-test socB ./hello'))
    expect(next.state).toBe('passed')
  })
})

describe('a full queue (M4.4)', () => {
  it('refuses the next with limit, what to do, and where there is room; when there is a place it is taken', async () => {
    await Promise.all(
      ['soc-a-001', 'soc-a-002'].map(id => world.type(`boards maintain ${id}`, { as: 'ops' })),
    )
    const waiting = [await world.start('run-test socA ./hello'), await world.start('run-test socA ./hello')]
    const words = await refused('run-test socA ./hello')
    expect(words).toContain('the queue is full (2 waiting, limit 2).')
    expect(words).toContain('or run it on socB, which is free: run-test socB ./hello')
    expect(await refused(`tests rerun T1`)).toContain('the queue is full (2 waiting, limit 2).')

    await world.type(`queue cancel ${waiting[0]}`)
    const third = await world.start('run-test socA ./hello')
    await Promise.all(
      ['soc-a-001', 'soc-a-002'].map(id => world.type(`boards maintain ${id} --off`, { as: 'ops' })),
    )
    for (const id of [waiting[1] ?? '', third]) expect((await world.finished(id)).state).toBe('passed')
  })
})

describe('all of it', () => {
  it('was audited as typed, and none of it was an error of ours', async () => {
    const entries = await world.lab.audit([], 100)
    expect(entries.filter(({ decision }) => decision === 'invalid').length).toBeGreaterThan(8)
    expect(entries.toReversed().map(({ line }) => line)).toEqual(world.typed.map(({ line }) => line))
    expect(world.errors).toEqual([])
    await until(() => Object.keys(world.lab.state().runs).length === 0, 'all has gone to history')
  })
})

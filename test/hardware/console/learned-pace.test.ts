import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLearnedPace } from '../../../src/hardware/console/learned-pace.ts'
import { createPace } from '../../../src/hardware/console/shell/pace.ts'
import { type Log, silentLog } from '../../../src/log.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { until } from '../../until.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

function listening(): { log: Log; warned: string[] } {
  const warned: string[] = []
  return {
    log: { ...silentLog, warn: (_about: unknown, what?: string) => void warned.push(String(what)) } as Log,
    warned,
  }
}

function open(clock = createFakeClock(), log = silentLog) {
  return openLearnedPace({ board: 'a1', dir, clock, log })
}

test('console.md 7 what was learned of a board outlives a restart, and a board that loses nothing leaves no file', async () => {
  const first = await open()
  expect([first.shell.get(), first.loader.piece]).toEqual([0, 256])
  await first.close()
  expect(await readdir(dir)).toEqual([])

  const second = await open()
  const pace = createPace(second.shell)
  for (let n = 0; n < 3; n++) pace.damaged()
  Object.assign(second.loader, { piece: 16 })
  second.loader.changed()
  await second.close()
  const third = await open()
  expect([third.shell.get(), third.loader.piece]).toEqual([0.4, 16])
  await third.close()
})

test('it is written once a minute at most, however often it changes, and a crash loses that minute alone', async () => {
  const clock = createFakeClock()
  const learned = await open(clock)
  for (let n = 1; n <= 1_000; n++) learned.shell.set(n / 1_000)
  expect(clock.timers).toBe(1)
  expect(await readdir(dir)).toEqual([])
  await clock.pass(60_000)
  await until(async () => (await readdir(dir)).join() === 'pace.json', 'it is written')
  expect(JSON.parse(await readFile(join(dir, 'pace.json'), 'utf8'))).toEqual({ shellMs: 1, loaderPiece: 256 })
  learned.shell.set(0.5)
  const after = await open()
  expect(after.shell.get()).toBe(1)
})

test('a file of anything else is ignored and logged, and what is learned then replaces it', async () => {
  const other = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '',
      'null',
      '[]',
      '{"shellMs":1e9,"loaderPiece":256}',
      '{"shellMs":-1,"loaderPiece":256}',
    ),
    fc.integer().map(piece => JSON.stringify({ shellMs: 0.1, loaderPiece: piece === 16 ? 17 : piece * 3 })),
    fc.json(),
  )
  await fc.assert(
    fc.asyncProperty(other, async text => {
      await writeFile(join(dir, 'pace.json'), text)
      const { log, warned } = listening()
      const learned = await open(createFakeClock(), log)
      expect([learned.shell.get(), learned.loader.piece, warned.length]).toEqual([0, 256, 1])
      learned.shell.set(0.2)
      await learned.close()
      expect(JSON.parse(await readFile(join(dir, 'pace.json'), 'utf8'))).toMatchObject({ shellMs: 0.2 })
    }),
    { numRuns: 100 },
  )
})

test('a folder that cannot be written to is logged, and typing goes on', async () => {
  const { log, warned } = listening()
  const learned = await open(createFakeClock(), log)
  learned.shell.set(0.3)
  await rm(dir, { recursive: true })
  await learned.close()
  expect(warned).toEqual(['the typing pace of a board could not be kept'])
  expect(learned.shell.get()).toBe(0.3)
})

import { createHash } from 'node:crypto'
import { appendFile, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openArtifacts } from '../../src/storage/artifacts.ts'
import { type Disk, realDisk } from '../../src/storage/disk.ts'
import { openHistory } from '../../src/storage/history.ts'
import { takeLock } from '../../src/storage/lock.ts'
import { openSpace } from '../../src/storage/space.ts'
import { openStore } from '../../src/storage/store.ts'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'
import { until } from '../until.ts'
import { canMount, fill, makeReadOnly, withSmallDisk } from './small-disk.ts'
import { rejection, testDeps, toyModel, withFolder } from './toy.ts'

/** A disk with `room` bytes left: the write that does not fit is written as far as it goes. */
function scarceDisk(room: { bytes: number; code: 'ENOSPC' | 'EDQUOT' }): Disk {
  return {
    ...realDisk,
    async open(path) {
      const file = await realDisk.open(path)
      return {
        ...file,
        async write(bytes, position) {
          const fits = Math.min(bytes.length, room.bytes)
          room.bytes -= fits
          if (fits > 0) await file.write(bytes.subarray(0, fits), position)
          if (fits < bytes.length)
            throw Object.assign(new Error(`${room.code}: no room, write`), { code: room.code })
        },
      }
    },
  }
}

/** Lets seconds pass until it is so. */
async function passUntil(clock: FakeClock, ask: () => boolean, what: string): Promise<void> {
  await until(async () => {
    await clock.pass(1000)
    return ask()
  }, what)
}

test('P27: room comes and goes: commits wait for it, are answered in order, none lost, none twice', async () => {
  const rooms = fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(rooms, fc.constantFrom('ENOSPC', 'EDQUOT'), async (parts, code) => {
      await withFolder(async dir => {
        const clock = createFakeClock()
        const deps = { ...testDeps(), clock }
        const room = { bytes: 0, code }
        const limits = { operations: 5, ballastBytes: 0 }
        const store = await openStore({ ...deps, dir, model: toyModel, limits, disk: scarceDisk(room) })
        const answered: number[] = []
        const commits: Promise<unknown>[] = []
        for (const part of parts) {
          room.bytes += part
          for (let n = 0; n < 3; n++)
            commits.push(store.commit([{ key: 'x', by: 1 }]).then(sequence => answered.push(sequence)))
          await clock.pass(1000)
        }
        const done = Promise.all(commits).then(() => true)
        let over = false
        done
          .then(() => {
            over = true
          })
          .catch(() => {})
        room.bytes = Number.POSITIVE_INFINITY
        await passUntil(clock, () => over, 'all commits answered')
        expect(answered).toEqual(commits.map((_, n) => n + 1))
        expect(deps.exits).toEqual([])
        await passUntil(clock, () => !store.health().full, 'full no more')
        await store.close()
        const again = await openStore({ ...deps, dir, model: toyModel, limits })
        expect(again.state.sums).toEqual({ x: commits.length })
        await again.close()
      })
    }),
    { numRuns: 100 },
  )
}, 60_000)

test('closing while the disk is full gives up what waits, with the reason, and ends nothing', async () => {
  await withFolder(async dir => {
    const deps = { ...testDeps(), clock: createFakeClock() }
    const room = { bytes: 0, code: 'ENOSPC' as const }
    const store = await openStore({
      ...deps,
      dir,
      model: toyModel,
      limits: { ballastBytes: 0 },
      disk: scarceDisk(room),
    })
    const waiting = rejection(store.commit([{ key: 'x', by: 1 }]))
    await until(() => store.health().full, 'full')
    await store.close()
    expect(await waiting).toMatchObject({ code: 'storage-full' })
    expect(deps.exits).toEqual([])
  })
})

const MOUNTS = await canMount()
const DISK = 4 * 1024 * 1024
const BALLAST = 256 * 1024

describe.skipIf(!MOUNTS)('a small disk of its own (needs root)', () => {
  test('full: the ballast keeps the state going, then commits wait; with room again all are answered and it is back', async () => {
    await withSmallDisk(DISK, async dir => {
      const clock = createFakeClock()
      const deps = { ...testDeps(), clock }
      const space = await openSpace({ dir, ...deps, ballastBytes: BALLAST })
      const options = { ...deps, dir: join(dir, 'journal'), model: toyModel, space }
      const store = await openStore(options)
      const free = await fill(dir)

      await store.commit([{ key: 'x', by: 1 }])
      expect(store.health()).toMatchObject({ full: true, since: clock.now() })
      const answered: number[] = []
      const text = 'y'.repeat(8000)
      const commits: Promise<unknown>[] = []
      const noRoom = (): boolean => (store.health().freeBytes ?? 0) < 12_000
      for (let n = 0; n < 60; n++) {
        commits.push(store.commit([{ key: text, by: 1 }]).then(sequence => answered.push(sequence)))
        await until(
          () => answered.length === commits.length || noRoom(),
          'answered, or the ballast used up too',
        )
      }
      expect(answered.length).toBeGreaterThan(20)
      expect(answered.length).toBeLessThan(commits.length)

      await free()
      await passUntil(clock, () => answered.length === commits.length, 'all answered')
      await passUntil(clock, () => !store.health().full, 'full no more')
      expect((await stat(join(dir, 'ballast'))).size).toBe(BALLAST)
      await store.close()
      const again = await openStore(options)
      expect(again.state.sums).toEqual({ x: 1, [text]: 60 })
      expect(deps.exits).toEqual([])
      await again.close()
      space.close()
    })
  })

  test('a start on a full disk is possible, and says that it is full', async () => {
    await withSmallDisk(DISK, async dir => {
      const deps = testDeps()
      const options = {
        ...deps,
        dir: join(dir, 'journal'),
        model: toyModel,
        limits: { ballastBytes: BALLAST },
      }
      const first = await openStore(options)
      await first.commit([{ key: 'x', by: 1 }])
      await first.close()
      await realDisk.unlink(join(dir, 'journal', 'ballast'))
      await fill(dir)
      const lock = await takeLock({ dir, ...deps })
      const store = await openStore(options)
      expect(store.state.sums).toEqual({ x: 1 })
      expect(store.health().full).toBe(true)
      await store.close()
      await lock.release()
    })
  })

  test('a history record waits for room and is then there once', async () => {
    await withSmallDisk(DISK, async dir => {
      const clock = createFakeClock()
      const open = () =>
        openHistory({
          ...testDeps(),
          clock,
          dir,
          kind: 'runs',
          summarize: (record: { id: string; text: string }) => record.text.length,
        })
      const history = await open()
      const free = await fill(dir)
      const record = { id: 'T1', text: 'z'.repeat(9000) }
      let stored = 0
      const both = [history.append(record, clock.now()), history.append(record, clock.now())]
      for (const one of both) one.then(() => stored++).catch(() => {})
      await clock.pass(3000)
      expect([stored, history.has('T1')]).toEqual([0, false])
      await free()
      await passUntil(clock, () => stored === 2, 'stored')
      await history.close()
      const again = await open()
      expect(again.list()).toHaveLength(1)
      expect(await again.get('T1')).toEqual(record)
      expect(again.damaged()).toBe(0)
      await again.close()
    })
  })

  test('P4: a growing file drops and counts what finds no room, goes on when there is some, and its sum is of what is there', async () => {
    await withSmallDisk(DISK, async dir => {
      const clock = createFakeClock()
      const deps = { ...testDeps(), clock }
      const space = await openSpace({ dir, ...deps, ballastBytes: BALLAST })
      const artifacts = await openArtifacts({ ...deps, dir: join(dir, 'artifacts'), space })
      const log = await artifacts.open('T1', 'console.log', 'text/plain')
      log.append(Buffer.from('before '), clock.now())
      await until(async () => (await artifacts.totalBytes()) === 7, 'written')
      const free = await fill(dir)
      log.append(Buffer.alloc(100_000, 'a'), clock.now())
      await until(() => log.dropped > 0, 'something dropped')
      expect(space.full).toBe(true)
      const lost = log.dropped
      log.append(Buffer.from('lost'), clock.now())
      expect(log.dropped).toBe(lost + 4)
      // The ballast was not spent on a log.
      expect((await stat(join(dir, 'ballast'))).size).toBe(BALLAST)

      const refused = await rejection(artifacts.stage('hello', Readable.from([Buffer.alloc(100)]), 1000))
      expect(refused).toMatchObject({ code: 'storage-full' })
      await free()
      await passUntil(clock, () => !space.full, 'room again')
      log.append(Buffer.from(' after'), clock.now())
      const sealed = await log.seal()
      const bytes = await readFile(join(dir, 'artifacts', 'T1', 'files', 'console.log'))
      expect(sealed.size).toBe(bytes.length)
      expect(sealed.size + log.dropped).toBe(7 + 100_000 + 4 + 6)
      expect(sealed.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
      expect(bytes.toString().startsWith('before a')).toBe(true)
      expect(bytes.toString().endsWith('a after')).toBe(true)
      await artifacts.close()
      space.close()
    })
  })

  test('removing works on a full disk, and a file staged there leaves nothing behind', async () => {
    await withSmallDisk(DISK, async dir => {
      const deps = { ...testDeps(), clock: createFakeClock() }
      const artifacts = await openArtifacts({ ...deps, dir })
      await artifacts.put('T1', 'big', 'text/plain', Buffer.alloc(1_000_000))
      const free = await fill(dir)
      const content = Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(10_000)))
      expect(await rejection(artifacts.stage('hello', content, 1e6))).toMatchObject({ code: 'storage-full' })
      expect(await readdir(join(dir, '.staging'))).toEqual([])
      expect(await artifacts.remove('T1', 'retention')).toBe(1_000_000)
      await appendFile(join(dir, 'room'), Buffer.alloc(500_000))
      expect(artifacts.tombstone('T1')).toMatchObject({ reason: 'retention' })
      await free()
      await artifacts.close()
    })
  })

  test('a read-only file system is named as such', async () => {
    await withSmallDisk(DISK, async dir => {
      const deps = testDeps()
      const first = await openStore({ ...deps, dir, model: toyModel, limits: { ballastBytes: 0 } })
      await first.close()
      makeReadOnly(dir)
      const expected = { code: 'storage-read-only', hint: expect.stringContaining('writable') }
      expect(await rejection(openStore({ ...deps, dir, model: toyModel }))).toMatchObject(expected)
      expect(await rejection(openArtifacts({ ...deps, dir }))).toMatchObject(expected)
      expect(await rejection(takeLock({ ...deps, dir }))).toMatchObject(expected)
      const summarize = (record: { id: string }) => record.id
      expect(await rejection(openHistory({ ...deps, dir, kind: '.', summarize }))).toMatchObject(expected)
    })
  })
})

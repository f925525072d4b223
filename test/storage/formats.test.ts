import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openHistory } from '../../src/storage/history.ts'
import { openStore } from '../../src/storage/store.ts'
import type { StateModel } from '../../src/storage/types.ts'
import { rejection, testDeps, withFolder } from './toy.ts'

/** Version 1 counted minutes, version 2 counts seconds under another name. */
type First = { minutes: number }
type Second = { seconds: number }

const first: StateModel<First, { add: number }> = {
  version: 1,
  initial: () => ({ minutes: 0 }),
  apply: (state, { add }) => {
    state.minutes += add
  },
  upgrade: () => {
    throw new Error('there is nothing older')
  },
}

const second: StateModel<Second, { addSeconds: number }> = {
  version: 2,
  initial: () => ({ seconds: 0 }),
  apply: (state, { addSeconds }) => {
    state.seconds += addSeconds
  },
  upgrade(from, kind, value) {
    if (from !== 1) throw new Error(`no version ${from}`)
    return kind === 'snapshot'
      ? { seconds: (value as First).minutes * 60 }
      : { addSeconds: (value as { add: number }).add * 60 }
  },
}

test('what an older version wrote, before and after its checkpoints, is brought up; both kinds of lines then live together', async () => {
  const parts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(parts, parts, fc.integer({ min: 1, max: 15 }), async (minutes, seconds, operations) => {
      await withFolder(async dir => {
        const options = { ...testDeps(), dir, limits: { operations, ballastBytes: 0 } }
        const old = await openStore({ ...options, model: first })
        for (const add of minutes) await old.commit([{ add }])
        await old.close()
        let expected = minutes.reduce((sum, add) => sum + add * 60, 0)
        const now = await openStore({ ...options, model: second })
        expect(now.state).toEqual({ seconds: expected })
        expect(now.sequence).toBe(minutes.length)
        for (const addSeconds of seconds) await now.commit([{ addSeconds }])
        await now.close()
        expected += seconds.reduce((sum, add) => sum + add, 0)
        const again = await openStore({ ...options, model: second })
        expect(again.state).toEqual({ seconds: expected })
        await again.close()
      })
    }),
  )
})

test('what a newer version wrote is refused by name, in the log or in the snapshot, and nothing is changed', async () => {
  for (const operations of [1000, 2]) {
    await withFolder(async dir => {
      const options = { ...testDeps(), dir, limits: { operations, ballastBytes: 0 } }
      const newer = await openStore({ ...options, model: second })
      for (let n = 0; n < 5; n++) await newer.commit([{ addSeconds: 1 }])
      await newer.close()
      const before = await contents(dir)
      expect(await rejection(openStore({ ...options, model: first }))).toMatchObject({
        code: 'storage-newer',
        message: expect.stringContaining('format 2'),
        hint: expect.stringContaining('newer version'),
      })
      expect(await contents(dir)).toEqual(before)
    })
  }
})

async function contents(dir: string): Promise<Record<string, string>> {
  const names = await readdir(dir)
  const texts = await Promise.all(names.map(name => readFile(join(dir, name), 'utf8')))
  return Object.fromEntries(names.map((name, n) => [name, texts[n] ?? '']))
}

test('a history record of an older version is brought up when it is read, a newer one is refused', async () => {
  await withFolder(async dir => {
    type Old = { id: string; ms: number }
    type New = { id: string; seconds: number }
    const at = Date.UTC(2026, 10, 20)
    const options = { ...testDeps(), dir, kind: 'runs' }
    const old = await openHistory({ ...options, summarize: (record: Old) => record.ms })
    await old.append({ id: 'T1', ms: 3000 }, at)
    await old.close()
    const open = () =>
      openHistory({
        ...options,
        version: 2,
        summarize: (record: New) => record.seconds,
        upgrade: (_from, record) => ({ id: (record as Old).id, seconds: (record as Old).ms / 1000 }),
      })
    const now = await open()
    expect(now.list()[0]?.summary).toBe(3)
    expect(await now.get('T1')).toEqual({ id: 'T1', seconds: 3 })
    await now.append({ id: 'T2', seconds: 4 }, at)
    await now.close()
    const again = await open()
    expect(again.list().map(entry => entry.summary)).toEqual([4, 3])
    await again.close()
    const error = await rejection(openHistory({ ...options, summarize: (record: Old) => record.ms }))
    expect(error).toMatchObject({ code: 'storage-newer' })
  })
})

import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { StorageError } from '../../src/errors.ts'
import { type Disk, realDisk } from '../../src/storage/disk.ts'
import { openStore, type StoreOptions } from '../../src/storage/store.ts'
import type { Store } from '../../src/storage/types.ts'
import { rejection, type Toy, type ToyOperation, testDeps, toyModel, withFolder } from './toy.ts'

type ToyStore = Store<Toy, ToyOperation>

function open(dir: string, options: Partial<StoreOptions<Toy, ToyOperation>> = {}): Promise<ToyStore> {
  return openStore({ ...testDeps(), dir, model: toyModel, limits: { ballastBytes: 0 }, ...options })
}

test('all operations of one commit share a journal number and land as one line', async () => {
  await withFolder(async dir => {
    const store = await open(dir)
    expect(
      await store.commit([
        { key: 'x', by: 1 },
        { key: 'y', by: 2 },
      ]),
    ).toBe(1)
    expect(await store.commit([{ key: 'x', by: 1 }])).toBe(2)
    const text = await readFile(join(dir, 'log-00000001.jsonl'), 'utf8')
    expect(text.trimEnd().split('\n')).toHaveLength(2)
    expect(text).toMatch(/^[0-9a-f]{8} \{"d":0,"v":1,"n":1,"o":\[/)
    await store.close()
  })
})

test('an operation changed by its owner after the commit is stored, and applied, as it was', async () => {
  await withFolder(async dir => {
    const store = await open(dir)
    const operation = { key: 'x', by: 1 }
    const done = store.commit([operation])
    operation.by = 100
    await done
    expect(store.state.sums).toEqual({ x: 1 })
    await store.close()
    const again = await open(dir)
    expect(again.state.sums).toEqual({ x: 1 })
    await again.close()
  })
})

test('a commit of nothing waits for those before it', async () => {
  await withFolder(async dir => {
    const store = await open(dir)
    const first = store.commit([{ key: 'x', by: 1 }])
    const seen: string[] = []
    await Promise.all([
      first.then(() => seen.push('first')),
      store.commit([]).then(() => seen.push('nothing')),
    ])
    expect(seen).toEqual(['first', 'nothing'])
    await store.close()
  })
})

test('a checkpoint comes by itself, keeps the generation before it, and deletes older ones and what a kill left', async () => {
  await withFolder(async dir => {
    await writeFile(join(dir, 'snapshot-00000009.json.tmp'), 'half a snap')
    const store = await open(dir, { limits: { operations: 10, ballastBytes: 0 } })
    for (let n = 0; n < 100; n++) await store.commit([{ key: 'x', by: 1 }])
    await store.close()
    const files = (await readdir(dir)).sort()
    const generations = (kind: string): number[] =>
      files.flatMap(name => (name.startsWith(kind) ? [Number(/\d+/.exec(name)?.[0])] : []))
    const [older = 0, newer = 0, ...more] = generations('snapshot')
    expect([older > 1, newer, more]).toEqual([true, older + 1, []])
    expect(generations('log')).toEqual([older, newer, newer + 1])
    expect(files.filter(name => name.endsWith('.tmp'))).toEqual([])
  })
})

/** 25 commits with checkpoints after the 10th and the 20th; closing waits for them. */
async function writeThreeGenerations(dir: string): Promise<void> {
  for (const commits of [12, 13]) {
    const store = await open(dir, { limits: { operations: 10, ballastBytes: 0 } })
    for (let n = 0; n < commits; n++) await store.commit([{ key: 'x', by: 1 }])
    await store.close()
  }
}

test('a damaged snapshot is stood in for by the one before it and its log', async () => {
  await withFolder(async dir => {
    await writeThreeGenerations(dir)
    const newest =
      (await readdir(dir))
        .filter(name => name.startsWith('snapshot'))
        .sort()
        .at(-1) ?? ''
    await writeFile(join(dir, newest), 'rot')
    const again = await open(dir)
    expect(again.state.sums).toEqual({ x: 25 })
    expect(again.sequence).toBe(25)
    await again.commit([{ key: 'x', by: 1 }])
    await again.close()
    const third = await open(dir)
    expect(third.state.sums).toEqual({ x: 26 })
    await third.close()
  })
})

test('damage in what was answered for refuses to start, changes nothing, and says where and what to do', async () => {
  await withFolder(async dir => {
    const store = await open(dir)
    for (let n = 0; n < 5; n++) await store.commit([{ key: 'x', by: 1 }])
    await store.close()
    const path = join(dir, 'log-00000001.jsonl')
    const bytes = await readFile(path)
    bytes[100] = 0
    await writeFile(path, bytes)
    const error = await rejection(open(dir))
    expect(error).toBeInstanceOf(StorageError)
    expect(error).toMatchObject({ code: 'storage-damaged', message: expect.stringContaining(path) })
    const cut = /truncate -s (\d+) /.exec((error as StorageError).hint)?.[1]
    expect(await readFile(path)).toEqual(bytes)
    // What the hint says does bring it up again.
    await writeFile(path, bytes.subarray(0, Number(cut)))
    const again = await open(dir)
    expect(again.sequence).toBeLessThan(5)
    expect(again.state.sums).toEqual({ x: again.sequence })
    await again.close()
  })
})

test('commits that are missing, in the middle or with a whole log, refuse to start', async () => {
  await withFolder(async dir => {
    await writeThreeGenerations(dir)
    // Without the newest snapshot, the log before it has to be whole.
    await realDisk.unlink(join(dir, 'snapshot-00000003.json'))
    const log = join(dir, 'log-00000002.jsonl')
    const text = await readFile(log, 'utf8')
    await writeFile(log, text.slice(0, text.indexOf('\n') + 1))
    expect(await rejection(open(dir))).toMatchObject({ code: 'storage-damaged' })
    await realDisk.unlink(log)
    expect(await rejection(open(dir))).toMatchObject({ code: 'storage-damaged' })
    await writeFile(log, text)
    const whole = await open(dir)
    expect(whole.state.sums).toEqual({ x: 25 })
    await whole.close()
  })
})

test('an operation that cannot be applied ends the process; it is not stored', async () => {
  await withFolder(async dir => {
    const deps = testDeps()
    const model = {
      ...toyModel,
      apply: (state: Toy, operation: ToyOperation, sequence: number) => {
        if (operation.key === 'bad') throw new Error('no such key')
        toyModel.apply(state, operation, sequence)
      },
    }
    const store = await openStore({ ...deps, dir, model })
    await store.commit([{ key: 'x', by: 1 }])
    const error = await rejection(
      store.commit([
        { key: 'x', by: 1 },
        { key: 'bad', by: 1 },
      ]),
    )
    expect(error).toMatchObject({ code: 'storage-apply', message: expect.stringContaining('no such key') })
    expect(deps.exits).toEqual([error])
    expect(await rejection(store.commit([{ key: 'x', by: 1 }]))).toBe(error)
    await store.close()
    const again = await open(dir)
    expect(again.state.sums).toEqual({ x: 1 })
    await again.close()
  })
})

test('after a failed sync everything is refused, the process is told to end once, and what was answered for is there', async () => {
  await withFolder(async dir => {
    const deps = testDeps()
    let failing = false
    const disk: Disk = {
      ...realDisk,
      async open(path) {
        const file = await realDisk.open(path)
        return {
          ...file,
          sync: async () => {
            if (failing) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' })
            await file.sync()
          },
        }
      },
    }
    const store = await openStore({ ...deps, dir, model: toyModel, disk, limits: { ballastBytes: 0 } })
    await store.commit([{ key: 'x', by: 1 }])
    failing = true
    const lost = [store.commit([{ key: 'x', by: 1 }]), store.commit([{ key: 'x', by: 1 }])]
    for (const promise of lost)
      expect(await rejection(promise)).toMatchObject({ code: 'storage-write-failed' })
    failing = false
    expect(await rejection(store.commit([{ key: 'x', by: 1 }]))).toMatchObject({
      code: 'storage-write-failed',
    })
    expect(await rejection(store.settled())).toMatchObject({ code: 'storage-write-failed' })
    expect(deps.exits).toHaveLength(1)
    await store.close()
    const again = await open(dir)
    expect(again.state.sums['x']).toBeGreaterThanOrEqual(1)
    await again.close()
  })
})

test('a folder where a file is in the way says so', async () => {
  await withFolder(async dir => {
    await writeFile(join(dir, 'data'), '')
    expect(await rejection(open(join(dir, 'data')))).toMatchObject({
      code: 'storage-not-a-folder',
      hint: expect.stringContaining('DATA_DIR'),
    })
  })
})

const OPENER = fileURLToPath(new URL('opener.ts', import.meta.url))

/** Opens a store in a process without root's rights, or with those this one has. */
function openAsNobody(...args: string[]): SpawnSyncReturns<string> {
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  return spawnSync(process.execPath, [OPENER, ...args], { ...nobody, encoding: 'utf8', timeout: 20_000 })
}

// Nobody may not be allowed to read this checkout.
test.skipIf(openAsNobody().status !== 0)(
  'a folder without permission says so, and who needs which',
  async () => {
    await withFolder(async dir => {
      await chmod(dir, 0o755)
      const data = join(dir, 'data')
      await mkdir(data)
      await chmod(data, 0o555)
      const { stdout } = openAsNobody(data)
      expect(stdout).toMatch(/^storage-permission: no permission to write .*data.* DATA_DIR/)
      expect(await readdir(data)).toEqual([])
    })
  },
)

test('after closing, commits are refused and nothing is told to end', async () => {
  await withFolder(async dir => {
    const deps = testDeps()
    const store = await openStore({ ...deps, dir, model: toyModel })
    await store.close()
    expect(await rejection(store.commit([{ key: 'x', by: 1 }]))).toMatchObject({ code: 'storage-closed' })
    expect(deps.exits).toEqual([])
  })
})

import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openArtifacts } from '../../src/storage/artifacts.ts'
import { realDisk } from '../../src/storage/disk.ts'
import { checkFileName } from '../../src/storage/names.ts'
import { readTimes } from '../../src/storage/times.ts'
import type { Artifacts, StoredFile } from '../../src/storage/types.ts'
import { createFakeClock } from '../fake-clock.ts'
import { until } from '../until.ts'
import { rejection, testDeps, withFolder } from './toy.ts'

function open(dir: string): Promise<Artifacts> {
  return openArtifacts({ ...testDeps(), dir })
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function bytesOf(artifacts: Artifacts, owner: string, name: string): Promise<Buffer> {
  const held = await artifacts.hold(owner, name)
  if (held === null) throw new Error(`no ${owner}/${name}`)
  try {
    return await readFile(held.path)
  } finally {
    held.release()
  }
}

const chunks = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 })

test('P4: the stored sum is that of the bytes, whatever the chunks, in whichever way they come', async () => {
  await withFolder(async dir => {
    const artifacts = await open(dir)
    let n = 0
    await fc.assert(
      fc.asyncProperty(chunks, fc.nat(12), async (parts, pause) => {
        const whole = Buffer.concat(parts)
        const owner = `T${++n}`
        const staged = await artifacts.stage(
          'hello',
          Readable.from(parts.map(part => Buffer.from(part))),
          1e6,
        )
        artifacts.adopt(owner, [staged])
        await artifacts.put(owner, 'result', 'text/plain', whole)
        const log = await artifacts.open(owner, 'console.log', 'text/plain')
        for (const [order, part] of parts.entries()) {
          log.append(part, order)
          if (order === pause) await until(() => artifacts.totalBytes().then(total => total > 0), 'written')
        }
        expect(log.size).toBe(whole.length)
        await log.seal()
        const files = await artifacts.list(owner)
        expect(files.map(file => file.name)).toEqual(['hello', 'result', 'console.log'])
        for (const { name, size, sha256: sum } of files) {
          expect(await bytesOf(artifacts, owner, name)).toEqual(whole)
          expect([size, sum]).toEqual([whole.length, sha256(whole)])
        }
        const manifest = JSON.parse(await readFile(join(dir, owner, 'manifest.json'), 'utf8'))
        expect(manifest.files).toEqual(files)
      }),
    )
    const listed = await artifacts.owners()
    expect(await artifacts.totalBytes()).toBe(listed.reduce((sum, { bytes }) => sum + bytes, 0))
    await artifacts.close()
    const again = await open(dir)
    expect((await again.owners()).toSorted(byOwner)).toEqual(listed.toSorted(byOwner))
    await again.close()
  })
}, 40_000)

function byOwner(a: { owner: string }, b: { owner: string }): number {
  return a.owner < b.owner ? -1 : 1
}

test('the time index names the offset at which each new moment began', async () => {
  await withFolder(async dir => {
    const artifacts = await open(dir)
    const log = await artifacts.open('T1', 'console.log', 'text/plain')
    const said: [string, number][] = [
      ['one ', 1000],
      ['same moment ', 1000],
      ['two ', 2000],
      ['three', 3000],
    ]
    for (const [text, t] of said) log.append(Buffer.from(text), t)
    await log.seal()
    const held = await artifacts.hold('T1', 'console.log')
    expect(await readTimes(held?.path ?? '')).toEqual([
      { offset: 0, t: 1000 },
      { offset: 16, t: 2000 },
      { offset: 20, t: 3000 },
    ])
    expect(await artifacts.list('T1')).toHaveLength(1)
    await artifacts.close()
  })
})

test('a link in the place of a stored file is not followed', async () => {
  await withFolder(async dir => {
    const artifacts = await open(dir)
    await artifacts.put('T1', 'hello', 'text/plain', Buffer.from('mine'))
    const held = await artifacts.hold('T1', 'hello')
    const path = held?.path ?? ''
    held?.release()
    await writeFile(join(dir, 'secret'), 'not yours')
    await rm(path)
    await symlink(join(dir, 'secret'), path)
    expect(await artifacts.hold('T1', 'hello')).toBeNull()
    await artifacts.close()
  })
})

test('a growing file is readable while it grows, and goes on where it was when it is opened again', async () => {
  await withFolder(async dir => {
    const artifacts = await open(dir)
    const log = await artifacts.open('T1', 'console.log', 'text/plain')
    log.append(Buffer.from('attempt 1\n'), 1)
    const held = await until(async () => {
      const found = await artifacts.hold('T1', 'console.log')
      found?.release()
      return found?.file.size === 10 && found
    }, 'ten bytes to read')
    expect(held.file.sha256).toBe('')
    const first = await log.seal()
    expect(await log.seal()).toEqual(first)
    const more = await artifacts.open('T1', 'console.log', 'text/plain')
    expect(more.size).toBe(10)
    more.append(Buffer.from('attempt 2\n'), 2)
    const sealed = await more.seal()
    const bytes = await bytesOf(artifacts, 'T1', 'console.log')
    expect(bytes.toString()).toBe('attempt 1\nattempt 2\n')
    expect(sealed).toMatchObject({ size: 20, sha256: sha256(bytes) })
    await artifacts.close()
  })
})

test('a file that comes faster than the disk takes it is dropped from, not kept in memory without end', async () => {
  await withFolder(async dir => {
    const artifacts = await open(dir)
    const log = await artifacts.open('T1', 'console.log', 'text/plain')
    for (let n = 0; n < 40; n++) log.append(Buffer.alloc(1024 * 1024, n), n)
    expect(log.dropped).toBeGreaterThan(0)
    const { size } = await log.seal()
    expect(size + log.dropped).toBe(40 * 1024 * 1024)
    await artifacts.close()
  })
})

test('no name leads out of the store, hides a file or breaks a line', async () => {
  const parts = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '\0',
      '\n',
      '\u2028',
      'a',
      ' ',
      '.idx',
      'manifest.json',
      'é',
      '\ud800',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  )
  await withFolder(async dir => {
    const artifacts = await open(dir)
    await artifacts.put('T1', 'hello', 'text/plain', Buffer.from('x'))
    const before = await readdir(dir, { recursive: true })
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { maxLength: 4 }), async pieces => {
        const name = pieces.join('')
        const good = isGood(name)
        if (good) {
          expect(checkFileName(name)).toBe(name)
          return
        }
        expect(() => checkFileName(name)).toThrow(/cannot be a file's name/)
        const refused = { code: 'input', field: 'name' }
        expect(await rejection(artifacts.put('T1', name, 'x', Buffer.from('')))).toMatchObject(refused)
        expect(await rejection(artifacts.open('T1', name, 'x'))).toMatchObject(refused)
        expect(await rejection(artifacts.stage(name, Readable.from([]), 9))).toMatchObject(refused)
        expect(await artifacts.hold('T1', name)).toBeNull()
        expect(await artifacts.hold(name, 'hello')).toBeNull()
      }),
      { numRuns: 300 },
    )
    for (const owner of ['', '..', '.staging', 'a/b', 'T1/../T2', 'x'.repeat(101), 'T 1']) {
      expect(await rejection(artifacts.put(owner, 'hello', 'x', Buffer.from('')))).toMatchObject({
        code: 'input',
      })
      expect(() => artifacts.adopt(owner, [])).toThrow(/cannot own files/)
    }
    expect(await readdir(dir, { recursive: true })).toEqual(before)
    await artifacts.close()
  })
})

function isGood(name: string): boolean {
  if (name === '' || name.startsWith('.') || !name.isWellFormed()) return false
  return !/[\p{Cc}/\\\u2028\u2029]/u.test(name) && Buffer.byteLength(name) <= 240
}

test('names that our own files have elsewhere are as good as any', async () => {
  await withFolder(async dir => {
    const artifacts = await open(dir)
    const names = ['manifest.json', 'console.log', 'console.log.idx', 'times', 'files', '__proto__']
    const log = await artifacts.open('T1', 'console.log', 'text/plain')
    log.append(Buffer.from('console.log'), 1)
    await log.seal()
    for (const name of names.filter(n => n !== 'console.log'))
      await artifacts.put('T1', name, 'text/plain', Buffer.from(name))
    await artifacts.close()
    const again = await open(dir)
    for (const name of names) expect((await bytesOf(again, 'T1', name)).toString()).toBe(name)
    expect(await again.list('T1')).toHaveLength(names.length)
    await again.close()
  })
})

test('what is too large, cut off in the middle, or never adopted leaves nothing behind', async () => {
  await withFolder(async dir => {
    const artifacts = await open(dir)
    const big = Readable.from([Buffer.alloc(60), Buffer.alloc(60)])
    expect(await rejection(artifacts.stage('hello', big, 100))).toMatchObject({
      code: 'input',
      message: 'hello is larger than 100 bytes',
    })
    expect(big.destroyed).toBe(true)
    const cut = new Readable({ read() {} })
    cut.push(Buffer.alloc(10))
    const failed = rejection(artifacts.stage('hello', cut, 100))
    cut.destroy(new Error('the sender went away'))
    expect(await failed).toMatchObject({ message: 'the sender went away' })
    expect(await readdir(join(dir, '.staging'))).toEqual([])
    await artifacts.stage('hello', Readable.from([Buffer.alloc(100)]), 100)
    expect(await readdir(join(dir, '.staging'))).toHaveLength(1)
    await artifacts.close()
    const again = await open(dir)
    expect(await readdir(join(dir, '.staging'))).toEqual([])
    await again.close()
  })
})

test('a staged file that nobody came for goes after an hour', async () => {
  await withFolder(async dir => {
    const clock = createFakeClock()
    const artifacts = await openArtifacts({ ...testDeps(), clock, dir })
    await artifacts.stage('old', Readable.from([Buffer.alloc(1)]), 9)
    await clock.pass(3_600_000)
    const kept = await artifacts.stage('new', Readable.from([Buffer.alloc(1)]), 9)
    expect(await readdir(join(dir, '.staging'))).toEqual([kept.key])
    await artifacts.close()
  })
})

test('adopting is one step: the owner has all of its files, with a manifest, or the folder is not there', async () => {
  await withFolder(async dir => {
    const artifacts = await open(dir)
    const one = await artifacts.stage('one', Readable.from([Buffer.from('1')]), 9)
    const two = await artifacts.stage('two', Readable.from([Buffer.from('2')]), 9)
    artifacts.adopt('T1', [one, two])
    expect(JSON.parse(await readFile(join(dir, 'T1', 'manifest.json'), 'utf8')).files).toEqual(
      await artifacts.list('T1'),
    )
    expect(() => artifacts.adopt('T1', [])).toThrow('T1 is stored already')
    const gone = await artifacts.stage('gone', Readable.from([Buffer.from('3')]), 9)
    await rm(join(dir, '.staging', gone.key))
    expect(() => artifacts.adopt('T2', [gone])).toThrow(/ENOENT/)
    expect(await artifacts.list('T2')).toEqual([])
    expect((await readdir(dir)).filter(name => !name.startsWith('.'))).toEqual(['T1'])
    expect(await readdir(join(dir, '.staging'))).toEqual([])
    artifacts.adopt('T3', [])
    expect((await artifacts.owners()).map(({ owner }) => owner)).toEqual(['T1', 'T3'])
    await artifacts.close()
  })
})

test('P27: a folder as a kill leaves it is repaired: no manifest, a file it does not name, a log that still grew', async () => {
  await withFolder(async dir => {
    const first = await open(dir)
    await first.put('T1', 'hello', 'text/plain', Buffer.from('hello'))
    const log = await first.open('T1', 'console.log', 'text/plain')
    log.append(Buffer.from('as far as it came'), 1)
    await until(async () => (await first.totalBytes()) === 22, 'written')
    await writeFile(join(dir, 'T1', 'files', 'stray'), 'stray')
    await mkdir(join(dir, 'T2', 'files'), { recursive: true })
    await writeFile(join(dir, 'T2', 'files', 'lone'), 'lone')
    await writeFile(join(dir, 'T2', 'manifest.json'), '{"version":1,"fil')
    // Not closed: what follows reads what a killed process leaves.
    const again = await open(dir)
    const expected = (name: string, text: string, type: string): Partial<StoredFile> => ({
      name,
      size: text.length,
      sha256: sha256(Buffer.from(text)),
      type,
    })
    expect(await again.list('T1')).toMatchObject([
      expected('hello', 'hello', 'text/plain'),
      expected('console.log', 'as far as it came', 'text/plain'),
      expected('stray', 'stray', 'application/octet-stream'),
    ])
    expect(await again.list('T2')).toMatchObject([expected('lone', 'lone', 'application/octet-stream')])
    expect(JSON.parse(await readFile(join(dir, 'T2', 'manifest.json'), 'utf8')).files).toEqual(
      await again.list('T2'),
    )
    await again.close()
    await first.close()
  })
})

test('M7.4: removed files are gone for readers at once, and it is known when and why, over restarts', async () => {
  await withFolder(async dir => {
    const clock = createFakeClock()
    const deps = { ...testDeps(), clock }
    const artifacts = await openArtifacts({ ...deps, dir })
    await artifacts.put('T1', 'hello', 'text/plain', Buffer.alloc(1000))
    await artifacts.put('T2', 'hello', 'text/plain', Buffer.alloc(10))
    const held = await artifacts.hold('T1', 'hello')
    expect(await artifacts.remove('T1', 'kept 7 days')).toBe(1000)
    expect(await artifacts.hold('T1', 'hello')).toBeNull()
    expect(await artifacts.list('T1')).toEqual([])
    expect(await artifacts.totalBytes()).toBe(10)
    expect(await artifacts.remove('T1', 'again')).toBe(0)
    // Whoever reads it reads on.
    expect((await stat(held?.path ?? '')).size).toBe(1000)
    held?.release()
    held?.release()
    await until(
      () =>
        stat(join(dir, 'T1')).then(
          () => false,
          () => true,
        ),
      'off the disk',
    )
    expect(await artifacts.remove('T2', 'over 100 GB')).toBe(10)
    expect(await readdir(join(dir, '.trash'))).toEqual([])
    const stone = { at: clock.now(), reason: 'kept 7 days' }
    expect(artifacts.tombstone('T1')).toEqual(stone)
    expect(() => artifacts.adopt('T1', [])).toThrow(/were removed on 2026-11-20: kept 7 days/)
    await artifacts.close()
    const again = await openArtifacts({ ...deps, dir })
    expect(again.tombstone('T1')).toEqual(stone)
    expect(again.tombstone('T2')).toMatchObject({ reason: 'over 100 GB' })
    expect(again.tombstone('T3')).toBeNull()
    expect(await again.owners()).toEqual([])
    await again.close()
  })
})

test('the files of a run that still writes its log go when it is sealed', async () => {
  await withFolder(async dir => {
    const artifacts = await open(dir)
    const log = await artifacts.open('T1', 'console.log', 'text/plain')
    await artifacts.remove('T1', 'by hand')
    log.append(Buffer.from('still writing'), 1)
    expect((await log.seal()).size).toBe(13)
    await until(
      () =>
        stat(join(dir, 'T1')).then(
          () => false,
          () => true,
        ),
      'off the disk',
    )
    await artifacts.close()
  })
})

test('what a kill left half removed is removed at the start, with a tombstone', async () => {
  await withFolder(async dir => {
    const first = await open(dir)
    await first.put('T8', 'hello', 'text/plain', Buffer.from('hello'))
    const held = await first.hold('T8', 'hello')
    await first.remove('T8', 'while somebody read it')
    await first.close()
    await mkdir(join(dir, '.trash', 'T9', 'files'), { recursive: true })
    const again = await open(dir)
    expect(held).not.toBeNull()
    expect(again.tombstone('T8')).toMatchObject({ reason: 'while somebody read it' })
    expect(again.tombstone('T9')).toMatchObject({ reason: 'removed' })
    expect((await readdir(dir)).sort()).toEqual(['.removed', '.staging', '.trash'])
    expect(await readdir(join(dir, '.trash'))).toEqual([])
    await again.close()
  })
})

test('a file that was opened for growing and cannot be written down is closed again', async () => {
  await withFolder(async dir => {
    const { disk, ...deps } = testDeps()
    const real = disk ?? realDisk
    let broken = true
    const rename = (from: string, to: string): Promise<void> =>
      broken && to.endsWith('manifest.json') ? Promise.reject(new Error('I/O error')) : real.rename(from, to)
    const artifacts = await openArtifacts({ ...deps, disk: { ...real, rename }, dir })
    await expect(artifacts.open('T1', 'console.log', 'text/plain')).rejects.toThrow('I/O error')
    expect(await openUnder(dir)).toEqual([])
    broken = false
    const file = await artifacts.open('T1', 'console.log', 'text/plain')
    expect(await openUnder(dir)).toHaveLength(2)
    await file.seal()
    expect(await openUnder(dir)).toEqual([])
    await artifacts.close()
  })
})

/** Files of this process below a folder that are open right now (proc(5), /proc/PID/fd). */
async function openUnder(dir: string): Promise<readonly string[]> {
  const links = (await readdir('/proc/self/fd')).map(fd =>
    readlink(join('/proc/self/fd', fd)).catch(() => ''),
  )
  return (await Promise.all(links)).filter(path => path.startsWith(dir))
}

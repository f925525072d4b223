import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { openArtifacts } from '../../src/storage/artifacts.ts'
import type { Artifacts } from '../../src/storage/types.ts'
import { testDeps, withFolder } from './toy.ts'

async function kept(artifacts: Artifacts, owner: string, name: string): Promise<string> {
  const held = await artifacts.hold(owner, name)
  if (held === null) throw new Error(`no ${owner}/${name}`)
  return await readFile(held.path, 'utf8').finally(held.release)
}

test('a staged file that is dropped is gone, one that has moved on is not touched, and nothing else can be', async () => {
  await withFolder(async dir => {
    const artifacts = await openArtifacts({ ...testDeps(), dir })
    const stage = (name: string): ReturnType<Artifacts['stage']> =>
      artifacts.stage(name, Readable.from([Buffer.from(name)]), 100)
    const [first, second, third] = [await stage('first'), await stage('second'), await stage('third')]
    expect(await readFile(artifacts.path(first), 'utf8')).toBe('first')
    await artifacts.drop(first)
    await artifacts.drop(first)
    artifacts.adopt('T1', [second])
    await artifacts.drop(second)
    await artifacts.add('L1', third, 'text/plain')
    await artifacts.drop(third)
    expect(await kept(artifacts, 'T1', 'second')).toBe('second')
    expect(await kept(artifacts, 'L1', 'third')).toBe('third')
    for (const key of ['../T1/files/second', '..', '', first.key]) await artifacts.drop({ ...first, key })
    expect(await kept(artifacts, 'T1', 'second')).toBe('second')
    expect(await readdir(join(dir, '.staging'))).toEqual([])
    await artifacts.close()
  })
})

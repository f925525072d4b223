import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Run } from '../../src/lab/types.ts'
import { startWorld, type World, wordsOf } from './world.ts'

let world: World
beforeEach(async () => {
  world = await startWorld({ boards: [{ id: 'soc-a-001', family: 'socA' }] })
  const suite = join(world.dir, 'suite')
  mkdirSync(join(suite, 'bin'), { recursive: true })
  writeFileSync(
    join(suite, 'run.sh'),
    '#!/bin/sh\necho "$1 in $(basename $PWD)"; cat data/words; sh bin/it.sh\n',
  )
  writeFileSync(join(suite, 'bin/it.sh'), 'echo from bin; echo "<ok/>" >result.xml\n')
  mkdirSync(join(suite, 'data'))
  writeFileSync(join(suite, 'data/words'), 'some words\n')
})
afterEach(() => world.close())

function pack(name: string, ...flags: string[]): void {
  execFileSync('tar', [...flags, '-cf', join(world.dir, name), '-C', join(world.dir, 'suite'), '.'])
}

async function runOf(line: string): Promise<Run> {
  return await world.finished(await world.start(line))
}

async function refused(line: string): Promise<string> {
  const outcome = await world.type(line)
  expect(outcome.kind).toBe('fault')
  return outcome.kind === 'fault' ? `${wordsOf(outcome)} ${outcome.fault.hint}` : ''
}

describe('a test as an archive with an entry (M6.1)', () => {
  it.each([
    ['suite.tar.gz', ['-z']],
    ['suite.tgz', ['-z']],
    ['suite.tar', []],
  ])(
    '%s is sent as one file, unpacked on the board, and its entry run in its folder',
    async (name, flags) => {
      pack(name, ...flags)
      const run = await runOf(`run-test socA ./${name} --entry run.sh --collect '*.xml' -- quick`)
      expect(run.result?.message).toBeNull()
      expect(run.result?.tail).toEqual([
        expect.stringMatching(/^quick in br-t\d-1$/),
        'some words',
        'from bin',
      ])
      expect(run.result?.collected?.files).toEqual([{ name: 'result.xml', path: 'result.xml' }])
      const left = readdirSync(join(world.board('soc-a-001').dir, 'fs/tmp'))
      expect(left.filter(each => each.startsWith('br-'))).toEqual([])
      const again = await runOf(`tests rerun ${run.id}`)
      expect(again.result?.tail.slice(1)).toEqual(['some words', 'from bin'])
    },
  )

  it('is refused with what to do: no entry, one that is not in it or leads out, no archive, another kind', async () => {
    pack('suite.tar.gz', '-z')
    writeFileSync(join(world.dir, 'fake.tar.gz'), 'this is no archive')
    writeFileSync(join(world.dir, 'fake.tar'), 'x'.repeat(2000))
    writeFileSync(join(world.dir, 'suite.zip'), 'PK')
    writeFileSync(join(world.dir, 'hello'), '#!/bin/sh\n')

    expect(await refused('run-test socA ./suite.tar.gz')).toContain('--entry run.sh')
    expect(await refused('run-test socA ./suite.tar.gz --entry it.sh')).toContain('Did you mean bin/it.sh?')
    expect(await refused('run-test socA ./suite.tar.gz --entry nothing')).toContain('run.sh')
    expect(await refused('run-test socA ./suite.tar.gz --entry /bin/sh')).toContain('begins with a slash')
    expect(await refused('run-test socA ./suite.tar.gz --entry bin/../../x')).toContain('..')
    expect(await refused('run-test socA ./fake.tar.gz --entry run.sh')).toContain('no gzipped tar archive')
    expect(await refused('run-test socA ./fake.tar --entry run.sh')).toContain('no tar archive')
    expect(await refused('run-test socA ./suite.zip --entry run.sh')).toContain('only .tar, .tar.gz and .tgz')
    expect(await refused('run-test socA ./hello --entry run.sh')).toContain('no archive')
    expect(await world.lab.runs({})).toEqual([])
    expect(world.errors).toEqual([])
  })
})

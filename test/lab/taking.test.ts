import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTaking } from '../../src/lab/files/taking.ts'
import { isLogName } from '../../src/lab/runs/log-names.ts'
import { silentLog } from '../../src/log.ts'
import { openArtifacts } from '../../src/storage/index.ts'
import type { Artifacts } from '../../src/storage/types.ts'
import { createFakeClock } from '../fake-clock.ts'

const DEPS = {
  clock: createFakeClock(),
  log: silentLog,
  exit: (error: Error): void => {
    throw error
  },
}

let dir = ''
let artifacts: Artifacts
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  artifacts = await openArtifacts({ dir, ...DEPS })
})
afterEach(async () => {
  await artifacts.close()
  await rm(dir, { recursive: true, force: true })
})

type Sent = { path: string; pieces: readonly Uint8Array[]; isCut: boolean }

const path = fc.constantFrom(
  'a',
  'd/a',
  'd_a',
  'console.log',
  'OUTPUT.log',
  '../x',
  '/etc/hostname',
  '.x',
  '',
)
const sent: fc.Arbitrary<Sent> = fc.record({
  path,
  pieces: fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 4 }),
  isCut: fc.boolean(),
})

describe('files on their way from a board', () => {
  test('M6.8 those that end are stored whole under names of their own, those that do not are not there', async () => {
    let owners = 0
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(sent, { selector: each => each.path, maxLength: 5 }), async files => {
        const owner = `T${++owners}`
        const own = await artifacts.open(owner, 'console.log', 'text/plain')
        own.append(Buffer.from('the lab’s own'), 0)
        const taking = createTaking(artifacts, owner, isLogName)
        for (const file of files) {
          const size = file.pieces.reduce((sum, piece) => sum + piece.length, 0)
          await taking.take({ kind: 'begin', path: file.path, size })
          for (const bytes of file.pieces) await taking.take({ kind: 'bytes', bytes })
          if (!file.isCut) await taking.take({ kind: 'end' })
        }
        const said = files.filter(each => !each.isCut).map(described)
        const collected = taking.ended({ files: said, none: [], left: [], problem: null })
        await own.seal()

        expect(collected.files.map(each => each.path)).toEqual(said.map(each => each.path))
        const stored = await artifacts.list(owner)
        expect(stored.map(each => each.name).toSorted()).toEqual(
          ['console.log', ...collected.files.map(each => each.name)].toSorted(),
        )
        for (const { name, path: from } of collected.files) {
          const { sha256 } = said.find(each => each.path === from) ?? {}
          expect(stored.find(each => each.name === name)?.sha256).toBe(sha256)
        }
        expect(stored.find(each => each.name === 'console.log')?.size).toBe(
          Buffer.byteLength('the lab’s own'),
        )
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  test('what arrives as something else than the site said is not among them, and that is said', async () => {
    const taking = createTaking(artifacts, 'T1', () => false)
    await taking.take({ kind: 'begin', path: 'a', size: 1 })
    await taking.take({ kind: 'bytes', bytes: Buffer.from('x') })
    await taking.take({ kind: 'end' })
    const files = [{ path: 'a', size: 1, sha256: 'another' }]
    expect(taking.ended({ files, none: [], left: [], problem: null })).toMatchObject({
      files: [],
      left: [{ path: 'a', why: 'it did not arrive as it was sent' }],
    })
  })

  test('more than was promised is refused', async () => {
    const taking = createTaking(artifacts, 'T1', () => false)
    await taking.take({ kind: 'begin', path: 'a', size: 10 })
    const most = async (): Promise<void> => {
      for (let at = 0; at < 100; at++) await taking.take({ kind: 'bytes', bytes: Buffer.alloc(64 * 1024) })
      await taking.take({ kind: 'end' })
    }
    await expect(most()).rejects.toThrow('larger than 10 bytes')
    expect(await artifacts.list('T1')).toEqual([])
    taking.close()
  })
})

describe('the store', () => {
  test('takes single files away, and keeps the others', async () => {
    for (const name of ['a', 'b']) await artifacts.put('T1', name, 'text/plain', Buffer.from(name))
    await artifacts.discard('T1', ['a', 'none'])
    await artifacts.discard('T2', ['a'])
    expect((await artifacts.list('T1')).map(each => each.name)).toEqual(['b'])
    expect(await artifacts.hold('T1', 'a')).toBeNull()
    const again = await openArtifacts({ dir, ...DEPS })
    expect((await again.list('T1')).map(each => each.name)).toEqual(['b'])
    await again.close()
  })
})

function described({ path: from, pieces }: Sent): { path: string; size: number; sha256: string } {
  const bytes = Buffer.concat(pieces)
  return { path: from, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

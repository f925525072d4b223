import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LabError } from '../../src/errors.ts'
import { checkEntry, passing } from '../../src/lab/files/archive.ts'
import { nameFor } from '../../src/lab/files/names.ts'
import { createTarReader } from '../../src/lab/files/tar.ts'
import { pathFor } from '../../src/lab/leases/landing.ts'
import { isLogName } from '../../src/lab/runs/log-names.ts'
import { checkFileName } from '../../src/storage/names.ts'

/** Whatever a board may call a file: everything but NUL. */
const anyPath = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        '..',
        '.',
        '',
        'a',
        'console.log',
        'output.log',
        'x.tar.gz',
        '\n',
        '\\',
        'ä'.repeat(200),
      ),
      {
        maxLength: 6,
      },
    )
    .map(parts => parts.join('/')),
)

describe('names of collected files', () => {
  test('M6.8 any path gets a name that the store takes, that leads nowhere, and is none of the lab’s own', () => {
    fc.assert(
      fc.property(anyPath, path => {
        const name = nameFor(path, isLogName)
        expect(checkFileName(name)).toBe(name)
        expect(isLogName(name)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  test('no two of them are the same, and the same paths get the same names again', () => {
    fc.assert(
      fc.property(fc.array(anyPath, { maxLength: 12 }), paths => {
        const names = (): readonly string[] => {
          const taken = new Set<string>()
          return paths.map(path => {
            const name = nameFor(path, each => isLogName(each) || taken.has(each.toLowerCase()))
            taken.add(name.toLowerCase())
            return name
          })
        }
        expect(new Set(names()).size).toBe(paths.length)
        expect(names()).toEqual(names())
      }),
      { numRuns: 200 },
    )
  })

  test.each([
    ['summary.txt', 'summary.txt'],
    ['results/a.xml', 'results_a.xml'],
    ['/var/log/messages', 'var_log_messages'],
    ['../x', '_.._x'],
    ['.config', '_.config'],
    ['console.log', 'console_2.log'],
    ['Output.log', 'Output_2.log'],
  ])('%s is kept as %s', (path, name) => {
    expect(nameFor(path, isLogName)).toBe(name)
  })
})

describe('entries of archives', () => {
  test('M6.1 an entry that is taken is a path below the top of the archive, whatever was typed', () => {
    const words = fc.array(fc.constantFrom('..', '.', '', 'a', 'run.sh', ' ', '\u0007', 'ä'), {
      maxLength: 5,
    })
    fc.assert(
      fc.property(
        fc.oneof(
          words.map(parts => parts.join('/')),
          fc.string({ unit: 'binary', maxLength: 250 }),
        ),
        typed => {
          const entry = taken(typed)
          if (entry === null) return
          expect(entry.split('/').some(part => ['', '.', '..'].includes(part))).toBe(false)
          expect(entry).toMatch(/^[^/\u0000-\u001f]/)
          expect(entry.length).toBeLessThanOrEqual(200)
        },
      ),
      { numRuns: 300 },
    )
  })

  test.each(['/bin/sh', '../x', 'a/../../b', '', './', 'bin/', 'a\nb'])('%j is none', typed => {
    expect(taken(typed)).toBeNull()
  })

  test.each([
    ['./run.sh', 'run.sh'],
    ['bin//run.sh', 'bin/run.sh'],
  ])('%s is %s', (typed, entry) => {
    expect(taken(typed)).toBe(entry)
  })
})

function taken(entry: string): string | null {
  try {
    return checkEntry('suite.tar.gz', entry)
  } catch (error) {
    if (error instanceof LabError && error.failure.class === 'input') return null
    throw error
  }
}

describe('the listing of an archive', () => {
  const name = fc.constantFrom(
    'a',
    'bin/run.sh',
    'ä',
    'x'.repeat(99),
    `${'long/'.repeat(25)}name`,
    `${'y'.repeat(180)}`,
    'with space',
  )

  test.each(['ustar', 'gnu', 'pax', 'v7'])(
    'has every file that a real tar put in (%s), in any chunking',
    async format => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
          fc.integer({ min: 1, max: 700 }),
          async (names, size) => {
            const fitting =
              format === 'v7' || format === 'ustar'
                ? names.filter(each => Buffer.byteLength(each) < 98)
                : names
            if (fitting.length === 0) return
            const archive = tarOf(fitting, format)
            const reader = createTarReader()
            for (let at = 0; at < archive.length; at += size) reader.push(archive.subarray(at, at + size))
            reader.end()
            expect([reader.state(), [...reader.names()].toSorted()]).toEqual(['whole', fitting.toSorted()])
            const [entry = ''] = fitting
            expect(await verdict(gzipSync(archive), entry)).toBeNull()
            expect(await verdict(gzipSync(archive), 'none')).toContain('has no file none')
          },
        ),
        { numRuns: 25 },
      )
    },
    60_000,
  )

  test('any bytes never hang it, crash it or make it a file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.boolean(), async (bytes, isPacked) => {
        const said = await verdict(isPacked ? gzipSync(bytes) : Buffer.from(bytes), 'run.sh')
        expect(said === null || /is no gzipped tar archive|has no file/.test(said)).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  test('an archive that is cut off anywhere is none, or its listing is not known', async () => {
    const archive = tarOf(['a', 'run.sh'], 'gnu')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: archive.length - 1 }), async length => {
        const said = await verdict(gzipSync(archive.subarray(0, length)), 'run.sh')
        expect(said === null || /no gzipped tar archive|has no file/.test(said)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  test('one that unpacks to far more than is read is left to the board', async () => {
    const bomb = gzipSync(Buffer.concat([headerOf('huge', 2 ** 31), Buffer.alloc(300 * 2 ** 20)]), {
      level: 1,
    })
    expect(await verdict(bomb, 'run.sh')).toBeNull()
  }, 30_000)
})

async function verdict(bytes: Uint8Array, entry: string): Promise<string | null> {
  const archive = passing('suite.tgz', entry, Readable.from([Buffer.from(bytes)]))
  const passed: Uint8Array[] = []
  for await (const piece of archive.bytes) passed.push(piece)
  expect(Buffer.concat(passed).equals(Buffer.from(bytes))).toBe(true)
  try {
    archive.check()
    return null
  } catch (error) {
    if (error instanceof LabError && error.failure.class === 'input') return error.message
    throw error
  }
}

function tarOf(names: readonly string[], format: string): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'boardroom-'))
  try {
    for (const name of names) {
      mkdirSync(dirname(join(dir, name)), { recursive: true })
      writeFileSync(join(dir, name), name.repeat(9))
    }
    return execFileSync('tar', ['-c', `--format=${format}`, '-C', dir, ...names.map(name => `./${name}`)], {
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write(size.toString(8).padStart(11, '0'), 124)
  header.write('        0', 148)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

test('a file sent to a board lands where it was said, never anywhere that is not absolute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), to => {
      let path: string
      try {
        path = pathFor('hello', to)
      } catch (error) {
        expect(error).toBeInstanceOf(LabError)
        return
      }
      expect(path).toMatch(/^\/[^\u0000-\u001f]*$/)
      expect(path.split('/').includes('..')).toBe(false)
    }),
    { numRuns: 200 },
  )
  expect([pathFor('hello', null), pathFor('hello', '/root/'), pathFor('hello', '/root/x')]).toEqual([
    '/tmp/boardroom/hello',
    '/root/hello',
    '/root/x',
  ])
})

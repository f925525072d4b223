import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HardwareError } from '../../src/errors.ts'
import type { FetchWanted, IncomingFile, Shell } from '../../src/hardware/types.ts'
import { fetchAll } from '../../src/work/fetching.ts'
import { fits } from '../../src/work/fits.ts'
import type { Collected, FilePiece } from '../../src/work/types.ts'

const FOLDER = '/tmp/br-t1'

/** A board of files, as strict about what it is asked for as the real one. */
function boardOf(files: Readonly<Record<string, string>>, cutAt: string | null = null): Pick<Shell, 'fetch'> {
  return {
    async fetch(wanted, _signal, take) {
      const found = Object.entries(files).filter(([path]) =>
        wanted.patterns.some(each => fits(each, path, wanted.folder)),
      )
      const bytes = found.reduce((sum, [, content]) => sum + content.length, 0)
      if (found.length > wanted.most.files) throw tooMuch(`more than ${wanted.most.files} files`)
      if (bytes > wanted.most.bytes) throw tooMuch(`${bytes} bytes, the most is ${wanted.most.bytes}`)
      for (const [path, content] of found) await give(path, content, path === cutAt, take)
      return {
        files: [],
        left: [],
        folders: foldersOf(files).filter(path =>
          wanted.patterns.some(each => fits(each, path, wanted.folder)),
        ),
        bytes,
        wireBytes: 0,
        durationMs: 0,
        repaired: 0,
        way: 'raw',
        packed: false,
      }
    },
  }
}

function foldersOf(files: Readonly<Record<string, string>>): string[] {
  const parents = (path: string): string[] => (path === '/' ? [] : [path, ...parents(dirname(path))])
  return [...new Set(Object.keys(files).flatMap(path => parents(dirname(path))))]
}

async function give(
  path: string,
  content: string,
  isCut: boolean,
  take: (file: IncomingFile) => Promise<void>,
): Promise<void> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < content.length; at += 3) {
      if (isCut && at > 0) throw lost()
      yield Buffer.from(content.slice(at, at + 3))
    }
  }
  await take({ path, size: content.length, bytes: bytes() })
}

function tooMuch(what: string): HardwareError {
  return new HardwareError(`too much: ${what}`, { hint: 'Less.', cause: 'output limit', blame: 'none' })
}

function lost(): HardwareError {
  return new HardwareError('the console is gone', { hint: 'Look.', cause: 'console lost', blame: 'board' })
}

type Wanted = Omit<FetchWanted, 'folder'>

async function fetched(
  shell: Pick<Shell, 'fetch'>,
  wanted: Wanted,
): Promise<{ collected: Collected; whole: Map<string, string>; most: number }> {
  const whole = new Map<string, string>()
  let open: { path: string; text: string } | null = null
  let most = 0
  const store = async (piece: FilePiece): Promise<void> => {
    if (piece.kind === 'begin') open = { path: piece.path, text: '' }
    else if (open === null) throw new Error('a piece of no file')
    else if (piece.kind === 'bytes') {
      open.text += Buffer.from(piece.bytes).toString()
      most = Math.max(most, piece.bytes.length)
    } else whole.set(open.path, open.text)
  }
  const task = { shell, folder: FOLDER, wanted, give: store, onEvent: () => {} }
  return { collected: await fetchAll(task, new AbortController().signal), whole, most }
}

const part = fc.constantFrom('a', 'b', 'ab', '.a', 'a.b', 'a-b', '[', 'ä')
const path = fc.array(part, { minLength: 1, maxLength: 2 }).map(parts => parts.join('/'))
const glob = fc
  .array(fc.constantFrom('a', 'b', '.', '-', '*', '?', '/', '[ab]', '[!a]', '[a-b]', '[', 'ä'), {
    minLength: 1,
    maxLength: 6,
  })
  .map(parts => parts.join(''))
  .filter(each => !/^\/|\/$|(^|\/)\.{1,2}(\/|$)|\/\//.test(each))

describe('which pattern a file was taken for', () => {
  test('M6.8 a pattern fits what a real shell takes it for, and nothing else', () => {
    const dir = mkdtempSync(join(tmpdir(), 'boardroom-'))
    try {
      const names = ['a', 'b', 'ab', '.a', 'a.b', 'a-b', '[', 'ä', 'd/a', 'd/.a', 'd/ab', '.d/a']
      for (const name of names) {
        mkdirSync(dirname(join(dir, name)), { recursive: true })
        writeFileSync(join(dir, name), '')
      }
      fc.assert(
        fc.property(fc.array(glob, { minLength: 5, maxLength: 5 }), patterns => {
          const taken = patterns.map(each => names.filter(name => fits(each, name, FOLDER)).toSorted())
          expect([patterns, taken]).toEqual([patterns, shellTakes(dir, patterns)])
        }),
        { numRuns: 100 },
      )
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }, 30_000)

  test('no pattern takes long, however many stars it has', () => {
    const started = process.cpuUsage().user
    expect(fits('*a'.repeat(90), 'a'.repeat(89), FOLDER)).toBe(false)
    expect(fits('*a'.repeat(90), 'a'.repeat(250), FOLDER)).toBe(true)
    expect(process.cpuUsage(process.cpuUsage()).user - started).toBeLessThan(1_000_000)
  })
})

/** What the shell leaves as it is was found by nobody, unless there is a file of that very name. */
function shellTakes(dir: string, patterns: readonly string[]): readonly string[][] {
  const script = patterns.map(pattern => {
    const quoted = pattern.replace(/[ä.-]+/g, '"$&"').replace(/\[(?![!a-z"-]*\])/g, '"["')
    return `for f in ${quoted.replaceAll('"-"', '-')};do [ -f "$f" ]&&echo "$f";done;echo :`
  })
  const said = execFileSync('bash', ['--norc', '-c', script.join('\n')], {
    cwd: dir,
    env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
  })
  const answers = said.toString().split(':\n').slice(0, -1)
  return answers.map(answer => {
    const found = answer.split('\n').filter(Boolean)
    return [...new Set(found.map(each => posix.normalize(each)))].toSorted()
  })
}

describe('fetching', () => {
  const files = fc.dictionary(path, fc.string({ maxLength: 12 }), { maxKeys: 6 })
  const limits = fc.record({ files: fc.integer({ min: 0, max: 6 }), bytes: fc.integer({ min: 0, max: 60 }) })

  test('M6.8 whatever fits is there with its own SHA-256, or it is said why not; never more than the limits', async () => {
    await fc.assert(
      fc.asyncProperty(
        files,
        fc.array(glob, { minLength: 1, maxLength: 3 }),
        limits,
        async (given, patterns, most) => {
          const there = Object.fromEntries(
            Object.entries(given).map(([name, text]) => [`${FOLDER}/${name}`, ascii(text)]),
          )
          const { collected, whole } = await fetched(boardOf(there), { patterns, most })
          expect(collected.problem).toBeNull()
          expect(collected.files.length).toBeLessThanOrEqual(most.files)
          expect(collected.files.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(most.bytes)
          for (const { path: name, sha256, size } of collected.files) {
            const text = there[`${FOLDER}/${name}`] ?? ''
            expect([whole.get(name), size, sha256]).toEqual([text, text.length, sha256Of(text)])
          }
          const told = new Set(collected.left.map(each => each.path))
          for (const each of patterns) {
            const fitting = Object.keys(there).filter(name => fits(each, name, FOLDER))
            const isNone = fitting.length === 0 && !told.has(each)
            expect(collected.none.includes(each)).toBe(isNone)
            const folders = foldersOf(there).filter(name => fits(each, name, FOLDER)).length
            expect(collected.folders?.find(({ pattern }) => pattern === each)?.count ?? 0).toBe(
              isNone ? folders : 0,
            )
            const isThere = fitting.every(name => whole.has(posix.relative(FOLDER, name)))
            expect(isThere || told.has(each)).toBe(true)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('what breaks off in the middle keeps what came before it, and says why and of which class', async () => {
    const board = boardOf({ [`${FOLDER}/a`]: 'first', [`${FOLDER}/b`]: 'second' }, `${FOLDER}/b`)
    const most = { files: 9, bytes: 99 }
    const { collected, whole } = await fetched(board, { patterns: ['*', 'none'], most })
    expect(collected.files.map(each => each.path)).toEqual(['a'])
    expect([...whole.keys()]).toEqual(['a'])
    expect(collected).toMatchObject({
      problem: 'the console is gone',
      failure: { cause: 'console lost' },
      none: [],
    })
  })

  test('one pattern that is too wide costs only itself', async () => {
    const board = boardOf({ [`${FOLDER}/big`]: 'x'.repeat(50), [`${FOLDER}/small`]: 'y' })
    const { collected } = await fetched(board, { patterns: ['big', 'small'], most: { files: 5, bytes: 20 } })
    expect(collected.files.map(each => each.path)).toEqual(['small'])
    expect(collected.left).toEqual([{ path: 'big', why: 'too much: 50 bytes, the most is 20' }])
  })
})

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '.')
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

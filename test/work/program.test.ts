import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { OpenBoard, Outgoing } from '../../src/hardware/types.ts'
import { nonce } from '../../src/ids.ts'
import { folderOf, place } from '../../src/work/program.ts'
import { createStopper } from '../../src/work/stopper.ts'
import type { RunTestJob } from '../../src/work/types.ts'
import { createFakeClock } from '../fake-clock.ts'
import { aBoard } from '../lab/samples.ts'

const id = `T-${nonce(4)}`
const [before, folder] = [folderOf({ id, attempt: 1 }), folderOf({ id, attempt: 2 })]
afterEach(() => {
  sent.length = 0
  for (const each of [before, folder]) rmSync(each, { recursive: true, force: true })
})

const sent: Outgoing[] = []
/** A board whose commands are run by a real shell here; what is sent to it, it has. */
const board = {
  id: 'a1',
  shell: {
    async command(text: string) {
      const { status, stdout } = spawnSync('/bin/sh', ['-c', text], { cwd: '/', timeout: 20_000 })
      return { status: status ?? -1, output: stdout.toString() }
    },
    async send(file: Outgoing) {
      sent.push(file)
      return { bytes: 1, wireBytes: 1, durationMs: 1, repaired: 0 }
    },
  },
} as unknown as OpenBoard

async function placed(attempt: number, program: RunTestJob['program']): Promise<void> {
  const rest = { args: [], env: {}, timeoutMs: 1000, logLimitBytes: 1000 }
  const job: RunTestJob = { kind: 'run-test', id, attempt, board: aBoard('a1'), program, ...rest }
  const ctx = { clock: createFakeClock(), signal: new AbortController().signal, onEvent: () => {} }
  const stopper = createStopper(job, ctx)
  await place({ job, board, ctx, stopper, folder: folderOf(job) })
  stopper.close()
}

function binary(name: string): RunTestJob['program'] {
  return { kind: 'binary', name, path: '/dev/null', size: 1, sha256: 'x' }
}

const names = fc.constantFrom(
  'hello',
  "it's",
  'a b',
  '-n',
  '*',
  'hello.part',
  '.hidden',
  '..x',
  'hello.part.x',
  'x.part',
)

test('a binary that is gone by now is told to whoever reads it, and nobody else: nothing is opened before', async () => {
  await placed(2, { kind: 'binary', name: 'x', path: join(folder, 'gone'), size: 1, sha256: 'x' })
  const bytes = sent.at(-1)?.bytes
  // One opens at once, and its error would be nobody's.
  expect(bytes).not.toBeInstanceOf(Readable)
  const first = bytes?.[Symbol.asyncIterator]().next()
  await expect(first).rejects.toThrow('ENOENT')
})

describe('the working folder of a run', () => {
  test('of an attempt before nothing is left but the part of its very file, whatever it had left there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(names), names, async (left, name) => {
        mkdirSync(join(before, 'results'), { recursive: true })
        for (const each of [...left, 'old']) writeFileSync(join(before, each), each)
        await placed(2, binary(name))
        const part = `${name}.part`
        const isThere = (left as readonly string[]).includes(part)
        expect(readdirSync(folder)).toEqual(isThere ? [part] : [])
        if (isThere) expect(readFileSync(join(folder, part), 'utf8')).toBe(part)
        expect(existsSync(before)).toBe(false)
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  test('the first attempt finds nothing, whoever had a folder of that name; a command line neither', async () => {
    for (const program of [binary('hello'), { kind: 'shell', command: 'true' } as const]) {
      mkdirSync(before)
      writeFileSync(join(before, 'hello.part'), '')
      await placed(1, program)
      expect(readdirSync(before)).toEqual([])
      writeFileSync(join(before, 'hello.part'), '')
      await placed(2, { kind: 'shell', command: 'true' })
      expect([readdirSync(folder), existsSync(before)]).toEqual([[], false])
    }
  })

  test('whoever still runs there from the attempt before is ended first', async () => {
    mkdirSync(before, { recursive: true })
    const stray = spawn('sleep', ['30'], { cwd: before })
    await once(stray, 'spawn')
    const gone = once(stray, 'exit')
    await placed(2, binary('hello'))
    expect(await gone).toEqual([null, 'SIGKILL'])
  })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { measured } from './child.ts'
import type { CommitsSaid } from './children/commits.ts'
import { median, print, spread } from './figures.ts'

const FINISHED = 100_000
/** Runs of which the files are still there as well. */
const WITH_FILES = 10_000
const STARTS = 7
const ANSWER_MS = 60_000
const BOARDROOM = fileURLToPath(new URL('../../bin/boardroom', import.meta.url))

let dir = ''
let boardsFile = ''
const data = { empty: '', runs: '', files: '' }
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'boardroom-'))
  boardsFile = join(dir, 'boards.yaml')
  // Nobody listens there: what is measured is the bot alone.
  const console = '{ driver: telnet, host: 127.0.0.1, port: 9 }'
  writeFileSync(boardsFile, `boards:\n  - { id: a-1, family: chipA, console: ${console} }\n`)
  for (const name of ['empty', 'runs', 'files'] as const) data[name] = join(dir, name)
  await measured('fill', [data.empty, '0', '0'])
  await measured('fill', [data.runs, String(FINISHED), '0'])
  await measured('fill', [data.files, String(FINISHED), String(WITH_FILES)])
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('a change of the state, with and without a history', async () => {
  const empty = await measured<CommitsSaid>('commits', [data.empty])
  const full = await measured<CommitsSaid>('commits', [data.runs])
  const figures = [empty, full].map(({ each, floor, bytes, finished }) => ({
    what: `a change on disk, with ${finished} finished runs`,
    unit: 'ms',
    floor: { what: `append and fdatasync of its ${bytes} bytes`, value: median(floor) },
    ...spread(each),
  }))
  const cpu = [empty, full].map(({ cpuMs, floorCpuMs, finished }) => ({
    what: `CPU of a change, with ${finished} finished runs`,
    value: cpuMs,
    unit: 'ms',
    floor: { what: 'append and fdatasync', value: floorCpuMs },
  }))
  print('A change of the state', [...figures, ...cpu])
  expect(empty.finished).toBe(0)
  expect(full.finished).toBe(FINISHED)
})

async function bareNode(): Promise<number> {
  const from = performance.now()
  await once(spawn(process.execPath, ['-e', '0']), 'exit')
  return performance.now() - from
}

/** As a person starts it: until the first answer to a line. */
async function startUp(dataDir: string): Promise<number> {
  const from = performance.now()
  const env = { ...process.env, CHAT: 'terminal', PORT: '0', DATA_DIR: dataDir, BOARDS_FILE: boardsFile }
  const child = spawn(BOARDROOM, ['start', '--json'], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  const exited = once(child, 'exit')
  child.stdin.write('status\n')
  await once(child.stdout, 'data', { signal: AbortSignal.timeout(ANSWER_MS) })
  const took = performance.now() - from
  child.kill('SIGTERM')
  await exited
  return took
}

async function times(work: () => Promise<number>): Promise<number[]> {
  // The first finds nothing compiled and nothing in the disk's cache.
  await work()
  const samples: number[] = []
  for (let n = 0; n < STARTS; n++) samples.push(await work())
  return samples
}

test('start-up, with and without a history', async () => {
  const floor = { what: 'node -e 0', value: median(await times(bareNode)) }
  const goal = '≤ 2000 ms'
  print('Start-up: from nothing to the first answer', [
    { what: 'no data', unit: 'ms', floor, goal, ...spread(await times(() => startUp(data.empty))) },
    {
      ...{ what: `${FINISHED} finished runs`, unit: 'ms', floor, goal },
      ...spread(await times(() => startUp(data.runs))),
    },
    {
      ...{ what: `${FINISHED} finished runs, files of ${WITH_FILES} of them`, unit: 'ms', floor, goal },
      ...spread(await times(() => startUp(data.files))),
    },
  ])
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LabSpec } from '../../src/simulator/lab.ts'
import type { ProcessAnswer, ProcessCommand, ProcessReady } from '../../src/simulator/process.ts'
import type { BoardEvent } from '../../src/simulator/types.ts'
import { until } from '../until.ts'
import { openConsole, processesOf, run } from './console-client.ts'

const PROGRAM = fileURLToPath(new URL('../../src/simulator/process.ts', import.meta.url))
const NOBODY = 65534
const isRoot = process.getuid?.() === 0
const hasUserNamespaces = existsSync('/proc/self/ns/user')

let dir = ''
let children: ChildProcess[] = []
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  await rm(dir, { recursive: true, force: true })
})

type Simulator = {
  child: ChildProcess
  ready: ProcessReady
  ask(command: ProcessCommand): Promise<ProcessAnswer>
}

/** Starts the process and returns its first line, whatever it says. */
async function startLines(
  spec: Omit<LabSpec, 'dir'>,
  options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<{ child: ChildProcess; lines: unknown[] }> {
  const file = join(dir, 'spec.json')
  await writeFile(file, JSON.stringify({ ...spec, dir }))
  const child = spawn(process.execPath, [PROGRAM, file], { stdio: ['pipe', 'pipe', 'inherit'], ...options })
  children.push(child)
  const lines: unknown[] = []
  if (child.stdout === null) throw new Error('no output')
  createInterface({ input: child.stdout }).on('line', line => lines.push(JSON.parse(line)))
  await until(() => lines.length > 0, 'the first line', 15_000)
  return { child, lines }
}

async function start(...args: Parameters<typeof startLines>): Promise<Simulator> {
  const { child, lines } = await startLines(...args)
  expect(lines[0]).toMatchObject({ ready: true })
  return {
    child,
    ready: lines[0] as ProcessReady,
    async ask(command) {
      const before = lines.length
      child.stdin?.write(`${JSON.stringify(command)}\n`)
      await until(() => lines.length > before, 'an answer')
      return lines[before] as ProcessAnswer
    },
  }
}

function recordOf(board: string): BoardEvent[] {
  const text = readFileSync(join(dir, board, 'record.jsonl'), 'utf8')
  return text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as BoardEvent)
}

const hasPrompted = (times: number) => (): boolean =>
  recordOf('soc-a').filter(event => event.kind === 'prompt').length >= times

const SPEC = { boards: [{ id: 'soc-a', port: 0, bootMs: 15 }], pdus: [] }

test('it says where everything is, obeys a line at a time, and keeps the record in a file', async () => {
  const pdus = [{ name: 'pdu', kind: 'http', port: 0, outlets: { 1: 'soc-a' } }] as const
  const simulator = await start({ ...SPEC, pdus })
  const { child, ready, ask } = simulator
  await until(hasPrompted(1), 'a prompt')
  const client = await openConsole(ready.boards['soc-a']?.port ?? 0)
  expect(await run(client, 'echo hello')).toBe('hello')
  expect(await ask({ board: 'soc-a', inject: 'usb 1-1: injected' })).toEqual({ ok: true })
  await client.see('usb 1-1: injected')
  expect(await ask({ pdu: 'pdu', faults: { lies: true } })).toEqual({ ok: true })
  expect(await ask({ board: 'soc-a', power: false })).toEqual({ ok: true })
  expect(await ask({ board: 'soc-a', power: true, noise: { linesPerSecond: 1 } })).toEqual({ ok: true })
  await until(hasPrompted(2), 'a second prompt')
  expect(await ask({ board: 'soc-a', panic: true })).toEqual({ ok: true })
  expect(await ask({ board: 'soc-a', reset: true, faults: { slowMs: 1 } })).toEqual({ ok: true })
  expect(await ask({ board: 'soc-b', panic: true })).toEqual({ ok: false, error: 'no board soc-b' })
  const kinds = recordOf('soc-a').map(event => event.kind)
  expect(kinds).toEqual(
    expect.arrayContaining(['power', 'boot', 'connect', 'prompt', 'typed', 'panic', 'reset']),
  )
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  await until(client.isClosed, 'the connection closed')
  expect(processesOf('soc-a', child.pid)).toEqual([])
})

test('it ends with its input, and takes its boards with it', async () => {
  const { child } = await start(SPEC)
  await until(hasPrompted(1), 'a prompt')
  child.stdin?.end()
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(processesOf('soc-a', child.pid)).toEqual([])
})

test('killed outright it leaves no process either', async () => {
  const { child, ready } = await start(SPEC)
  await until(hasPrompted(1), 'a prompt')
  const client = await openConsole(ready.boards['soc-a']?.port ?? 0)
  await run(client, '(setsid sleep 7000 &)')
  expect(processesOf('soc-a', child.pid).length).toBeGreaterThan(3)
  child.kill('SIGKILL')
  await until(() => processesOf('soc-a', child.pid).length === 0, 'every process gone')
})

test('without a file it says what it needs', async () => {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  expect(JSON.parse(said.toString())).toEqual({ ready: false, error: expect.stringContaining('SPEC.json') })
})

test.runIf(isRoot && hasUserNamespaces)('an ordinary user gets a jail of a user namespace', async () => {
  chownSync(dir, NOBODY, NOBODY)
  const { child, ready } = await start(SPEC, { uid: NOBODY, gid: NOBODY })
  // Where an ordinary user may make none, the next test shows what happens instead.
  expect(['user', 'none']).toContain(ready.boards['soc-a']?.jail)
  await until(hasPrompted(1), 'a prompt')
  const client = await openConsole(ready.boards['soc-a']?.port ?? 0)
  expect(await run(client, 'echo works; pwd')).toContain('works')
  if (ready.boards['soc-a']?.jail === 'user') {
    expect(await run(client, 'ps -e | grep -c node; cat /proc/sys/kernel/printk')).toBe('0\n7\t4\t1\t7')
    await run(client, '(setsid sleep 7000 &)')
  }
  child.kill('SIGKILL')
  await until(() => processesOf('soc-a', child.pid).length === 0, 'every process gone')
})

/** A PATH with everything a board needs but the program that makes namespaces. */
async function pathWithoutUnshare(): Promise<string> {
  const bin = join(dir, 'bin')
  await mkdir(bin)
  const programs = [
    'setpriv',
    'script',
    'sh',
    'bash',
    'mkfifo',
    'env',
    'stty',
    'sleep',
    'setsid',
    'ls',
    'cat',
  ]
  for (const program of programs) await symlink(`/usr/bin/${program}`, join(bin, program))
  return bin
}

test.runIf(isRoot)(
  'an ordinary user without namespaces gets a board without a jail, and a warning',
  async () => {
    const env = { PATH: await pathWithoutUnshare() }
    chownSync(dir, NOBODY, NOBODY)
    const { child, ready, ask } = await start(SPEC, { uid: NOBODY, gid: NOBODY, env })
    expect(ready.boards['soc-a']?.jail).toBe('none')
    await until(hasPrompted(1), 'a prompt')
    expect(recordOf('soc-a')).toContainEqual(
      expect.objectContaining({ kind: 'warning', message: expect.stringContaining('no jail') }),
    )
    const client = await openConsole(ready.boards['soc-a']?.port ?? 0)
    expect(await run(client, 'cd ~; pwd; echo mine > file; setsid sleep 7000 & sleep 0')).toContain(
      'soc-a/fs/root',
    )
    expect(processesOf('soc-a', child.pid).length).toBeGreaterThan(3)
    await ask({ board: 'soc-a', power: false })
    await until(() => processesOf('soc-a', child.pid).length === 0, 'also what left the session')
    await ask({ board: 'soc-a', power: true })
    await until(hasPrompted(2), 'a second prompt')
    client.type('reboot\r')
    await until(hasPrompted(3), 'a third prompt')
    child.kill('SIGTERM')
    await once(child, 'exit')
  },
)

test.runIf(isRoot)('as root without a jail it refuses, and says why', async () => {
  const { child, lines } = await startLines(SPEC, { env: { PATH: await pathWithoutUnshare() } })
  expect(lines[0]).toMatchObject({
    ready: false,
    error: expect.stringMatching(/as root it needs a jail.*unshare/),
  })
  if (child.exitCode === null) await once(child, 'exit')
  expect(child.exitCode).toBe(1)
})

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
let dir = ''

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  await onFreePorts('boards.yaml')
})

/** On ports that are free right now, so that somebody's own demo is not in the way. */
async function onFreePorts(inventory: string): Promise<string> {
  let yaml = await readFile(join(ROOT, inventory), 'utf8')
  for (const port of ['7001', '7002', '7003', '7004', '16161', '18080'])
    yaml = yaml.replaceAll(port, String(await freePort()))
  const file = join(dir, basename(inventory))
  await writeFile(file, yaml)
  return file
}
afterAll(() => rm(dir, { recursive: true, force: true }))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function demo(
  args: readonly string[],
  input: string,
  boards = join(dir, 'boards.yaml'),
): Promise<{ code: number | null; out: string; err: string }> {
  const env = { ...process.env, BOARDS_FILE: boards, NO_COLOR: '1' }
  const child = spawn(join(ROOT, 'bin/boardroom'), ['demo', ...args], {
    env,
    cwd: ROOT,
    signal: AbortSignal.timeout(55_000),
  })
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  )
  child.stdin.end(input)
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await ended, out, err }
}

test('with no input at all the demo plays its tour, and every expectation holds', async () => {
  const { code, out } = await demo([], '')
  expect(out).toContain('expectations held.')
  expect(code).toBe(0)
})

test('one expectation that does not hold makes the tour fail, and is named', async () => {
  const tour = join(dir, 'tour.txt')
  await writeFile(tour, '## The queue\n> queue\n< Queue\n< a dinosaur\n')
  const { code, out } = await demo(['--tour', tour], '')
  expect(out).toContain('step 1 (The queue): "a dinosaur" was not seen')
  expect(code).toBe(1)
})

test('design 10: from a pipe each reply is plain text, and the exit status is the worst of all lines', async () => {
  const { code, out } = await demo([], 'run-test socA demo/hello -- world\n@li: run-test socB demo/failing\n')
  expect(out).toContain('@ada T1 passed on soc-a-001')
  expect(out).toContain('hello, world')
  expect(out).toContain('@li T2 failed')
  expect(out).not.toContain('\x1b')
  expect(code).toBe(1)
})

test('a recorded failure goes through the whole product again, and ends as what it is', async () => {
  const log = join(dir, 'console.log')
  await writeFile(
    log,
    ['ok 1 first', '[   12.600000] Kernel panic - not syncing: Fatal exception in interrupt', ''].join(
      '\r\n',
    ),
  )
  const { code, out } = await demo(['--replay', log], '', await onFreePorts('demo/replay.yaml'))
  expect(out).toContain('> run-test replay --shell replay')
  expect(out).toContain('kernel panic: Fatal exception in interrupt')
  expect(code).toBe(1)
})

test('a log that is not there is said before anything is started', async () => {
  const { code, out, err } = await demo(['--replay', join(dir, 'nowhere.log')], '')
  expect(err).toContain('nowhere.log cannot be replayed: there is no such file')
  expect(out).toBe('')
  expect(code).toBe(3)
})

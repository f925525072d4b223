import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { KILL_MOMENTS, type Trap } from '../../chaos/words.ts'
import { until } from '../../until.ts'
import { ownPorts } from '../inventory.ts'
import { startWorld, type World } from '../world.ts'
import { type Answer, API_KEYS, type Ask, ask, KEYS, SECRET } from './office.ts'

const BOT = fileURLToPath(new URL('../../chaos/bot.ts', import.meta.url))
const BOARDS = [{ id: 'soc-a-001', family: 'socA' }]

/** Each step of the disk at which a bot can die, at the first appends that a request makes. */
const TRAPS: readonly Trap[] = KILL_MOMENTS.flatMap((moment, at) =>
  [1 + (at % 2), 3 + (at % 2)].map(nth => ({ file: 'journal', nth, moment }) as const),
)

type Life = { trap(trap: Trap): void; kill(): Promise<void>; ask(path: string, how: Ask): Promise<Answer> }

async function live(world: World, host: string): Promise<Life> {
  const http = { HOST: host, PORT: '8080', API_KEYS, JENKINS_WEBHOOK_SECRET: SECRET }
  const env = { CHAT: 'terminal', DATA_DIR: world.dataDir, BOARDS_FILE: world.file, ...http }
  const child = spawn(process.execPath, [BOT], { stdio: ['pipe', 'pipe', 'inherit'], env })
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stdin.on('error', () => {})
  const closed = once(child, 'close')
  let isUp = false
  createInterface({ input: child.stdout }).on('line', line => {
    isUp ||= line.includes('"ready"')
  })
  await until(() => isUp, 'the bot is up', 30_000)
  return {
    trap: trap => void child.stdin.write(`${JSON.stringify({ say: 'trap', trap })}\n`),
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
    ask: (path, how) => ask(8080, path, { host, ...how }),
  }
}

/** The same request, as often as it is sent. */
function asked(n: number, life: Life): readonly Promise<Answer>[] {
  const byKey = { family: 'socA', shell: `echo key-${n}` }
  const byJenkins = { family: 'socA', shell: `echo jenkins-${n}`, delivery: `d-${n}` }
  return [
    life.ask('/api/v1/tests', { key: KEYS.mei, headers: { 'idempotency-key': `k-${n}` }, body: byKey }),
    life.ask('/webhooks/jenkins', { headers: { 'x-boardroom-secret': SECRET }, body: byJenkins }),
  ]
}

/** The test that an answer stands for; null for a refusal, and where none came. */
async function testOf(answer: Promise<Answer>): Promise<string | null> {
  const came = await answer.catch(() => null)
  if (came === null || came.status >= 300) return null
  const { test, run } = came.json as { test?: string; run?: { id: string } }
  return test ?? run?.id ?? null
}

test('P27 M8.5 at whichever step of the disk the bot is killed: what was answered for is there, once, and the same request finds it', {
  timeout: 180_000,
}, async () => {
  const { host } = ownPorts([])
  const world = await startWorld({ app: false, boards: BOARDS })
  onTestFinished(() => world.close())
  const answered: (string | null)[][] = []
  let life = await live(world, host)
  for (const [n, trap] of TRAPS.entries()) {
    life.trap(trap)
    answered.push(await Promise.all(asked(n, life).map(testOf)))
    await life.kill()
    life = await live(world, host)
    const [key, jenkins] = asked(n, life)
    const [keyed, hooked] = [await key, await jenkins]
    const before = answered[n] ?? []
    const label = `${trap.moment}, append ${trap.nth}`
    if (before[0] !== null) expect([label, keyed?.headers['idempotent-replay']]).toEqual([label, 'true'])
    // It may have had an effect and had none: that is said, and nothing is done on a guess.
    const isUnknown = (keyed?.json as { code?: string } | null)?.code === 'outcome-unknown'
    expect([label, isUnknown ? 409 : 201, isUnknown && before[0] !== null]).toEqual([
      label,
      keyed?.status,
      false,
    ])
    expect([label, [200, 201].includes(hooked?.status ?? 0)]).toEqual([label, true])
    const now = [
      isUnknown ? null : await testOf(Promise.resolve(keyed as Answer)),
      await testOf(Promise.resolve(hooked as Answer)),
    ]
    for (const at of [0, 1]) if (before[at] !== null) expect([label, now[at]]).toEqual([label, before[at]])
    answered[n] = now
  }
  const list = await life.ask('/api/v1/tests', { key: KEYS.ada })
  const runs = (list.json as { tests: { id: string; program: { command: string } }[] }).tests
  const made = new Map(runs.map(({ id, program }) => [program.command, id]))
  expect(made.size).toBe(runs.length)
  for (const [n, [key, jenkins]] of answered.entries()) {
    expect([n, made.get(`echo key-${n}`) ?? null]).toEqual([n, key])
    expect([n, made.get(`echo jenkins-${n}`)]).toEqual([n, jenkins])
  }
  await life.kill()
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BotEnd, startBot } from './bot.ts'
import { boardsYaml, FOUR_BOARDS, ownPorts, planOf } from './inventory.ts'

/** One of a family is enough to see a pipe, and the log-in is short, as one board will not answer. */
const BOARDS = FOUR_BOARDS.filter(({ id }) => id.startsWith('soc-a')).map(board => ({
  ...board,
  console: { login_timeout: '1s' },
}))
const DEADLINE_MS = 60_000

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  await writeFile(
    join(dir, 'boards.yaml'),
    boardsYaml(planOf({ boards: BOARDS }), ownPorts(BOARDS), { simulated: true }),
  )
  await writeFile(join(dir, 'hello'), '#!/bin/sh\necho "hello, $1"\n', { mode: 0o755 })
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/** The demo with these lines from a pipe. */
async function demo(lines: readonly string[], ...args: readonly string[]): Promise<BotEnd> {
  const bot = startBot({ args: ['demo', ...args], cwd: dir, env: { BOARDS_FILE: join(dir, 'boards.yaml') } })
  try {
    for (const line of lines) bot.type(line)
    return await bot.ended()
  } finally {
    await bot.close()
  }
}

function indexIn(text: string, ...parts: readonly string[]): number[] {
  return parts.map(part => text.indexOf(part))
}

function isRising(places: readonly number[]): boolean {
  return places.every((place, at) => place >= 0 && place > (places[at - 1] ?? -1))
}

describe('lines from a pipe', { timeout: DEADLINE_MS }, () => {
  it('are waited for one after the other, `&` is not, `@mei:` says who types, and the end is 0 when all went well (design 10)', async () => {
    const { code, stdout, stderr } = await demo([
      '@mei: run-test socA --shell "sleep 2; echo slow" &',
      '@li: run-test socA ./hello -- world',
      '# nothing is typed here',
      '@kai: lease soc-a-002',
      '@kai: lease release L1',
      'queue',
    ])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain('  hello, world')
    const order = [
      'T1 · sleep 2; echo slow',
      'T2 · hello on socA',
      '@li T2 passed',
      'L1',
      'Queue',
      '@mei T1 passed',
    ]
    expect(indexIn(stdout, ...order)).toSatisfy(isRising)
    expect(stdout).toContain('yours until')
  })

  it('end with 1 when a test failed, whatever came after it', async () => {
    const { code, stdout } = await demo([
      'run-test socA --shell "echo not ok 1; exit 3"',
      'run-test socA ./hello',
    ])
    expect(stdout).toContain('failed after')
    expect(stdout).toContain('T2 passed')
    expect(code).toBe(1)
  })

  it('end with 2 when the lab was at fault: a board without power does not answer', async () => {
    const { code, stdout } = await demo([
      'run-test socA --shell "exit 3"',
      'power off soc-a-001',
      'boards health soc-a-001',
      'run-test socA ./hello',
    ])
    expect(stdout).toContain('soc-a-001 · socA · offline: switched off by @ada')
    expect(stdout).toMatch(/T2 passed on soc-a-002/)
    expect(code).toBe(2)
  })

  it('end with 3 when something typed could not be understood or is not there, and nothing was started by it', async () => {
    const { code, stdout } = await demo([
      'run-test scoA ./hello',
      'run-test socA ./hllo',
      'run-test socA --shell "never closed',
      'runtest socA ./hello',
      'tests',
    ])
    expect(stdout).toContain('There is no family "scoA". Did you mean socA? Families: socA.')
    expect(stdout).toContain(`There is no file ${join(dir, 'hllo')}.`)
    expect(stdout).toContain('The quote " at character 23 is never closed')
    expect(stdout).toMatch(/run-test/)
    expect(stdout).not.toContain('T1')
    expect(code).toBe(3)
  })

  it('give one line of JSON each with --json: results, errors with class and hint, and what is told', async () => {
    const { code, stdout } = await demo(
      ['@mei: run-test socA ./hello -- json', 'power cycle nowhere', 'boards'],
      '--json',
      '--as',
      'kai',
    )
    const replies = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(replies).toMatchObject([
      { run: { id: 'T1', family: 'socA', submitter: { name: 'mei' } } },
      { told: { topic: 'run/T1', to: 'mei', text: expect.stringContaining('T1 passed') } },
      { error: { code: 'not-found', class: 'input', message: expect.stringContaining('"nowhere"') } },
      { boards: [{ config: { id: 'soc-a-001' } }, { config: { id: 'soc-a-002' } }] },
    ])
    expect(code).toBe(3)
  })
})

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../until.ts'
import { startWorld, type World, wordsOf } from './world.ts'

/** M3.3 */
const FREE_WITHIN_MS = 30_000

let world: World
beforeAll(async () => {
  world = await startWorld()
  await world.program('hello', '#!/bin/sh\necho "hello, $1"\necho "on $(uname -n)"\n')
})
afterAll(() => world.close())

describe('the main job', () => {
  it('a binary is copied to a leased board and runs, its end is told with a link, and the board is free again (M3.1, M3.3, M5.2, M6.2, M6.3)', async () => {
    const seen: string[] = []
    const stop = world.lab.subscribe('*', () => {
      const state = Object.values(world.lab.state().runs).at(-1)?.state
      if (state !== undefined && seen.at(-1) !== state) seen.push(state)
    })
    const id = await world.start('run-test socA ./hello -- world')
    const run = await world.finished(id)
    stop()

    expect(seen).toEqual(['queued', 'leasing', 'preparing', 'running', 'collecting', 'passed'])
    expect(run.attempts.map(({ board, failure }) => [board, failure])).toEqual([['soc-a-001', null]])
    expect(run.result).toMatchObject({ exitStatus: 0, endedBy: 'itself', failure: null })
    expect(run.result?.copied?.bytes).toBe(run.program.kind === 'binary' ? run.program.size : 0)
    expect(run.result?.tail).toEqual(['hello, world', 'on soc-a-001'])
    expect(world.told).toHaveLength(1)
    expect(world.told[0]).toMatchObject({ topic: `run/${id}`, to: 'mei' })
    expect(world.told[0]?.text).toMatch(
      new RegExp(`^@mei ${id} passed on soc-a-001 after .*: hello\\. Log: http`),
    )
    await until(() => world.lab.board('soc-a-001')?.heldBy === null, 'the board is free', FREE_WITHIN_MS)
    expect(
      readdirSync(join(world.board('soc-a-001').dir, 'fs/tmp')).filter(name => /^br-/.test(name)),
    ).toEqual([])
  })

  it('the link that was told answers: a page, the list as JSON, each file, and ranges of it (M7.3, I2)', async () => {
    const told = await fetch(/http\S+$/.exec(world.told[0]?.text ?? '')?.[0] ?? '')
    expect([told.status, await told.text()]).toEqual([200, expect.stringContaining('hello, world')])
    const link = world.lab.link('T1')
    const page = await fetch(link, { headers: { accept: 'text/html' } })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await page.text()).toContain('output.log')

    const list = (await (await fetch(link, { headers: { accept: 'application/json' } })).json()) as {
      state: string
      files: { name: string; url: string; size: number }[]
    }
    expect(list.state).toBe('passed')
    expect(list.files.map(({ name }) => name).toSorted()).toEqual(['console.log', 'hello', 'output.log'])

    const output = list.files.find(({ name }) => name === 'output.log')?.url ?? ''
    const whole = await (await fetch(output)).text()
    expect(whole.replaceAll('\r', '')).toBe('hello, world\non soc-a-001\n')
    const part = await fetch(output, { headers: { range: 'bytes=7-11' } })
    expect([part.status, await part.text()]).toEqual([206, 'world'])
    const gone = await fetch(`${link}/nothing.log`, { headers: { accept: 'application/json' } })
    expect([gone.status, await gone.text()]).toEqual([404, expect.stringContaining('output.log')])
  })

  it('health answers over HTTP, with what waits and what is usable (I4)', async () => {
    const answer = await fetch(`${world.app.address}/api/v1/health`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      status: 'ok',
      queue: { waiting: 0, running: 0 },
      boards: { usable: 4, total: 4 },
    })
  })

  it('the same test again has a new id and the same outcome, on the board that was named', async () => {
    const id = await world.start('tests rerun T1 --board soc-a-002', { as: 'li' })
    const run = await world.finished(id)
    expect(id).not.toBe('T1')
    expect(run.result?.tail).toEqual(['hello, world', 'on soc-a-002'])
    expect(run.submitter.name).toBe('li')
    expect(world.told.at(-1)).toMatchObject({ topic: `run/${id}`, to: 'li' })
  })

  it('a test past its time is ended on the board and says timeout, with its last lines (M6.4)', async () => {
    const id = await world.start(
      `run-test socB --timeout 1s --shell "trap '' INT TERM; echo started; sleep 600"`,
      { as: 'li' },
    )
    const run = await world.finished(id)
    expect(run.state).toBe('timeout')
    expect(run.result).toMatchObject({
      endedBy: 'kill',
      failure: { class: 'timeout', cause: 'time limit', blame: 'none' },
    })
    expect(world.told.at(-1)?.text).toContain(`@li ${id} timeout after 1 s`)
  })

  it('a failing test is told with its exit status, and is nobody else’s fault (M5.3, E)', async () => {
    const id = await world.start('run-test socB --shell "echo not ok 1; exit 3"')
    const run = await world.finished(id)
    expect(run.state).toBe('failed')
    expect(run.result).toMatchObject({
      exitStatus: 3,
      failure: { class: 'test', cause: 'exit status', blame: 'none' },
      tail: ['not ok 1'],
    })
    expect(world.told.at(-1)?.text).toMatch(/failed after .*: exit status 3\. Log: http/)
    expect(world.lab.boards().flatMap(board => board.state.failures)).toEqual([])
  })
})

describe('what is left of it', () => {
  it('the audit has every line that was typed, who typed it, and what came of it (S4)', async () => {
    const refused = await world.type('audit', { as: 'mei' })
    expect(wordsOf(refused)).toContain('audit needs the role admin')
    const entries = (await world.lab.audit([], 1_000)).toReversed()
    expect(entries.map(({ who, line }) => ({ who: who.name, line }))).toEqual(world.typed)
    expect(entries.at(-1)).toMatchObject({ decision: 'refused' })
    const found = await world.type('audit li rerun', { as: 'ada' })
    expect(wordsOf(found)).toContain('Audit · 1 entry with li rerun')
  })

  it('a restart of the bot loses none of it: tests, files, leases, what was told is not told again (P27)', async () => {
    const lease = await world.start('lease soc-a-002 30m', { as: 'kai' })
    const told = world.told.length
    const before = (await world.lab.runs({})).map(({ id, state }) => [id, state])

    await world.stop()
    await world.open()

    expect((await world.lab.runs({})).map(({ id, state }) => [id, state])).toEqual(before)
    expect(world.lab.lease(lease)).toMatchObject({ state: 'active', board: 'soc-a-002' })
    expect((await fetch(world.lab.link('T1', 'output.log'))).status).toBe(200)
    expect(wordsOf(await world.type(`lease release ${lease}`, { as: 'kai' }))).toContain(lease)
    const id = await world.start(`run-test socA ./hello -- again`)
    expect((await world.finished(id)).state).toBe('passed')
    expect(world.told.slice(told).map(({ topic }) => topic)).toEqual([`run/${id}`])
    expect(existsSync(join(world.dataDir, 'audit'))).toBe(true)
  })

  it('nothing of it was logged as an error', () => {
    expect(world.errors).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/commands/dispatch.ts'
import type { SimulatedBoard } from '../../src/simulator/index.ts'
import { until } from '../until.ts'
import { letGo, running, WAITS } from './gate.ts'
import { attemptsOf, becomes, livedThrough, SICK, WELL, withSickBoard } from './sick-lab.ts'
import type { World } from './world.ts'

const DEADLINE_MS = 90_000
const SLOW_ENOUGH_TO_MEET = 460_800

function lost(board: SimulatedBoard): void {
  board.faults.set({ closeAfterBytes: 0 })
  board.inject('the last that is heard')
}

/** Submits a binary large enough to be met on its way, and waits until some of it is there. */
async function inMidCopy(world: World): Promise<string> {
  await world.program(
    'big',
    Buffer.concat([Buffer.from('#!/bin/sh\necho big; exit\n'), Buffer.alloc(300_000, 'x')]),
  )
  const id = await world.start('run-test socA ./big')
  await until(() => (world.lab.progress(id)?.copy?.done ?? 0) > 5_000, 'it is being copied', 30_000)
  return id
}

describe.concurrent('a board that fails is passed over and looked after, and nothing else is disturbed (M3.4, M3.5, E)', {
  timeout: DEADLINE_MS,
}, () => {
  it('refuses connections: offline with host, port and step; its tests run elsewhere or wait, and it is back by itself', async () => {
    await withSickBoard({}, async ({ world, board }) => {
      await until(() => world.lab.board(SICK)?.connected, 'the console is connected')
      board.faults.set({ refuses: true })
      lost(board)
      await until(() => world.lab.board(SICK)?.usable === false, 'it gets no work')

      const run = await world.finished(await world.start('run-test socA ./hello'))
      expect(attemptsOf(run)).toEqual([[WELL, null]])
      const offline = await becomes(world, { status: 'offline' })
      expect(offline.reason).toContain(`telnet 127.0.0.1:${board.port}: connection refused (step: connect)`)
      const waits = await world.start(`run-test socA --board ${SICK} ./hello`)
      expect(world.lab.waiting(waits)?.why.join()).toContain(`${SICK} is `)

      board.faults.set({ refuses: false })
      expect(attemptsOf(await world.finished(waits))).toEqual([[SICK, null]])
    })
  })

  it('closes in mid-run: console lost, blamed on the board; the test goes on elsewhere with its place and passes', async () => {
    await withSickBoard({}, async ({ world, board }) => {
      const id = await world.start(`run-test socA ${WAITS}`)
      await running(world, id)
      lost(board)
      letGo(world.board(WELL))

      const run = await world.finished(id)
      expect(run.state).toBe('passed')
      expect(attemptsOf(run)).toEqual([
        [SICK, { class: 'infrastructure', cause: 'console lost', blame: 'board' }],
        [WELL, null],
      ])
      expect(run.attempts[0]?.message).toMatch(
        /console of soc-a-001 \(telnet .*\) was lost: closed by the other side/,
      )
      expect((await becomes(world, { status: 'available' })).state.failures).toHaveLength(1)
    })
  })

  it('never prompts: no prompt, what was tried; after a power cycle that does not help it is offline', async () => {
    await withSickBoard({ faults: { neverPrompts: true } }, async ({ world, board }) => {
      const run = await world.finished(await world.start('run-test socA ./hello'))
      expect(attemptsOf(run)).toEqual([
        [SICK, { class: 'infrastructure', cause: 'no prompt', blame: 'board' }],
        [WELL, null],
      ])
      expect(run.attempts[0]?.message).toContain('nothing answered newlines and interrupts within 2 s')
      await until(() => livedThrough(board).length === 2, 'its power is cycled', 30_000)
      const offline = await becomes(world, { status: 'offline' })
      expect(offline.reason).toContain(`no prompt; ${SICK} was not back after 4 s: no prompt on ${SICK}`)
      expect(livedThrough(board)).toEqual(['off', 'on'])
    })
  })

  it('hangs in mid-copy: the test goes elsewhere, the board is power-cycled and well again', async () => {
    await withSickBoard({ like: { baud: SLOW_ENOUGH_TO_MEET } }, async ({ world, board }) => {
      const id = await inMidCopy(world)
      board.faults.set({ hang: true })
      const run = await world.finished(id)
      expect(run.result?.tail).toEqual(['big'])
      expect(attemptsOf(run)).toEqual([
        [
          SICK,
          {
            class: 'infrastructure',
            cause: expect.stringMatching(/no prompt|not answering/),
            blame: 'board',
          },
        ],
        [WELL, null],
      ])
      expect((await becomes(world, { status: 'available' })).health).toBe('degraded')
      expect(livedThrough(board)).toEqual(['off', 'on'])
    })
  })

  it('panics in mid-copy: before the program ran it is the board’s, and the test goes elsewhere', async () => {
    await withSickBoard({ like: { baud: SLOW_ENOUGH_TO_MEET } }, async ({ world, board }) => {
      const id = await inMidCopy(world)
      board.panic()
      const run = await world.finished(id)
      expect(attemptsOf(run)).toEqual([
        [SICK, { class: 'infrastructure', cause: 'panic', blame: 'board' }],
        [WELL, null],
      ])
      expect(run.attempts[0]?.message).toContain('copied: kernel panic: Fatal exception in interrupt')
      expect((await becomes(world, { status: 'available' })).state.failures).toHaveLength(1)
      expect(livedThrough(board)).toEqual(['panic', 'off', 'on'])
    })
  })

  it('panics in mid-test: a failed test, with the line as proof; not counted against the board, which is brought back', async () => {
    await withSickBoard({}, async ({ world, board }) => {
      const id = await world.start(`run-test socA ${WAITS}`)
      await running(world, id)
      board.panic()
      const run = await world.finished(id)
      expect(run.state).toBe('failed')
      expect(attemptsOf(run)).toEqual([[SICK, { class: 'test', cause: 'panic', blame: 'none' }]])
      expect(run.result).toMatchObject({
        title: 'kernel panic: Fatal exception in interrupt',
        proof: expect.arrayContaining([
          'Kernel panic - not syncing: Fatal exception in interrupt',
          'Call trace:',
        ]),
      })
      expect(run.result?.proof.at(-1)).toMatch('---[ end Kernel panic')
      expect(run.result?.tail).toContainEqual(expect.stringContaining('Call trace:'))
      expect(world.told.find(({ topic }) => topic === `run/${id}`)?.text).toContain('kernel panic')
      expect((await becomes(world, { status: 'available', health: 'healthy' })).state.failures).toEqual([])
      expect(livedThrough(board)).toEqual(['panic', 'off', 'on'])
    })
  })

  it('resets in mid-test: a failed test, cause reset; the board answers again and was not switched', async () => {
    await withSickBoard({}, async ({ world, board }) => {
      const id = await world.start(`run-test socA ${WAITS}`)
      await running(world, id)
      board.reset()
      const run = await world.finished(id)
      expect(attemptsOf(run)).toEqual([[SICK, { class: 'test', cause: 'reset', blame: 'none' }]])
      expect(run.result?.title).toContain('reset')
      await becomes(world, { status: 'available', health: 'healthy' })
      expect(livedThrough(board)).toEqual(['reset'])
      const next = await world.finished(await world.start(`run-test socA --board ${SICK} ./hello`))
      expect(next.state).toBe('passed')
    })
  })

  it('floods: a program that prints for ever is ended at the log’s limit, as a test, and the board is clean', async () => {
    await withSickBoard({ settings: { log_limit: '200kB' } }, async ({ world, board }) => {
      const run = await world.finished(await world.start('run-test socA --shell "yes flood"'))
      expect(attemptsOf(run)).toEqual([[SICK, { class: 'test', cause: 'output limit', blame: 'none' }]])
      expect(run.result).toMatchObject({ endedBy: 'interrupt', title: 'more than 200 kB of output' })
      const next = await world.finished(await world.start(`run-test socA --board ${SICK} ./hello`))
      expect(next.result?.tail).toEqual(['hello from soc-a-001'])
      expect(livedThrough(board)).toEqual([])
    })
  })

  it('floods by itself: the test ends at the log’s limit, and the board takes work again when it is over', async () => {
    await withSickBoard({ settings: { log_limit: '200kB' } }, async ({ world, board }) => {
      const id = await world.start(`run-test socA ${WAITS}`)
      await running(world, id)
      board.faults.set({ flood: true })
      const run = await world.finished(id)
      expect(attemptsOf(run)).toEqual([[SICK, { class: 'test', cause: 'output limit', blame: 'none' }]])
      board.faults.set({ flood: false })
      await becomes(world, { status: 'available' })
    })
  })

  it('asks for another password: log-in, not the board’s fault, and what to do; the test goes elsewhere', async () => {
    const login = { username: 'admin', password: 'right' }
    const options = { like: { login }, console: { username: 'admin', password: 'wr0ng-pass' } }
    await withSickBoard(options, async ({ world, board }) => {
      const run = await world.finished(await world.start('run-test socA ./hello'))
      expect(attemptsOf(run)).toEqual([
        [SICK, { class: 'infrastructure', cause: 'log-in', blame: 'lab' }],
        [WELL, null],
      ])
      expect(run.attempts[0]?.message).toContain('user name or password was refused')
      const only = await world.finished(await world.start(`run-test socA --board ${SICK} ./hello`))
      expect([only.state, only.attempts.length]).toEqual(['error', 3])
      expect(only.result?.hint).toContain(`Check user name and password of ${SICK} in boards.yaml`)
      expect(world.lab.board(SICK)?.state.failures).toEqual([])
      expect(livedThrough(board)).toEqual([])
      expect(JSON.stringify([run, only, world.told])).not.toContain('wr0ng-pass')
    })
  })

  it('loses characters on the way in: the test passes all the same, there or elsewhere, and its output is its own', async () => {
    await withSickBoard({ faults: { loseIn: 1 / 2000 } }, async ({ world }) => {
      const run = await world.finished(await world.start('run-test socA ./hello'))
      expect(run.state, JSON.stringify(run)).toBe('passed')
      expect(run.result?.tail.at(-1), JSON.stringify(run)).toBe(`hello from ${run.attempts.at(-1)?.board}`)
      for (const [board, failure] of attemptsOf(run).slice(0, -1)) {
        expect(board).toBe(SICK)
        expect(failure?.class).toBe('infrastructure')
      }
    })
  })

  it('fails three times in a day: unhealthy, people are told, it gets no work; healthy again when an operator’s check passes (M3.4)', async () => {
    await withSickBoard({}, async ({ world, board }) => {
      const id = await world.start(`run-test socA --board ${SICK} ${WAITS}`)
      for (let attempt = 1; attempt <= 3; attempt++) {
        await until(
          () => world.lab.state().runs[id]?.attempts.length === attempt,
          `attempt ${attempt}`,
          30_000,
        )
        await running(world, id)
        lost(board)
        await until(
          () => (world.lab.board(SICK)?.state.failures.length ?? 0) === attempt,
          'it counts',
          30_000,
        )
      }
      const run = await world.finished(id)
      expect([run.state, run.attempts.length]).toEqual(['error', 3])
      const sick = world.lab.board(SICK)
      expect([sick?.health, sick?.usable]).toEqual(['unhealthy', false])
      expect(sick?.reason).toContain('3 infrastructure failures in a day')
      await until(
        () => world.told.some(({ kind, text }) => kind === 'alert' && text.includes(SICK)),
        'people are told',
      )

      const elsewhere = await world.finished(await world.start('run-test socA ./hello'))
      expect(attemptsOf(elsewhere)).toEqual([[WELL, null]])
      expect(world.lab.board(SICK)?.health).toBe('unhealthy')
      // As long as the lab itself looks after it, a check is refused.
      const check = (): Promise<Outcome> => world.type(`boards health ${SICK}`, { as: 'ops' })
      await until(async () => (await check()).kind === 'done', 'an operator may ask it', 30_000)
      expect((await becomes(world, { status: 'available' })).health).toBe('healthy')
      const back = await world.finished(await world.start(`run-test socA --board ${SICK} ./hello`))
      expect(back.state).toBe('passed')
    })
  })
})

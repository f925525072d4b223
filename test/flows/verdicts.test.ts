import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { frameOf } from '../../src/cards/topics.ts'
import type { Run } from '../../src/lab/types.ts'
import { draw } from '../cards/draw.ts'
import { until } from '../until.ts'
import { letGo, running, WAITS } from './gate.ts'
import { attemptsOf, becomes, SICK, WELL, withSickBoard } from './sick-lab.ts'
import type { World } from './world.ts'

const DEADLINE_MS = 120_000
const SLOW_ENOUGH_TO_MEET = 460_800
const MAIN = join(import.meta.dirname, '../../src/main.ts')

const OOPS = [
  'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008',
  'Internal error: Oops: 0000000096000005 [#1] PREEMPT SMP',
  'CPU: 0 PID: 312 Comm: test Not tainted 6.1.92 #1',
  'pc : dwmac_rx+0x1d4/0x5a0',
  'lr : napi_poll+0x3c/0x1f0',
  'Call trace:',
  ' dwmac_rx+0x1d4/0x5a0',
  ' napi_poll+0x3c/0x1f0',
  '---[ end trace 0000000000000000 ]---',
]
const WARNING = [
  '------------[ cut here ]------------',
  'WARNING: CPU: 1 PID: 312 at drivers/net/dwmac.c:311 dwmac_open+0x40/0x90',
  'CPU: 1 PID: 312 Comm: test Not tainted 6.1.92 #1',
  'pc : dwmac_open+0x40/0x90',
  'Call trace:',
  ' dwmac_open+0x40/0x90',
  '---[ end trace 0000000000000000 ]---',
]
const KILL = 'Out of memory: Killed process 512 (test) total-vm:901124kB, anon-rss:880000kB, UID:0'

type Reading = { verdict: unknown; events: { title: string; lines: number[] }[] }

/** What `boardroom verdict` says of the file that the run left. */
async function offline(world: World, { id }: Run, stage: string): Promise<Reading> {
  const log = Buffer.from(await (await fetch(world.lab.link(id, 'console.log'))).arrayBuffer())
  const args = [MAIN, 'verdict', '-', '--stage', stage]
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = execFile(process.execPath, args, { timeout: 20_000 }, (error, out) =>
    error === null ? resolve(out) : reject(error),
  )
  child.stdin?.end(log)
  return JSON.parse(await promise)
}

function told(run: Run) {
  return run.result?.events?.map(({ title, lines }) => ({ title, lines }))
}

async function card(world: World, line: string): Promise<string> {
  const { view } = await world.type(line)
  return draw(view, null, frameOf(world.lab)).join('\n')
}

describe.concurrent('what a console proves is what a test ended by, in every stage (M6.7, E)', {
  timeout: DEADLINE_MS,
}, () => {
  it('an oops, a panic and a restart are one story, with the lines that boardroom verdict names', async () => {
    await withSickBoard({ like: { afterPanic: 'reboot' } }, async ({ world, board }) => {
      const id = await world.start(`run-test socA --board ${SICK} ${WAITS}`)
      await running(world, id)
      board.inject(OOPS.join('\n'))
      board.panic()
      const run = await world.finished(id)
      expect(run).toMatchObject({
        state: 'failed',
        result: {
          failure: { class: 'test', cause: 'panic', blame: 'none' },
          title: expect.stringMatching(/^kernel panic: .+, dwmac_rx\+0x1d4$/),
        },
      })
      expect(run.result?.proof).toContain('pc : dwmac_rx+0x1d4/0x5a0')
      const read = await offline(world, run, 'run')
      const { failure, title, lines, proof } = run.result ?? {}
      expect(read.verdict).toMatchObject({ ...failure, title, lines, proof })
      expect(told(run)).toEqual(read.events.map(event => ({ title: event.title, lines: event.lines })))
      expect(told(run)).toHaveLength(2)

      await becomes(world, { status: 'available' })
      expect(world.lab.board(SICK)?.state.failures).toEqual([])
      // The restart that came of it is no incident of an idle board.
      expect(world.lab.board(SICK)?.state.incidents).toMatchObject([{ during: id, kind: 'panic' }])
      expect(world.lab.board(WELL)?.state.incidents).toBeUndefined()
      const shown = await card(world, `tests show ${id}`)
      expect(shown).toContain('failed: kernel panic')
      expect(shown).toContain('is well again. Not counted against it.')
      expect(shown).toContain(`/artifacts/${id}/console.log#L${lines?.[0]}`)
      expect(await card(world, `tests log ${id} --line ${lines?.[0]} --lines 1`)).toContain(OOPS[0])
    })
  })

  it('a panic in mid-copy is the board’s: the test goes on on another, and the attempt keeps what was told', async () => {
    await withSickBoard({ like: { baud: SLOW_ENOUGH_TO_MEET } }, async ({ world, board }) => {
      await world.program(
        'big',
        Buffer.concat([Buffer.from('#!/bin/sh\necho big; exit\n'), randomBytes(300_000)]),
      )
      const id = await world.start('run-test socA ./big')
      await until(() => (world.lab.progress(id)?.copy?.done ?? 0) > 5_000, 'it is being copied', 30_000)
      board.panic()
      const run = await world.finished(id)
      expect(attemptsOf(run)).toEqual([
        [SICK, { class: 'infrastructure', cause: 'panic', blame: 'board' }],
        [WELL, null],
      ])
      const [first] = run.attempts
      expect(first).toMatchObject({
        title: expect.stringMatching(/^kernel panic: /),
        message: expect.stringContaining('while the program was being copied: kernel panic: '),
        events: [{ kind: 'panic', severity: 'ends' }],
      })
      const { verdict } = await offline(world, run, 'transfer')
      expect(verdict).toMatchObject({ ...first?.failure, title: first?.title, lines: first?.lines })
      expect(world.lab.board(SICK)?.state.failures).toHaveLength(1)
      expect(await card(world, `tests show ${id}`)).toMatch(/1 +\d+–\d+ +kernel panic: /)
    })
  })

  it('a warning that the kernel survives is told on the card of a test that passes', async () => {
    await withSickBoard({}, async ({ world, board }) => {
      const id = await world.start(`run-test socA --board ${SICK} ${WAITS}`)
      await running(world, id)
      board.inject(WARNING.join('\n'))
      letGo(board)
      const run = await world.finished(id)
      expect(run).toMatchObject({ state: 'passed', result: { failure: null, title: null, proof: [] } })
      const read = await offline(world, run, 'run')
      expect(read.verdict).toBeNull()
      expect(told(run)).toEqual([{ title: read.events[0]?.title, lines: read.events[0]?.lines }])
      const [line] = read.events[0]?.lines ?? []
      const shown = await card(world, `tests show ${id}`)
      expect(shown).toContain(`The kernel warned 1×: dwmac_open+0x40 drivers/net/dwmac.c:311, line ${line}`)
      const outcome = await world.type(`tests show ${id}`)
      expect(JSON.stringify(outcome)).toContain('"severity":"told"')
    })
  })

  it('a kill for want of memory is what a test died of when it died of a kill, and else only told', async () => {
    await withSickBoard({}, async ({ world, board }) => {
      const ended = async (last: string): Promise<Run> => {
        const id = await world.start(
          `run-test socA --board ${SICK} --shell 'echo waiting; while [ ! -e /tmp/go ]; do sleep 0.05; done; rm /tmp/go; ${last}'`,
        )
        await running(world, id)
        board.inject(KILL)
        letGo(board)
        return await world.finished(id)
      }
      expect(await ended('exit 137')).toMatchObject({
        state: 'failed',
        result: {
          exitStatus: 137,
          title: 'out of memory: test (512) was killed',
          failure: { class: 'test', cause: 'out of memory', blame: 'none' },
          lines: [expect.any(Number), expect.any(Number)],
        },
      })
    })
  })

  it('a panic of an idle board is in its history and on its card, it is healed, and nobody is woken', async () => {
    await withSickBoard({}, async ({ world, board }) => {
      await until(() => board.isUp() && world.lab.board(SICK)?.connected, 'it is up')
      const up = await world.finished(await world.start(`run-test socA --board ${SICK} ./hello`))
      expect(up.state).toBe('passed')
      board.panic()
      await until(() => world.lab.board(SICK)?.state.condition === 'recovery', 'it is looked after')
      await becomes(world, { status: 'available' })
      const [incident, ...others] = world.lab.board(SICK)?.state.incidents ?? []
      expect(others).toEqual([])
      expect(incident).toMatchObject({ kind: 'panic', during: null, severity: 'ends' })
      const shown = await card(world, `boards show ${SICK}`)
      expect(shown).toMatch(
        /kernel panic: .+ \(while nobody used it: not counted, it was in use just before\)/,
      )
      expect(shown).toMatch(/Looked after: .*power: back/)
      expect(shown).toContain(`boards log ${SICK} --at ${incident?.offset} --lines 40`)
      expect(await card(world, `boards log ${SICK} --at ${incident?.offset} --lines 1`)).toContain(
        'Kernel panic - not syncing',
      )
      expect(world.told.filter(({ kind }) => kind === 'alert')).toEqual([])
      expect(world.lab.board(SICK)?.state.failures).toEqual([])
    })
  })
})

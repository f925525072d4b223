import { describe, expect, it } from 'vitest'
import { frameOf } from '../../src/cards/topics.ts'
import { draw } from '../cards/draw.ts'
import { until } from '../until.ts'
import { running, WAITS } from './gate.ts'
import { attemptsOf, becomes, livedThrough, SICK, type SickLab, WELL, withSickBoard } from './sick-lab.ts'
import type { World } from './world.ts'

const DEADLINE_MS = 120_000
const ALLOWED = { written: { sysrq: true } }

/** Steps of the ladder as they are stored: what was done, and what came of it. */
function stepsOf(world: World): readonly string[] {
  const steps = world.lab.board(SICK)?.state.steps ?? []
  return steps.map(({ step, outcome, run }) => `${step}${run === null ? '' : ` ${run}`}: ${outcome}`)
}

/** A test runs on it with a time limit, and then something befalls the board. */
async function endedByTime({ world, board }: SickLab, faults: Parameters<typeof board.faults.set>[0]) {
  const id = await world.start(`run-test socA --board ${SICK} --timeout 6s ${WAITS}`)
  await running(world, id)
  board.faults.set(faults)
  const run = await world.finished(id)
  const told = await until(() => world.told.find(({ topic }) => topic === `run/${id}`), 'its telling')
  return { id, run, told: told.text }
}

/** Nobody gets a prompt on it: what is submitted runs elsewhere, and the lab looks after it. */
async function foundSick({ world, board }: SickLab, faults: Parameters<typeof board.faults.set>[0]) {
  await until(() => world.lab.board(SICK)?.connected, 'the console is connected')
  board.faults.set(faults)
  const run = await world.finished(await world.start('run-test socA ./hello'))
  expect(attemptsOf(run)).toEqual([
    [SICK, expect.objectContaining({ blame: 'board' })],
    [WELL, null],
  ])
}

/** The card, as somebody reads it. */
async function shown(world: World, line: string): Promise<string> {
  const { view } = await world.type(line)
  return draw(view, null, frameOf(world.lab)).join(' ').replaceAll(/\s+/g, ' ')
}

describe.concurrent('what does not end by itself is ended, and what is sick is healed, by one ladder (M6.4, H10.3, H18.3)', {
  timeout: DEADLINE_MS,
}, () => {
  it('a program that no signal reaches is killed by SysRq, the card says so, and the board is clean', async () => {
    await withSickBoard(ALLOWED, async lab => {
      const { run, told } = await endedByTime(lab, { hog: true })
      expect(run.state).toBe('timeout')
      expect(run.result).toMatchObject({ endedBy: 'sysrq' })
      expect(told).toContain(`was ended on ${SICK} by SysRq`)
      expect(await shown(lab.world, `tests show ${run.id}`)).toContain(
        'no prompt after interrupt and kill: ended by SysRq, which killed every process',
      )
      await becomes(lab.world, { status: 'available', health: 'healthy' })
      expect(livedThrough(lab.board)).toEqual(['killed'])
      const next = await lab.world.finished(await lab.world.start(`run-test socA --board ${SICK} ./hello`))
      expect(next.result?.tail).toEqual([`hello from ${SICK}`])
    })
  })

  it('a board that does not even then come to its prompt is reset, with no blame; what is next gets it when it has booted', async () => {
    await withSickBoard(ALLOWED, async lab => {
      const { id, run, told } = await endedByTime(lab, { hang: true })
      expect([run.state, run.result?.endedBy]).toEqual(['timeout', 'reset'])
      expect(told).toContain(`was ended on ${SICK} by a reset of the board`)
      await becomes(lab.world, { status: 'available', health: 'healthy' })
      expect(lab.world.lab.board(SICK)?.state.failures).toEqual([])
      expect(livedThrough(lab.board)).toEqual(['killed', 'reset'])
      expect(stepsOf(lab.world)).toEqual([`reset ${id}: back`, 'console: back'])
      const next = await lab.world.finished(await lab.world.start(`run-test socA --board ${SICK} ./hello`))
      expect(next.state).toBe('passed')
    })
  })

  it('where SysRq is not allowed nothing of it is sent: the run says that it could not be ended, and the power is cycled', async () => {
    await withSickBoard({}, async lab => {
      const { run, told } = await endedByTime(lab, { hog: true })
      expect([run.state, run.result?.endedBy]).toEqual(['timeout', 'nothing'])
      expect(told).toContain(`could not be ended on ${SICK}`)
      await becomes(lab.world, { status: 'available' })
      expect(livedThrough(lab.board)).toEqual(['off', 'on'])
      expect(stepsOf(lab.world)).toEqual(['console: no answer', 'power: back'])
    })
  })

  it('a hung board is healed by a reset, and its card says when and how', async () => {
    await withSickBoard(ALLOWED, async lab => {
      await foundSick(lab, { hang: true })
      await becomes(lab.world, { status: 'available' })
      expect(livedThrough(lab.board)).toEqual(['reset'])
      expect(stepsOf(lab.world)).toEqual(['console: no answer', 'reset: back'])
      expect(await shown(lab.world, `boards show ${SICK}`)).toMatch(
        /Looked after: \d\d:\d\d console: no answer · \d\d:\d\d reset: back after \d+ s/,
      )
    })
  })

  it('one whose kernel is deaf is healed by its power', async () => {
    await withSickBoard(ALLOWED, async lab => {
      await foundSick(lab, { hang: true, deaf: true })
      await becomes(lab.world, { status: 'available' })
      expect(livedThrough(lab.board)).toEqual(['off', 'on'])
      expect(stepsOf(lab.world)).toEqual(['console: no answer', 'reset: failed', 'power: back'])
    })
  })

  it('one that nothing helps is set aside, with what was tried, and people are told; a passing check brings it back', async () => {
    await withSickBoard({ ...ALLOWED, faults: { neverPrompts: true } }, async lab => {
      const { world, board } = lab
      const run = await world.finished(await world.start('run-test socA ./hello'))
      expect(attemptsOf(run).at(-1)).toEqual([WELL, null])
      const { reason } = await becomes(world, { status: 'offline' })
      expect(reason).toMatch(/no prompt; .* was not back after 4 s/)
      expect(stepsOf(world)).toEqual(['console: no answer', 'reset: no answer', 'power: no answer'])
      expect(livedThrough(board)).toEqual(['reset', 'off', 'on'])
      const alert = await until(() => world.told.find(({ kind }) => kind === 'alert'), 'people are told')
      expect(alert.text).toMatch(
        /soc-a-001 does not answer and is set aside: .*Tried: \d\d:\d\d console: no answer · /,
      )
      expect(alert.text).toContain('boards health soc-a-001')

      board.faults.set({ neverPrompts: false })
      board.reset()
      await until(() => board.isUp(), 'somebody mended it')
      await until(
        async () => (await world.type(`boards health ${SICK}`, { as: 'ops' })).kind === 'done',
        'a check',
        30_000,
      )
      await becomes(world, { status: 'available' })
      expect((await world.lab.status()).alerts).toEqual([])
    })
  })
})

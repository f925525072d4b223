import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../until.ts'
import { letGo, occupy, running } from './gate.ts'
import { startWorld, type World, wordsOf } from './world.ts'

/** M3.3 */
const FREE_WITHIN_MS = 30_000

let world: World
beforeAll(async () => {
  world = await startWorld()
  await world.program('hello', '#!/bin/sh\necho "hello, $1"\necho "on $(uname -n)"\n')
})
afterAll(() => world.close())

function holderOf(board: string): string | null {
  return world.lab.board(board)?.heldBy ?? null
}

function isFree(board: string): Promise<boolean> {
  return until(() => holderOf(board) === null, `${board} is free`, FREE_WITHIN_MS)
}

function positions(): readonly string[] {
  return world.lab.queue().waiting.map(({ id }) => id)
}

describe('the queue', () => {
  it('shows who waits for what, is reordered and cancelled by its owner or an admin and nobody else (M1.4, M4.2, M4.6)', async () => {
    const boards = ['soc-a-001', 'soc-a-002'].map(id => world.board(id))
    const holders = await Promise.all(boards.map(board => occupy(world, board)))
    const [first = '', second = '', third = ''] = [
      await world.start('run-test socA ./hello -- one', { as: 'mei' }),
      await world.start('run-test socA ./hello -- two --priority low', { as: 'li' }),
      await world.start('run-test socA ./hello --priority low -- three', { as: 'kai' }),
    ]
    expect(positions()).toEqual([first, second, third])
    const shown = await world.type('queue', { as: 'kai' })
    expect(wordsOf(shown)).toContain('3 waiting, 2 running')
    expect(world.lab.waiting(third)?.why.join()).toContain('2 of 2 socA boards are busy')

    expect(wordsOf(await world.type(`queue move ${third} high`, { as: 'li' }))).toContain(
      'needs the role admin',
    )
    await world.type(`queue move ${third} high`, { as: 'kai' })
    expect(positions()).toEqual([third, first, second])
    const refused = await world.type(`queue cancel ${first}`, { as: 'kai' })
    expect(wordsOf(refused)).toBe(
      `queue cancel ${first} needs the role admin.\nAdmins: @ada. @mei submitted it and can do it.`,
    )
    await world.type(`queue cancel ${first}`, { as: 'ada' })
    expect((await world.finished(first)).state).toBe('cancelled')
    expect(world.told.at(-1)?.text).toContain(`@mei ${first} was cancelled by @ada.`)
    expect(positions()).toEqual([third, second])

    for (const board of boards) letGo(board)
    for (const id of [...holders, second, third]) expect((await world.finished(id)).state).toBe('passed')
  })

  it('a running test that is cancelled is ended on its board, its log is kept, and the next one has a clean board (M4.6)', async () => {
    const board = world.board('soc-a-001')
    const id = await occupy(world, board)
    await world.type(`queue cancel ${id}`)
    const run = await world.finished(id)

    expect(run.state).toBe('cancelled')
    expect(run.result?.endedBy).toBe('interrupt')
    expect(run.result?.tail[0]).toBe('waiting')
    await isFree('soc-a-001')
    const look = 'ls /tmp | grep -v "${PWD##*/}"; ps ax | grep -c "[t]mp/go"; true'
    const next = `run-test socA --board soc-a-001 --shell '${look}'`
    expect((await world.finished(await world.start(next))).result?.tail).toEqual(['0'])
    expect(wordsOf(await world.type(`queue cancel ${id}`))).toContain(`is cancelled already`)
  })
})

describe('a lease', () => {
  it('is held by one; the next waits in line, sees why, and is told when it is theirs (M3.6, M3.7)', async () => {
    const kai = await world.start('lease soc-b-001 30m', { as: 'kai' })
    expect(world.lab.lease(kai)).toMatchObject({ state: 'active', board: 'soc-b-001' })
    const mei = await world.start('lease soc-b-001', { as: 'mei' })
    const line = world.lab.waiting(mei)
    expect(line).toMatchObject({ position: 1, board: 'soc-b-001' })
    expect(line?.why.join()).toContain('soc-b-001 is held by @kai until')
    const test = await world.start('run-test socB --board soc-b-001 --priority low --shell true')

    expect(wordsOf(await world.type(`lease release ${kai}`, { as: 'mei' }))).toContain(
      'needs the role operator',
    )
    await world.type(`lease release ${kai}`, { as: 'kai' })
    await until(() => world.lab.lease(mei)?.state === 'active', 'it is theirs', 30_000)
    expect(holderOf('soc-b-001')).toBe('@mei')
    expect(positions()).toEqual([test])
    await world.type(`lease release ${mei}`, { as: 'mei' })
    expect((await world.finished(test)).state).toBe('passed')
  })

  it('power is switched by who holds the board or an operator, and read back (H18.2, H18.6, S3)', async () => {
    const id = await world.start('lease soc-b-001', { as: 'kai' })
    const refused = await world.type('power cycle soc-b-001', { as: 'mei' })
    expect(refused).toMatchObject({ kind: 'fault', exit: 3 })
    expect(wordsOf(refused)).toMatch(
      /^power cycle soc-b-001 needs the role operator\.\nOperators: @ops, @ada\. @kai holds this board until .* and can do it\.$/,
    )
    const board = world.board('soc-b-001')
    const before = board.record.length
    const power = await world.start('power cycle soc-b-001', { as: 'kai' })
    expect(await world.ended(`power/${power}`)).toEqual({ ok: true, exit: 0 })

    const event = await world.lab.powerEvent(power)
    expect(event).toMatchObject({ before: 'on', after: 'on', back: true, failure: null })
    expect(event?.steps.map(({ stage }) => stage)).toEqual(['off', 'on', 'booting', 'back'])
    const lived = board.record.slice(before).filter(({ kind }) => kind === 'power' || kind === 'boot')
    expect(lived).toMatchObject([{ on: false }, { on: true }, { kind: 'boot' }])
    expect(holderOf('soc-b-001')).toBe('@kai')

    const asked = await world.type('power cycle soc-b-001', { as: 'ops' })
    expect(asked).toMatchObject({ kind: 'confirm', exit: 3 })
    expect(wordsOf(asked)).toContain('@kai holds soc-b-001')
    const switched = await world.start('power cycle soc-b-001 --yes --reason "fan"', { as: 'ops' })
    await world.ended(`power/${switched}`)
    await until(
      () => world.told.some(({ topic, to }) => topic === `power/${switched}` && to === 'kai'),
      'kai is told',
    )
    await world.type(`lease release ${id}`, { as: 'kai' })
    await isFree('soc-b-001')
  })

  it('an operator who switches a board under a test is asked first; the test goes on with another attempt (design 4)', async () => {
    const board = world.board('soc-b-002')
    const id = await occupy(world, board)
    expect(wordsOf(await world.type('power cycle soc-b-002', { as: 'ops' }))).toContain(
      `${id} runs on soc-b-002`,
    )
    const power = await world.start('power cycle soc-b-002 --yes', { as: 'ops' })
    expect(await world.ended(`power/${power}`)).toEqual({ ok: true, exit: 0 })
    await running(world, id)
    letGo(board)
    const run = await world.finished(id)
    expect(run.state).toBe('passed')
    expect(run.attempts.map(({ failure }) => failure)).toEqual([
      { class: 'infrastructure', cause: 'power', blame: 'lab' },
      null,
    ])
    expect(world.lab.board('soc-b-002')?.state.failures).toEqual([])
  })

  it('maintenance takes a board out of work, says so, and gives it back (H12.1)', async () => {
    expect(await world.type('boards maintain soc-a-001', { as: 'kai' })).toMatchObject({
      kind: 'fault',
      exit: 3,
    })
    await world.type('boards maintain soc-a-001 --reason "new fan"', { as: 'ops' })
    const id = await world.start(`run-test socA --board soc-a-001 --shell true`)
    expect(world.lab.waiting(id)?.why.join()).toContain('soc-a-001 is in maintenance: new fan')
    await world.type('boards maintain soc-a-001 --off', { as: 'ops' })
    expect((await world.finished(id)).state).toBe('passed')
  })
})

describe('all of it', () => {
  it('was audited as typed, and nothing of it was logged as an error (S4)', async () => {
    const entries = (await world.lab.audit([], 1_000)).toReversed()
    expect(entries.map(({ who, line }) => ({ who: who.name, line }))).toEqual(world.typed)
    expect(world.errors).toEqual([])
  })
})

import { writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../until.ts'
import { letGo, occupy, running, WAITS } from './gate.ts'
import { type BoardPlan, FOUR_BOARDS, ownPorts } from './inventory.ts'
import { startWorld, type World, wordsOf } from './world.ts'

const FIFTH: BoardPlan = { id: 'soc-a-003', family: 'socA' }
const KNOWN = FOUR_BOARDS.slice(0, 3)

/** Three boards are in the file; two more stand there, and will be. */
let world: World
beforeEach(async () => {
  world = await startWorld({ boards: [...FOUR_BOARDS, FIFTH], app: false })
  await world.write({ boards: KNOWN })
})
afterEach(() => world.close())

function boards(): readonly string[] {
  return world.lab.boards().map(({ config, leaving }) => (leaving ? `${config.id} leaves` : config.id))
}

const BAD = `settings:
  queue_limt: 10
boards:
  - id: soc-a-001
    family: socA
    console: { driver: telnet, host: 127.0.0.1, port: 7001 }
  - id: soc-a-001
    family: socA
    console: { driver: telnet, host: 127.0.0.1, port: 7001 }
`

describe('boards.yaml is read again (M2.5, M2.7)', () => {
  it('by an admin, and what runs, waits and is leased goes on: a new board takes work at once, a removed one goes when idle', async () => {
    await world.open()
    const [one, two] = [world.board('soc-a-001'), world.board('soc-a-002')]
    const [first, second] = [await occupy(world, one), await occupy(world, two)]
    const lease = await world.start('lease soc-b-001', { as: 'kai' })
    const third = await world.start(`run-test socA ${WAITS}`, { as: 'li' })
    await world.write({ boards: [...FOUR_BOARDS, FIFTH].filter(({ id }) => id !== 'soc-a-002') })

    expect(wordsOf(await world.type('settings reload', { as: 'mei' }))).toContain('needs the role admin')
    const answer = await world.type('settings reload', { as: 'ada' })
    expect(answer).toMatchObject({
      kind: 'done',
      result: { added: ['soc-b-002', 'soc-a-003'], removed: ['soc-a-002'], changed: [] },
    })

    await running(world, third)
    expect(world.lab.state().runs[third]?.attempts.map(({ board }) => board)).toEqual(['soc-a-003'])
    expect(boards()).toEqual(['soc-a-001', 'soc-b-001', 'soc-b-002', 'soc-a-003', 'soc-a-002 leaves'])
    expect(world.lab.lease(lease)).toMatchObject({ state: 'active', board: 'soc-b-001' })
    for (const board of [one, two, world.board('soc-a-003')]) letGo(board)
    for (const id of [first, second, third]) {
      const run = await world.finished(id)
      expect([run.state, run.attempts.length]).toEqual(['passed', 1])
    }
    await until(() => boards().length === 4, 'the removed board goes')
    expect(world.errors).toEqual([])
  })

  it('settings that say when the lab looks at its boards count at once (S2)', async () => {
    const slow = { liveness: '1h', board_health: '1s' }
    await world.write({ boards: KNOWN.slice(0, 1), settings: { ...world.plan.settings, ...slow } })
    await world.open()
    const asked = (): number => world.lab.board('soc-a-001')?.state.lastCheckAt ?? 0
    await until(() => asked() > 0, 'it is asked when it is found')
    const quick = { liveness: '100ms', board_health: '1s' }
    await world.write({ boards: KNOWN.slice(0, 1), settings: { ...world.plan.settings, ...quick } })
    await world.type('settings reload', { as: 'ada' })
    const before = asked()
    await until(() => asked() > before, 'it is asked again and again', 20_000)
  })

  it('a bad file is told with all that is wrong, line by line, and changes nothing', async () => {
    await world.open()
    const board = world.board('soc-a-001')
    const id = await occupy(world, board)
    await writeFile(world.file, BAD)

    const answer = await world.type('settings reload', { as: 'ada' })
    expect(answer).toMatchObject({ kind: 'fault', exit: 3 })
    const words = wordsOf(answer)
    expect(words).toContain('boards.yaml:2:3')
    expect(words).toContain('Did you mean queue_limit?')
    expect(words).toContain('boards.yaml:7:9')
    expect(words).toMatch(/Nothing was changed; the lab goes on with the inventory loaded at \d\d:\d\d\./)
    expect(boards()).toEqual(KNOWN.map(each => each.id))
    letGo(board)
    expect((await world.finished(id)).state).toBe('passed')
  })

  it('by SIGHUP: a bad one is told and the bot goes on, a good one is taken, and the test that runs is not disturbed', async () => {
    const bot = world.startBot(['start', '--as', 'ada'])
    bot.type('boards')
    await bot.saw('Boards · 3 of 3 usable')
    bot.type(`run-test socA --board soc-a-001 ${WAITS}`)
    bot.type('boards')
    await bot.saw('T1 ·')

    await writeFile(world.file, BAD)
    bot.signal('SIGHUP')
    const bad = await bot.saw('Nothing was changed; the lab goes on with the inventory it had.')
    expect(bad).toContain('boards.yaml:2:3')

    await world.write({})
    bot.signal('SIGHUP')
    await bot.saw('was read again')
    letGo(world.board('soc-a-001'))
    await bot.saw('T1 passed on soc-a-001')
    expect(await bot.saw('Boards · 5 of 5 usable')).toContain('soc-a-003')

    bot.signal('SIGTERM')
    expect((await bot.ended()).code).toBe(0)
  })
})

describe('a service', () => {
  it('that is being stopped says so to whoever watches over it, as long as it still answers (I4)', async () => {
    await world.open()
    await occupy(world, world.board('soc-a-001'))
    const address = new URL('/api/v1/health', world.app.address)
    expect((await fetch(address)).status).toBe(200)
    const stopped = world.stop()
    const answer = await fetch(address)
    expect([answer.status, ((await answer.json()) as { status: string }).status]).toEqual([503, 'stopping'])
    await stopped
  })

  it('that nobody types to answers over HTTP, and SIGTERM ends it with 0 and leaves its data to the next', async () => {
    const { host } = ownPorts([])
    const start = async (): Promise<void> => {
      const bot = world.startBot(['start'], { env: { HOST: host, PORT: '8080' } })
      const health = (): Promise<boolean> =>
        fetch(`http://${host}:8080/api/v1/health`).then(
          answer => answer.ok,
          () => false,
        )
      await until(health, 'it answers', 30_000)
      bot.signal('SIGTERM')
      // Its input stays open all the while, as a supervisor's pipe does.
      expect((await bot.gone()).code).toBe(0)
    }
    await start()
    await start()
  })
})

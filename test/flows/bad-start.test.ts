import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canMount, makeReadOnly, withSmallDisk } from '../storage/small-disk.ts'
import { boardsYaml, FOUR_BOARDS, ownPorts, planOf } from './inventory.ts'
import { startWorld, type World } from './world.ts'

const MOUNTS = await canMount()

let world: World
beforeAll(async () => {
  world = await startWorld({ boards: FOUR_BOARDS.slice(0, 1), app: false })
  await world.program('hello', '#!/bin/sh\necho hello\n')
})
afterAll(() => world.close())

const FIRST = `boards:
  - id: soc-a-001
    family: socA
    console: { driver: telnet, host: 10.1.2.101, port: 7001 }
    power: { pdu: pdu-a.lab.local, outlet: 1 }
  - id: soc-a-002
    family: socA
    console: { driver: telnet, host: 10.1.2.102, port: 7001 }
    power: { pdu: pdu-a.lab.local, outlet: 2 }
`
const BOMB = ['a0: &a0 [x, x, x, x, x, x, x, x]']
for (let at = 1; at < 10; at++)
  BOMB.push(
    `a${at}: &a${at} [${Array(8)
      .fill(`*a${at - 1}`)
      .join(', ')}]`,
  )

const CASES: readonly { what: string; text: string; says: string }[] = [
  {
    what: 'is not YAML',
    text: 'boards:\n  - id: a\n    labels: { a: "b }\n',
    says: ':3:18  a quote is opened here and never closed',
  },
  {
    what: 'has one id twice',
    text: FIRST.replace('soc-a-002', 'soc-a-001'),
    says: ':6:9  boards[1].id: there is a board soc-a-001 already (line 2). Choose another id',
  },
  {
    what: 'has two boards on one outlet',
    text: FIRST.replace('outlet: 2', 'outlet: 1'),
    says: ":9:44  boards[1].power.outlet: outlet 1 of pdu-a.lab.local is already soc-a-001's (line 5)",
  },
  {
    what: 'has two boards on one console',
    text: FIRST.replace('10.1.2.102', '10.1.2.101'),
    says: ':8:56  boards[1].console.port: telnet 10.1.2.101:7001 is already the console of soc-a-001 (line 4)',
  },
  {
    what: 'refers to a variable that is not set',
    text: FIRST.replace('.102, port: 7001', '.102, password: "${SOC_PASSWORD}"'),
    says: ':8:60  boards[1].console.password: ${SOC_PASSWORD} is not set. Set SOC_PASSWORD in the environment or in .env',
  },
  {
    what: 'has a misspelt key',
    text: FIRST.replace(
      'family: socA\n    console: { driver: telnet, host: 10.1.2.102',
      'famliy: socA\n    console: { driver: telnet, host: 10.1.2.102',
    ),
    says: ':7:5  boards[1].famliy: unknown key. Did you mean family?',
  },
  {
    what: 'is an alias bomb',
    text: `${BOMB.join('\n')}\nboards: *a9\n`,
    says: 'the aliases of this file (*name) multiply into more than 100000 values. Write them out, or use fewer',
  },
]

describe('a boards.yaml that cannot be used (M2.5)', () => {
  it.each(CASES)(
    'that $what: check ends with 1, start with 3, both with line, column and what to do; nothing is made',
    async ({ text, says }) => {
      const file = join(world.dir, 'bad.yaml')
      await writeFile(file, text)
      const env = { BOARDS_FILE: file, DATA_DIR: join(world.dir, 'never') }
      const [check, start] = await Promise.all([
        world.bot(['check', file], { env }),
        world.bot(['start'], { env }),
      ])
      expect(check.stdout.replaceAll(/:\d+ {3,}/g, match => match.trimEnd() + '  ')).toContain(says)
      expect(check.stdout).toMatch(/\d+ problems?\. Correct \S+bad\.yaml, then try it with: boardroom check/)
      expect(check.code).toBe(1)
      expect(start.stderr).toContain(says.replace(/^:\S+ +/, ''))
      expect(start.stderr).toContain('then try it with: boardroom check')
      expect([start.code, start.stdout]).toEqual([3, ''])
      expect(existsSync(env.DATA_DIR)).toBe(false)
    },
  )

  it('everything that is wrong is told at once, environment and file together', async () => {
    const file = join(world.dir, 'worse.yaml')
    await writeFile(
      file,
      FIRST.replace('soc-a-002', 'soc-a-001')
        .replace('outlet: 2', 'outlet: 1')
        .replace('outlet: 1 }\n  -', 'outlte: 1 }\n  -'),
    )
    const { code, stdout } = await world.bot(['check', file], { env: { PORT: 'eighty' } })
    expect(stdout).toContain('PORT: "eighty" must be a whole number from 0 to 65535.')
    expect(stdout).toContain('boards[0].power.outlte: unknown key. Did you mean outlet?')
    expect(stdout).toContain('boards[1].id: there is a board soc-a-001 already')
    expect(code).toBe(1)
  })

  it('one that is not there names the file and how to say which', async () => {
    const env = { BOARDS_FILE: join(world.dir, 'nowhere.yaml') }
    const { code, stderr } = await world.bot(['start'], { env })
    expect(stderr).toContain('nowhere.yaml')
    expect(stderr).toContain('BOARDS_FILE')
    expect(code).toBe(3)
  })
})

describe('a place that is taken', () => {
  it('a port in use: start names it and ends with 3, and leaves the data free for the next', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const taken = await world.bot(['start'], { env: { PORT: String(port) } })
    server.close()
    expect(taken.stderr).toContain(
      `port ${port} on 127.0.0.1 is in use\nStop what listens there, or choose another with PORT.\n`,
    )
    expect(taken.code).toBe(3)

    const next = world.startBot(['start'], { env: { PORT: String(port) } })
    next.type('run-test socA ./hello')
    await next.saw('T1 passed on soc-a-001')
    next.signal('SIGTERM')
    expect((await next.ended()).code).toBe(0)
  })

  it('a console of the demo that somebody else has: it says which address, and ends with 3', async () => {
    const boards = FOUR_BOARDS.slice(0, 1)
    const ports = ownPorts(boards)
    const file = join(world.dir, 'demo.yaml')
    await writeFile(file, boardsYaml(planOf({ boards }), ports, { simulated: true }))
    const server = createServer().listen(ports.of('soc-a-001'), ports.host)
    await once(server, 'listening')
    const { code, stderr } = await world.bot(['demo'], { input: 'boards', env: { BOARDS_FILE: file } })
    server.close()
    expect(stderr).toContain(`address already in use ${ports.host}:${ports.of('soc-a-001')}`)
    expect(stderr).toContain('Is another demo running? Stop it, or change the ports in boards.yaml.')
    expect(code).toBe(3)
  })

  it('a second bot on the same data names the first by its process id, and the first goes on', async () => {
    const first = world.startBot(['start'])
    first.type('boards')
    await first.saw('Boards · 1 of 1 usable')
    const { code, stderr } = await world.bot(['start'])
    expect(stderr).toContain(`${world.dataDir} is in use by process ${first.pid}\n`)
    expect(stderr).toContain(`stop process ${first.pid} first, or give this one its own DATA_DIR.`)
    expect(code).toBe(2)
    first.type('run-test socA ./hello')
    await first.saw('passed on soc-a-001')
    first.signal('SIGTERM')
    expect((await first.ended()).code).toBe(0)
  })

  it.skipIf(!MOUNTS)('a data directory that is read-only: start says so and ends with 2', async () => {
    await withSmallDisk(1_000_000, async disk => {
      makeReadOnly(disk)
      const dataDir = join(disk, 'data')
      const { code, stderr } = await world.bot(['start'], { env: { DATA_DIR: dataDir } })
      expect(stderr).toContain(dataDir)
      expect(stderr).toMatch(/read-only/)
      expect(code).toBe(2)
    })
  })
})

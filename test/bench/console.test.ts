import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SimulatorProcess, startSimulatorProcess } from '../simulator-process.ts'
import { until } from '../until.ts'
import { startBot } from './bot.ts'
import { measured, startChild } from './child.ts'
import type { DriverSaid, DriverTold } from './children/driver.ts'
import type { SocketSaid } from './children/socket.ts'
import { type Figure, median, print, spread } from './figures.ts'
import { openTap } from './tap.ts'

const SLOW = 115_200
const ATTACHES = 30
const COMMANDS = 200
const MIB = 1024 * 1024
const OUTPUT = 8 * MIB
/** Linear: a MiB costs the same in all of them. */
const OUTPUTS = [8, 64, 256]
const NOISE = 20
const printing = (bytes: number): string =>
  `yes 'a line of the length that a test prints, more or less: 64 bytes' | head -c ${bytes}`

let dir = ''
let simulator: SimulatorProcess
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  const boards = [
    { id: 'fast', port: 0, bootMs: 30 },
    { id: 'slow', port: 0, bootMs: 30, baud: SLOW },
    { id: 'noisy', port: 0, bootMs: 30, baud: SLOW, noise: { linesPerSecond: NOISE } },
  ]
  simulator = await startSimulatorProcess(dir, { dir, boards, pdus: [] })
})
afterAll(async () => {
  await simulator.close()
  await rm(dir, { recursive: true, force: true })
})

/** A driver on the board through a tap, told one thing after another. */
async function onDriver<T>(
  board: string,
  use: (
    ask: (told: DriverTold) => Promise<DriverSaid>,
    tap: Awaited<ReturnType<typeof openTap>>,
  ) => Promise<T>,
): Promise<T> {
  const tap = await openTap(simulator.port(board))
  const child = startChild<DriverSaid>('driver', [String(tap.port)])
  let heard = 0
  try {
    return await use(async told => {
      child.tell(told)
      const n = ++heard
      let seen = 0
      return await child.hear(said => ('cpuMs' in said && ++seen === n ? said : null), JSON.stringify(told))
    }, tap)
  } finally {
    await child.end()
    await tap.close()
  }
}

async function socketRoundTrip(board: string): Promise<number> {
  const { each } = await measured<SocketSaid>('socket', [String(simulator.port(board))])
  return median(each)
}

test('attach and command on an idle shell', async () => {
  for (const [board, line] of [
    ['fast', 'unpaced'],
    ['slow', `${SLOW} baud`],
  ] as const) {
    const newline = await socketRoundTrip(board)
    await onDriver(board, async (ask, tap) => {
      const attaches: number[] = []
      for (let n = 0; n < ATTACHES; n++) {
        const { from, to } = await ask({ attach: true })
        attaches.push(to - from)
      }
      // The session's own bytes are those of one without a command.
      const start = tap.bytes()
      await ask({ attach: true })
      const between = tap.bytes()
      const { each } = await ask({ commands: COMMANDS })
      const end = tap.bytes()
      const session = between.toBoard - start.toBoard + between.fromBoard - start.fromBoard
      const bytes = end.toBoard - between.toBoard + end.fromBoard - between.fromBoard - session
      const floor = { what: 'newline to prompt, bare socket', value: newline }
      print(`An idle shell on the simulator, ${line}`, [
        { what: 'attach', unit: 'ms', floor, goal: '≤ 300 ms', ...spread(attaches) },
        { what: 'round trip of a command', unit: 'ms', floor, goal: '≤ 10 ms at 115200', ...spread(each) },
        {
          what: 'bytes on the wire of a command beyond its text',
          value: bytes / COMMANDS - 'true'.length,
          unit: 'bytes',
          goal: '≤ 110 bytes',
        },
      ])
      expect(each).toHaveLength(COMMANDS)
    })
  }
})

/** A test that prints it, from its submission to its telling. */
async function wholeBot(): Promise<number> {
  const boardsFile = join(dir, 'boards.yaml')
  const console = `{ driver: telnet, host: 127.0.0.1, port: ${simulator.port('fast')} }`
  await writeFile(boardsFile, `boards:\n  - { id: fast, family: chipA, console: ${console} }\n`)
  const bot = await startBot(join(dir, 'data'), boardsFile)
  await until(async () => (await bot.usage()).connected === 1, 'the console is connected')
  const before = await bot.usage()
  const { run } = await bot.submit(`run-test chipA --shell "${printing(OUTPUT)}"`)
  await bot.reached(run, 'passed')
  const after = await bot.usage()
  await bot.end()
  return after.cpuMs - before.cpuMs
}

test('commands on a line on which a kernel prints', async () => {
  await onDriver('noisy', async ask => {
    const attached = await ask({ attach: true })
    const { each } = await ask({ commands: COMMANDS })
    print(`An idle shell at ${SLOW} baud with ${NOISE} kernel lines a second, spliced in anywhere`, [
      { what: 'attach', unit: 'ms', goal: '≤ 300 ms', value: attached.to - attached.from },
      { what: 'round trip of a command', unit: 'ms', ...spread(each) },
      { what: 'commands that came out right', unit: `of ${COMMANDS}`, value: each.length, goal: 'all' },
    ])
  })
})

test('CPU of output, by how much there is', async () => {
  const port = String(simulator.port('fast'))
  const figures: Figure[] = []
  for (const mib of OUTPUTS) {
    const command = printing(mib * MIB)
    const driver = await onDriver('fast', ask => ask({ output: command }))
    const bare = await measured<SocketSaid>('socket', [port, command])
    expect(driver.bytes).toBeGreaterThan(mib * MIB)
    expect(bare.bytes).toBeGreaterThan(mib * MIB)
    figures.push({
      ...{ what: `${mib} MiB: recorder, shell and scanner`, value: driver.cpuMs, unit: 'ms' },
      floor: { what: 'bare socket', value: bare.cpuMs },
      ...(mib === OUTPUTS[0] ? { goal: '≤ 1000 ms' } : {}),
      note: `${(driver.cpuMs / mib).toFixed(1)} ms a MiB`,
    })
  }
  const bare = await measured<SocketSaid>('socket', [port, printing(OUTPUT)])
  figures.push({
    ...{
      what: '8 MiB: the whole bot, its log and what it printed kept',
      value: await wholeBot(),
      unit: 'ms',
    },
    floor: { what: 'bare socket', value: bare.cpuMs },
  })
  print('Output: CPU of the process that hears it', figures)
})

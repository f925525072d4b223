import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/clock.ts'
import type { Log } from '../../src/log.ts'
import {
  type SimulatedBoard,
  type SimulatedLab,
  type SimulatedPdu,
  startSimulatedLab,
} from '../../src/simulator/index.ts'
import type { Disk } from '../../src/storage/disk.ts'
import { type Bot, type BotEnd, startBot } from './bot.ts'
import { createDesk, type Desk, found } from './desk.ts'
import { boardsYaml, type LabPlan, planOf, portsOf, simulatedLab } from './inventory.ts'

export { wordsOf } from './desk.ts'

export type WorldOptions = Partial<LabPlan> & {
  /** A disk of its own for the bot's data. */
  dataDir?: string
  /** Of the bot in this process: a chat platform's tokens. */
  env?: Readonly<Record<string, string>>
  /** The bot's time; the boards keep to the real one. */
  clock?: Clock
  /** Of the bot in this process, before anything is scrubbed. */
  log?: Log
  /** Of the bot in this process. */
  disk?: Disk
  /** The world outside alone, for a bot that is started later, or as a process. */
  app?: false
}

/** A simulated lab on free ports, boards.yaml for it, and the bot: in this process, or as one of its own. */
export type World = Desk & {
  readonly dir: string
  readonly dataDir: string
  /** boards.yaml. */
  readonly file: string
  readonly plan: LabPlan
  board(id: string): SimulatedBoard
  pdu(name: string): SimulatedPdu
  /** A file in the world's folder, where relative paths begin. */
  program(name: string, content: string | Uint8Array): Promise<string>
  /** Writes boards.yaml anew. */
  write(change: Partial<LabPlan>): Promise<void>
  startBot(args: readonly string[], options?: BotStart): Bot
  /** From its start to its end. */
  bot(args: readonly string[], options?: BotStart & { input?: string }): Promise<BotEnd>
  /** Ends all of it; nothing is left. */
  close(): Promise<void>
}

type BotStart = { env?: Record<string, string>; uid?: number }

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const stack = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  try {
    const plan = planOf(options)
    await mkdir(join(dir, 'boards'))
    const outside = await startSimulatedLab(simulatedLab(plan, join(dir, 'boards')))
    stack.defer(() => outside.close())
    const world = worldOf(dir, plan, outside, options, stack)
    await world.write({})
    if (options.app !== false) await world.open()
    return world
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

function worldOf(
  dir: string,
  plan: LabPlan,
  outside: SimulatedLab,
  options: WorldOptions,
  stack: AsyncDisposableStack,
): World {
  const file = join(dir, 'boards.yaml')
  const dataDir = options.dataDir ?? join(dir, 'data')
  const desk = createDesk({
    file,
    dataDir,
    folder: dir,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.log === undefined ? {} : { log: options.log }),
    ...(options.disk === undefined ? {} : { disk: options.disk }),
  })
  stack.defer(desk.stop)
  const begin = (args: readonly string[], { env = {}, uid }: BotStart = {}): Bot => {
    const own = { BOARDS_FILE: file, DATA_DIR: dataDir, PORT: '0', ...env }
    const bot = startBot({ args, cwd: dir, env: own, ...(uid === undefined ? {} : { uid }) })
    stack.defer(bot.close)
    return bot
  }
  const own: Omit<World, keyof Desk> = {
    ...{ dir, dataDir, file, plan },
    board: id => found(outside.boards.get(id), id),
    pdu: name => found(outside.pdus.get(name), name),
    async program(name, content) {
      const path = join(dir, name)
      await writeFile(path, content, { mode: 0o755 })
      return path
    },
    write: change => writeFile(file, boardsYaml({ ...plan, ...change }, portsOf(outside))),
    startBot: begin,
    async bot(args, { input = '', ...start } = {}) {
      const bot = begin(args, start)
      if (input !== '') bot.type(input)
      return await bot.ended()
    },
    close: () => stack.disposeAsync(),
  }
  // Not spread: the desk's bot comes and goes.
  return Object.assign(desk, own)
}

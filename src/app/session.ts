import { createWriteStream } from 'node:fs'
import { access, constants, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readEnvironment, withDotEnv } from '../config/index.ts'
import type { Environment } from '../config/types.ts'
import { InputError, messageOf } from '../errors.ts'
import { createLog, createSecrets, type Log, type Secrets } from '../log.ts'
import { readSpoken } from './spoken.ts'

export type BotCommand = 'start' | 'demo'
/** `replay`: a console's log that the demo's board is to print again. */
export type Flags = { as: string | null; json: boolean; tour: string; replay: string | null }

/** What one run of the program was asked for, and what it was given. */
export type Session = {
  command: BotCommand
  flags: Flags
  environment: Environment
  log: Log
  secrets: Secrets
  version: string
}

/** Where the program itself lies. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Throws InputError for flags, ConfigError for the environment. What it made for the session goes with `stack`. */
export async function openSession(
  command: BotCommand,
  argv: readonly string[],
  version: string,
  stack: AsyncDisposableStack,
): Promise<Session> {
  const flags = readFlags(command, argv)
  const environment =
    command === 'start' ? readSpoken(await withDotEnv('.env', process.env)) : await ofDemo(flags, stack)
  const secrets = createSecrets()
  for (const secret of environment.secrets) secrets.add(secret)
  return { command, flags, environment, secrets, version, log: await openLog(command, environment, secrets) }
}

function readFlags(command: BotCommand, argv: readonly string[]): Flags {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        as: { type: 'string' },
        json: { type: 'boolean' },
        ...(command === 'demo' ? { tour: { type: 'string' }, replay: { type: 'string' } } : {}),
      },
    })
    const {
      as = null,
      json = false,
      tour = join(ROOT, 'demo/tour.txt'),
      replay = null,
    } = values as Partial<Flags>
    return { as, json, tour, replay }
  } catch (error) {
    const own = command === 'demo' ? ', --replay FILE' : ''
    throw new InputError(messageOf(error), {
      hint: `Flags of ${command}: --as NAME, --json${own}. See: boardroom help`,
    })
  }
}

/** Throws InputError when it is no file that can be read. */
async function checkReplay(file: string): Promise<void> {
  const reason = await access(file, constants.R_OK).then(
    async () => ((await stat(file)).isFile() ? null : 'it is no file'),
    (error: unknown) =>
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : messageOf(error),
  )
  if (reason === null) return
  throw new InputError(`${file} cannot be replayed: ${reason}`, {
    hint: "Give a console's log, for instance the console.log of a run: boardroom demo --replay console.log",
    field: 'replay',
  })
}

/** The demo has a folder of its own, any free port, and no chat, unless the environment says otherwise. */
async function ofDemo({ replay }: Flags, stack: AsyncDisposableStack): Promise<Environment> {
  if (replay !== null) await checkReplay(replay)
  const lab = join(ROOT, replay === null ? 'boards.yaml' : 'demo/replay.yaml')
  const { PORT: port = '0', DATA_DIR: dir, BOARDS_FILE: file = lab } = process.env
  const dataDir = dir ?? (await mkdtemp(join(tmpdir(), 'boardroom-demo-')))
  if (dir === undefined) stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  const kept = Object.entries(process.env).filter(([name]) => !/^(SLACK|FEISHU|CHAT)/.test(name))
  const own = { CHAT: 'terminal', PORT: port, DATA_DIR: dataDir, BOARDS_FILE: file }
  return readEnvironment({ ...Object.fromEntries(kept), ...own })
}

/** Where people type, the log is a file: lines of JSON between their cards help nobody. */
async function openLog(command: BotCommand, environment: Environment, secrets: Secrets): Promise<Log> {
  const isService = command === 'start' && !(process.stdin.isTTY && process.stderr.isTTY)
  if (isService) return createLog(environment.logLevel, secrets)
  await mkdir(environment.dataDir, { recursive: true })
  const file = createWriteStream(join(environment.dataDir, 'boardroom.log'), { flags: 'a' })
  // A full disk must not end the bot for want of a log line.
  file.on('error', () => {})
  return createLog(environment.logLevel, secrets, line => file.write(line))
}

import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readEnvironment, withDotEnv } from '../config/index.ts'
import type { Environment } from '../config/types.ts'
import { ConfigError, InputError, messageOf } from '../errors.ts'
import { createLog, createSecrets, type Log, type Secrets } from '../log.ts'

export type BotCommand = 'start' | 'demo'
export type Flags = { as: string | null; json: boolean; tour: string }

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
  const environment = command === 'start' ? await ofStart() : await ofDemo(stack)
  const secrets = createSecrets()
  for (const secret of environment.secrets) secrets.add(secret)
  return { command, flags, environment, secrets, version, log: await openLog(command, environment, secrets) }
}

function readFlags(command: BotCommand, argv: readonly string[]): Flags {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { as: { type: 'string' }, json: { type: 'boolean' }, tour: { type: 'string' } },
    })
    const { as = null, json = false, tour = join(ROOT, 'demo/tour.txt') } = values
    return { as, json, tour }
  } catch (error) {
    throw new InputError(messageOf(error), {
      hint: `Flags of ${command}: --as NAME, --json. See: boardroom help`,
    })
  }
}

async function ofStart(): Promise<Environment> {
  const environment = readEnvironment(await withDotEnv('.env', process.env))
  if (environment.chat === 'terminal') return environment
  throw new ConfigError(
    [`CHAT is ${environment.chat}, and this version speaks at the terminal only.`],
    'Take the chat tokens out of the environment, or set CHAT=terminal without them.',
  )
}

/** The demo has a folder of its own, any free port, and no chat, unless the environment says otherwise. */
async function ofDemo(stack: AsyncDisposableStack): Promise<Environment> {
  const { PORT: port = '0', DATA_DIR: dir, BOARDS_FILE: file = join(ROOT, 'boards.yaml') } = process.env
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

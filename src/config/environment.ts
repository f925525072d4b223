import { isIP } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigError } from '../errors.ts'
import { apiKeysOf, webhookProblems } from './api-keys.ts'
import { chatOf } from './chat.ts'
import { parseNetwork } from './networks.ts'
import type { Variables } from './references.ts'
import { MODES, SlackVariables, slackProblems, slackSettings } from './slack.ts'
import type { Environment } from './types.ts'
import { secretsIn, VARIABLES } from './variables.ts'
import { isWebAddress } from './web-address.ts'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const NO_PORT = 'off'
/** Beside the ports that console servers number their lines from. */
const CONSOLE_PORT = 7023

function numberBetween(least: number, most: number, isWhole: boolean): z.ZodType<number> {
  const text = `must be a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}`
  return z
    .string()
    .regex(isWhole ? /^\d{1,9}$/ : /^\d{1,9}(\.\d{1,6})?$/, text)
    .transform(Number)
    .refine(value => value >= least && value <= most, text)
}

const EnvironmentSchema = SlackVariables.extend({
  BOARDS_FILE: z.string().default('boards.yaml'),
  DATA_DIR: z.string().default('data'),
  ARTIFACT_PATH: z.string().optional(),
  /** Only this machine, until somebody decides otherwise. */
  HOST: z
    .string()
    .refine(isHost, 'must be a host name or an IP address, with no scheme or port')
    .default('127.0.0.1'),
  /** 0 takes any free port. */
  PORT: numberBetween(0, 65_535, true).default(8080),
  CONSOLE_PORT: z
    .union([z.literal(NO_PORT), numberBetween(0, 65_535, true)], {
      error: `must be a whole number from 0 to 65535, or ${NO_PORT}`,
    })
    .optional(),
  PUBLIC_URL: z
    .string()
    .refine(isWebAddress, 'must be an address such as https://lab.example.com')
    .transform(url => url.replace(/\/+$/, ''))
    .optional(),
  TRUSTED_NETWORKS: z.string().transform(readNetworks).default([]),
  ARTIFACT_RETENTION_DAYS: numberBetween(1, 3650, true).optional(),
  MAX_DISK_USAGE_GB: numberBetween(0.001, 1_000_000, false).optional(),
  FEISHU_MODE: z.enum(MODES, `must be one of ${MODES.join(', ')}`).optional(),
  LOG_LEVEL: z.enum(LEVELS, `must be one of ${LEVELS.join(', ')}`).default('info'),
})

/** Throws ConfigError with everything that is wrong at once. A variable that is set to nothing counts as not set. */
export function readEnvironment(variables: Variables): Environment {
  const values = Object.fromEntries(VARIABLES.map(({ name }) => [name, ownValue(variables, name)]))
  const problems: string[] = []
  const chat = chatOf(values, problems)
  if (chat === 'slack') problems.push(...slackProblems(values))
  const apiKeys = apiKeysOf(values['API_KEYS'], problems)
  problems.push(...webhookProblems(values['JENKINS_WEBHOOK_SECRET']))
  const result = EnvironmentSchema.safeParse(values)
  for (const { path, message } of result.error?.issues ?? [])
    problems.push(`${path.join('.')}: ${shown(values[String(path[0])])} ${message}.`)
  if (!result.success || problems.length > 0) throw new ConfigError(problems, HINT)
  return { ...environmentOf(result.data, chat, values, variables), apiKeys }
}

const HINT = 'Correct them in the environment or in .env (see .env.example), then try with: boardroom check'
const BYTES_IN_GB = 1e9

function environmentOf(
  read: z.infer<typeof EnvironmentSchema>,
  chat: Environment['chat'],
  values: Variables,
  variables: Variables,
): Omit<Environment, 'apiKeys'> {
  const { HOST: host, PORT: port, DATA_DIR: dataDir, MAX_DISK_USAGE_GB: gigabytes } = read
  return {
    chat,
    slack: chat === 'slack' ? slackSettings(values, read) : null,
    boardsFile: read.BOARDS_FILE,
    dataDir,
    artifactDir: read.ARTIFACT_PATH ?? join(dataDir, 'artifacts'),
    host,
    port,
    consolePort: consolePortOf(read),
    publicUrl: read.PUBLIC_URL ?? `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
    trustedNetworks: read.TRUSTED_NETWORKS,
    jenkinsSecret: values['JENKINS_WEBHOOK_SECRET'] ?? null,
    logLevel: read.LOG_LEVEL,
    retentionDays: read.ARTIFACT_RETENTION_DAYS ?? null,
    maxDiskBytes: gigabytes === undefined ? null : Math.round(gigabytes * BYTES_IN_GB),
    variables,
    secrets: secretsIn(variables),
  }
}

/** Whoever takes any port for HTTP (a second bot, a test) would find the usual one taken here too. */
function consolePortOf({ CONSOLE_PORT: set, PORT: port }: z.infer<typeof EnvironmentSchema>): number | null {
  if (set === NO_PORT) return null
  return set ?? (port === 0 ? 0 : CONSOLE_PORT)
}

/** An address with an @ may have a password before it. */
function shown(value: string | undefined): string {
  return value?.includes('@') ? 'its value' : JSON.stringify(value)
}

function ownValue(variables: Variables, name: string): string | undefined {
  const value = variables[name]?.trim()
  return value === '' ? undefined : value
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)*\.?$/.test(text)
}

function readNetworks(text: string, context: z.RefinementCtx): string[] {
  return text
    .split(/[\s,]+/)
    .filter(word => word !== '')
    .map(word => {
      const network = parseNetwork(word)
      if (network === null)
        context.addIssue({ code: 'custom', message: `has "${word}", which is no network such as 10.0.0.0/8` })
      return network ?? ''
    })
}

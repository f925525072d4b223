import type { z } from 'zod'

/** What configuration comes out as: one shape, whichever spelling it was written in. */

export type ConsoleConfig = {
  /** Name of the console on this board: `main`, `uart1`. */
  name: string
  /** What it is for, in a few words of whoever wrote boards.yaml: `kernel`, `secure world`. */
  purpose?: string
  /** Driver id, a key of `hardware/console`'s map: `telnet`. */
  driver: string
  /** Checked by the driver's own schema. */
  options: Record<string, unknown>
  /** Where it leads, for sentences and for finding two boards on one console: `telnet 10.1.2.101:23`. */
  where: string
  /** False where no break can be sent on such a line, whatever it leads to; left out where one may be. */
  hasBreak?: false
  login: { username?: string; password?: string }
  loginTimeoutMs: number
  commandTimeoutMs: number
}

export type PowerConfig = {
  method: 'network_pdu'
  /** Driver id, a key of `hardware/power`'s map: `snmp`, `http`. */
  driver: string
  pdu: string
  outlet: number
  options: Record<string, unknown>
  /** `pdu-a.lab.local outlet 2`. */
  where: string
  /** The PDU has no entry in `pdus`; it is taken for an APC over SNMP with the conventional communities. */
  assumed?: true
}

/** How a board's boot loader is stopped and spoken to, at its main console. */
export type BootLoaderConfig = {
  kind: 'u-boot'
  /** The key, or the whole stop string. */
  interrupt: string
  /** Null: whatever ends in `>`. */
  prompt: string | null
  interruptTimeoutMs: number
  commandTimeoutMs: number
}

export type RecoveryStep = 'console' | 'reset' | 'power'

/** What is done about a board that does not answer, gentlest first (H10.3, H18.3). */
export type RecoverySettings = {
  steps: readonly RecoveryStep[]
  /** Between two resets, and between two power cycles; `recoveryCooldownMs` where it is not said. */
  cooldownMs?: number | undefined
  /** Resets and power cycles together. */
  mostInADay: number
}

export type BoardConfig = {
  id: string
  name: string
  family: string
  site: string
  revision?: string
  type?: string
  serialNumber?: string
  architecture?: string
  address?: string
  /** The first is the main one; a board has at least one. */
  consoles: readonly [ConsoleConfig, ...ConsoleConfig[]]
  power: PowerConfig | null
  bootLoader?: BootLoaderConfig
  /** Magic SysRq over its console is allowed; no when not said. */
  sysrq?: boolean
  /** The line in boards.yaml that says so, the board's own or its family's. */
  sysrqLine?: number
  /** Beside or instead of what the settings say. */
  recovery?: { [K in keyof RecoverySettings]?: RecoverySettings[K] | undefined }
  peripherals: readonly string[]
  labels: Readonly<Record<string, string>>
  group?: string
  /** How long a board may take from power-on to its prompt. */
  bootTimeoutMs: number
  /** Line of `boards.yaml` where the board begins, for messages. */
  line: number
}

export type FamilyConfig = {
  name: string
  architecture?: string
  type?: string
  /** Most tests at once; null means as many as there are usable boards (M1.2). */
  limit: number | null
}

export type PeopleConfig = {
  admins: readonly string[]
  operators: readonly string[]
  teams: Readonly<Record<string, readonly string[]>>
}

/** Every default number of requirements.md, as a setting (section `settings` of boards.yaml). */
export type Settings = {
  timeZone: string
  queueLimit: number
  attempts: number
  sameBoardRetryMs: number
  testTimeoutMs: number
  leaseMs: number
  leaseMaxMs: number
  /** Before the end of a person's lease: when its holder is warned (M3.6). */
  leaseWarnMs: readonly number[]
  handoverCheckMs: number
  boardFailuresLimit: number
  boardFailuresWindowMs: number
  waitAlertMs: number
  livenessMs: number
  boardHealthMs: number
  powerCycleDelayMs: number
  powerConfirmMs: number
  recoveryCooldownMs: number
  recovery: RecoverySettings
  retentionDays: number
  rollupDays: number
  maxDiskBytes: number
  logLimitBytes: number
  /** M6.8: of what `--collect` and `lease fetch` take from a board at once. */
  collectFiles: number
  collectLimitBytes: number
  collectTimeoutMs: number
  http: HttpSettings
}

export type Inventory = {
  /** The file it was read from, as named by the user. */
  file: string
  simulated: boolean
  settings: Settings
  families: Readonly<Record<string, FamilyConfig>>
  boards: readonly BoardConfig[]
  people: PeopleConfig
  /** Values that came from the environment through `${NAME}`; for the scrubber. */
  secrets: readonly string[]
}

/** The drivers' own schemas, handed in so that configuration knows no driver (`hardware/console`, `hardware/power`). */
export type DriverSchemas = {
  console: Readonly<Record<string, { schema: z.ZodType; where(options: unknown): string; hasBreak?: false }>>
  power: Readonly<Record<string, { schema: z.ZodType }>>
}

/** What a bot on Slack needs, from the `SLACK_…` variables. */
export type SlackSettings = {
  botToken: string
  /** Never null in mode `socket`. */
  appToken: string | null
  /** Never null in mode `http`. */
  signingSecret: string | null
  mode: 'socket' | 'http'
  /** Of a stub or a gateway, with a slash at its end; null: Slack's own. */
  apiUrl: string | null
  /** Id of the home channel (M5.5); null: none. */
  home: string | null
  /** Slash commands: `all`, `lab` alone, or what goes before each of their names, such as `soc-`. */
  commands: string
}

/** A key of the HTTP interface: who it stands for and what it may; the key itself, or only its sum. */
export type ApiKey = {
  name: string
  role: 'user' | 'operator' | 'admin'
  key: { kind: 'plain'; value: string } | { kind: 'sha256'; hex: string }
}

/** What callers over HTTP may, and where the lab itself may call (section `settings.http` of boards.yaml). */
export type HttpSettings = {
  /** Role of callers without a key. */
  keylessRole: ApiKey['role']
  /** Pages and files ask for a key, too. */
  pagesNeedKey: boolean
  /** Beginnings of addresses that a binary may be fetched from (M6.1); empty: none. */
  binaries: readonly string[]
  /** Beginnings of addresses that results may be posted to (M8.4); empty: none. */
  callbacks: readonly string[]
  /** Private networks that the above may lie in, in CIDR. */
  networks: readonly string[]
}

/** Settings from the environment (design 10), for what this process is; secrets live only here. */
export type Environment = {
  chat: 'slack' | 'feishu' | 'terminal'
  /** Null unless `chat` is slack. */
  slack: SlackSettings | null
  boardsFile: string
  dataDir: string
  artifactDir: string
  host: string
  port: number
  /** Where people connect to consoles; null: nowhere. */
  consolePort: number | null
  publicUrl: string
  trustedNetworks: readonly string[]
  apiKeys: readonly ApiKey[]
  /** Of the webhook that Jenkins calls; null: it is closed. */
  jenkinsSecret: string | null
  logLevel: string
  /** Set in the environment they beat boards.yaml. */
  retentionDays: number | null
  maxDiskBytes: number | null
  /** For `${NAME}` references and nothing else. */
  variables: Readonly<Record<string, string | undefined>>
  secrets: readonly string[]
}

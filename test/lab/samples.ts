import type { BoardConfig, Inventory, Settings } from '../../src/config/types.ts'
import type { SubmitRequest } from '../../src/lab/lab.ts'
import type { Lease, Run } from '../../src/lab/types.ts'

const MINUTE = 60_000

export function someSettings(part: Partial<Settings> = {}): Settings {
  return {
    timeZone: 'UTC',
    queueLimit: 50,
    attempts: 3,
    sameBoardRetryMs: 30_000,
    testTimeoutMs: 30 * MINUTE,
    leaseMs: 30 * MINUTE,
    leaseMaxMs: 24 * 60 * MINUTE,
    leaseWarnMs: [10 * MINUTE, 2 * MINUTE],
    handoverCheckMs: 10_000,
    boardFailuresLimit: 3,
    boardFailuresWindowMs: 24 * 60 * MINUTE,
    waitAlertMs: 30 * MINUTE,
    livenessMs: 5_000,
    boardHealthMs: 5 * MINUTE,
    powerCycleDelayMs: 5_000,
    powerConfirmMs: 10_000,
    recoveryCooldownMs: 10 * MINUTE,
    recovery: { steps: ['console', 'reset', 'power'], mostInADay: 4 },
    retentionDays: 7,
    rollupDays: 400,
    maxDiskBytes: 100e9,
    logLimitBytes: 2 ** 30,
    collectFiles: 100,
    collectLimitBytes: 100e6,
    collectTimeoutMs: 10 * MINUTE,
    http: { keylessRole: 'user', pagesNeedKey: false, binaries: [], callbacks: [], networks: [] },
    ...part,
  }
}

/** An outlet, for boards whose power the lab may switch. */
export const POWER = {
  method: 'network_pdu',
  driver: 'snmp',
  pdu: 'pdu',
  outlet: 1,
  options: {},
  where: 'pdu outlet 1',
} as const

export function aBoard(id: string, part: Partial<BoardConfig> = {}): BoardConfig {
  return {
    id,
    name: id,
    family: 'socA',
    site: 'here',
    consoles: [
      {
        name: 'main',
        driver: 'telnet',
        options: { host: '127.0.0.1', port: 1 },
        where: `telnet 127.0.0.1:${id}`,
        login: {},
        loginTimeoutMs: 5_000,
        commandTimeoutMs: 30_000,
      },
    ],
    power: null,
    peripherals: [],
    labels: {},
    bootTimeoutMs: 60_000,
    line: 1,
    ...part,
  }
}

export function anInventory(boards: readonly BoardConfig[], part: Partial<Inventory> = {}): Inventory {
  return {
    file: 'boards.yaml',
    simulated: false,
    settings: someSettings(),
    families: {},
    boards,
    people: { admins: [], operators: [], teams: {} },
    secrets: [],
    ...part,
  } as Inventory
}

/** A test of one line, for whoever submits one. */
export function aRequest(part: Partial<SubmitRequest> = {}): SubmitRequest {
  return {
    ...{ family: 'socA', board: null, program: { kind: 'shell', command: 'true' }, args: [], env: {} },
    ...{ priority: 2, timeoutMs: MINUTE },
    ...part,
  }
}

export function aRun(part: Partial<Run> = {}): Run {
  return {
    id: 'T1',
    rev: 0,
    family: 'socA',
    board: null,
    program: { kind: 'shell', command: 'true' },
    args: [],
    env: {},
    priority: 2,
    timeoutMs: 1000,
    submitter: { id: 'mei', name: 'mei', platform: 'terminal' },
    origin: { channel: 'terminal', place: 'here' },
    flowRunId: null,
    state: 'queued',
    arrivedAt: 0,
    times: { queued: 0 },
    attempts: [],
    avoid: [],
    cancelledBy: null,
    result: null,
    ...part,
  }
}

export function aLease(part: Partial<Lease> = {}): Lease {
  return {
    id: 'L1',
    rev: 0,
    family: 'socA',
    wanted: null,
    board: null,
    holder: { kind: 'person', person: { id: 'kai', name: 'kai', platform: 'terminal' } },
    token: null,
    origin: { channel: 'terminal', place: 'here' },
    askedAt: 0,
    termMs: 1000,
    since: null,
    until: null,
    state: 'waiting',
    warned: [],
    avoid: [],
    ended: null,
    ...part,
  }
}

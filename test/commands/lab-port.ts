import type { Readable } from 'node:stream'
import type { BoardConfig, Inventory } from '../../src/config/types.ts'
import type { Ending, Lab, LogLines, News, SubmitRequest } from '../../src/lab/lab.ts'
import type {
  BoardState,
  BoardSummary,
  FamilySummary,
  LabState,
  LabStatus,
  Lease,
  Person,
  PowerEvent,
  QueueSummary,
  Role,
  Run,
  Waiting,
} from '../../src/lab/types.ts'
import type { AuditEntry } from '../../src/storage/types.ts'

/** 2026-11-20 12:00 in UTC, which is the time zone of these labs. */
export const NOON = Date.UTC(2026, 10, 20, 12)

export function person(name: string): Person {
  return { id: name, name, platform: 'terminal' }
}

export function makeRun(more: Partial<Run> = {}): Run {
  return {
    id: 'T128',
    rev: 10,
    family: 'socA',
    board: null,
    program: { kind: 'binary', name: 'hello', size: 1_200_000, sha256: 'a'.repeat(64) },
    args: [],
    env: {},
    priority: 2,
    timeoutMs: 30 * 60_000,
    submitter: person('mei'),
    origin: { channel: 'terminal', place: 'terminal' },
    flowRunId: null,
    state: 'queued',
    arrivedAt: NOON - 60_000,
    times: { queued: NOON - 60_000 },
    attempts: [],
    avoid: [],
    cancelledBy: null,
    result: null,
    ...more,
  }
}

export function makeAttempt(more: Partial<Run['attempts'][number]> = {}): Run['attempts'][number] {
  return {
    number: 1,
    board: 'soc-a-003',
    token: 5,
    startedAt: NOON - 72_000,
    endedAt: null,
    failure: null,
    message: null,
    uncounted: false,
    ...more,
  }
}

export function makeResult(more: Partial<NonNullable<Run['result']>> = {}): NonNullable<Run['result']> {
  return {
    exitStatus: 0,
    endedBy: 'itself',
    failure: null,
    title: null,
    message: null,
    hint: null,
    proof: [],
    durationMs: 72_000,
    copied: { bytes: 1_200_000, durationMs: 9_000, repaired: 0 },
    tail: ['hello, world'],
    tailTotal: 1,
    files: [{ name: 'output.log', size: 18_000, sha256: 'b'.repeat(64), type: 'text/plain', storedAt: NOON }],
    ...more,
  }
}

export function makeWaiting(more: Partial<Waiting> = {}): Waiting {
  return {
    id: 'T128',
    kind: 'run',
    who: person('mei'),
    what: 'hello',
    family: 'socA',
    board: null,
    priority: 2,
    position: 3,
    ahead: 2,
    waitedMs: 60_000,
    startsIn: { medianMs: 6 * 60_000, p90Ms: 11 * 60_000 },
    why: ['2 of 3 socA boards are testing', 'soc-a-002 is being recovered since 13:58'],
    retrying: false,
    ...more,
  }
}

export function makeLease(more: Partial<Lease> = {}): Lease {
  return {
    id: 'L7',
    rev: 20,
    family: null,
    wanted: 'soc-b-001',
    board: 'soc-b-001',
    holder: { kind: 'person', person: person('kai') },
    token: 3,
    origin: { channel: 'terminal', place: 'terminal' },
    askedAt: NOON,
    termMs: 2 * 3_600_000,
    since: NOON,
    until: NOON + 3.5 * 3_600_000,
    state: 'active',
    warned: [],
    avoid: [],
    ended: null,
    ...more,
  }
}

export function makeBoardConfig(id: string, more: Partial<BoardConfig> = {}): BoardConfig {
  return {
    id,
    name: id,
    family: id.startsWith('soc-a') ? 'socA' : 'socB',
    site: id.startsWith('soc-a') ? 'Lab Site A' : 'Lab Site B',
    revision: 'rev2',
    consoles: [
      {
        name: 'main',
        driver: 'telnet',
        options: { host: '10.1.2.101', port: 23, password: 'hunter2-secret' },
        where: 'telnet 10.1.2.101:23',
        login: { username: 'admin', password: 'hunter2-secret' },
        loginTimeoutMs: 5_000,
        commandTimeoutMs: 30_000,
      },
    ],
    power: {
      method: 'network_pdu',
      driver: 'snmp',
      pdu: 'pdu-a.lab.local',
      outlet: 2,
      options: { community: 'hunter2-secret' },
      where: 'pdu-a.lab.local outlet 2',
    },
    peripherals: [],
    labels: {},
    bootTimeoutMs: 60_000,
    line: 4,
    ...more,
  }
}

export function makeBoardState(id: string, more: Partial<BoardState> = {}): BoardState {
  return {
    id,
    rev: 5,
    condition: 'ready',
    since: NOON - 3_600_000,
    reason: null,
    unhealthy: null,
    maintenance: null,
    failures: [],
    token: 3,
    uses: 12,
    lastUsedAt: NOON - 600_000,
    lastCheckAt: NOON - 5_000,
    lastResponseMs: 12,
    kernel: 'Linux 6.1.92',
    lastCycleAt: null,
    steps: [],
    ...more,
  }
}

export function makeBoard(id: string, more: Partial<BoardSummary> = {}): BoardSummary {
  return {
    config: makeBoardConfig(id),
    state: makeBoardState(id),
    status: 'available',
    health: 'healthy',
    usable: true,
    reason: null,
    lease: null,
    heldBy: null,
    connected: true,
    lastByteAt: NOON - 2_000,
    people: null,
    peopleAt: {},
    power: 'on',
    leaving: false,
    ...more,
  }
}

export function makePower(more: Partial<PowerEvent> = {}): PowerEvent {
  return {
    id: 'W1',
    rev: 30,
    board: 'soc-b-001',
    action: 'cycle',
    by: person('ops'),
    reason: '',
    startedAt: NOON - 20_000,
    endedAt: null,
    steps: [{ stage: 'off', t: NOON - 20_000 }],
    before: null,
    after: null,
    back: null,
    failure: null,
    message: null,
    ...more,
  }
}

export function makeInventory(more: Partial<Inventory> = {}): Inventory {
  return {
    file: 'boards.yaml',
    simulated: true,
    settings: {
      timeZone: 'UTC',
      queueLimit: 50,
      attempts: 3,
      sameBoardRetryMs: 30_000,
      testTimeoutMs: 1_800_000,
      leaseMs: 1_800_000,
      leaseMaxMs: 8 * 3_600_000,
      leaseWarnMs: [600_000, 120_000],
      handoverCheckMs: 5_000,
      boardFailuresLimit: 3,
      boardFailuresWindowMs: 86_400_000,
      waitAlertMs: 1_800_000,
      livenessMs: 5_000,
      boardHealthMs: 300_000,
      powerCycleDelayMs: 5_000,
      powerConfirmMs: 10_000,
      recoveryCooldownMs: 600_000,
      recovery: { steps: ['console', 'reset', 'power'], mostInADay: 4 },
      retentionDays: 7,
      rollupDays: 400,
      maxDiskBytes: 100e9,
      logLimitBytes: 2 ** 30,
      collectFiles: 100,
      collectLimitBytes: 100e6,
      collectTimeoutMs: 600_000,
      http: { keylessRole: 'user', pagesNeedKey: false, binaries: [], callbacks: [], networks: [] },
    },
    families: {},
    boards: [],
    people: { admins: [], operators: [], teams: {} },
    secrets: [],
    ...more,
  }
}

export function makeStatus(more: Partial<LabStatus> = {}): LabStatus {
  return {
    since: NOON - 3 * 3_600_000,
    boards: { available: 1, in_use: 2, flashing: 0, offline: 1, maintenance: 1, recovery: 1, unknown: 0 },
    usable: 3,
    total: 6,
    waiting: 5,
    running: 3,
    leases: 1,
    averageWaitMs: 240_000,
    today: { finished: 31, passed: 28, failed: 2, error: 1, timeout: 0, cancelled: 0 },
    days: [
      { day: '2026-11-19', passed: 12, failed: 3, other: 0 },
      { day: '2026-11-20', passed: 28, failed: 2, other: 1 },
    ],
    infrastructureSuccess: { share: 0.971, attempts: 210 },
    alerts: [],
    storage: { full: false, freeBytes: 80e9, artifactBytes: 12e9 },
    outbox: { waiting: 0, givenUp: 0 },
    inventory: { file: 'boards.yaml', loadedAt: NOON - 168 * 60_000, rolesConfigured: true },
    ...more,
  }
}

export function makeState(more: Partial<LabState> = {}): LabState {
  return {
    counters: { T: 0, L: 0, A: 0 },
    boards: {},
    runs: {},
    leases: {},
    cards: {},
    inbox: {},
    outbox: {},
    alerts: {},
    power: {},
    stranded: {},
    givenUp: 0,
    ...more,
  }
}

/** Lines as a log gives them, a second apart; only those behind `after` of them. */
export function aLog(texts: readonly string[], after = 0): LogLines {
  const lines = texts.map((text, n) => ({ t: NOON + n * 1_000, text })).slice(after)
  return { lines, total: texts.length, matched: lines.length, next: texts.length }
}

const FAMILIES: readonly FamilySummary[] = [
  { name: 'socA', boards: 3, usable: 3, free: 1, running: 1, limit: 3 },
  { name: 'socB', boards: 3, usable: 3, free: 2, running: 0, limit: 3 },
]

const QUEUE: QueueSummary = { waiting: [], running: [], averageWaitMs: 0, limit: 50 }

export type LabPort = Lab & {
  readonly entries: Omit<AuditEntry, 'at'>[]
  readonly submitted: SubmitRequest[]
  publish(topic: string): void
  end(topic: string, ending: Ending): void
}

/** A lab by hand: it holds still, remembers what it was asked, and does what `more` says. */
export function createLabPort(more: Partial<Lab> & { roles?: Readonly<Record<string, Role>> } = {}): LabPort {
  const listeners = new Map<string, Set<(news: News) => void>>()
  const endings = new Map<string, PromiseWithResolvers<Ending>>()
  const entries: Omit<AuditEntry, 'at'>[] = []
  const submitted: SubmitRequest[] = []
  const { roles, ...overrides } = more
  const state = makeState()
  const boards = ['soc-a-001', 'soc-a-003', 'soc-b-001'].map(id => makeBoard(id))
  let sequence = 100
  const unexpected = (what: string) => (): never => {
    throw new Error(`nobody expected ${what}`)
  }
  const endingOf = (topic: string): PromiseWithResolvers<Ending> => {
    const known = endings.get(topic) ?? Promise.withResolvers<Ending>()
    endings.set(topic, known)
    return known
  }
  const lab: Lab = {
    roleOf: ({ name }) => (roles === undefined ? 'admin' : (roles[name] ?? 'user')),
    peopleWith: role => Object.entries(roles ?? {}).flatMap(([name, has]) => (has === role ? [name] : [])),
    state: () => state,
    now: () => NOON,
    inventory: () => makeInventory(),
    families: () => FAMILIES,
    boards: () => boards,
    printed: () => new Map(),
    board: id => lab.boards().find(board => board.config.id === id) ?? null,
    queue: () => QUEUE,
    failedCases: async run => run.result?.cases?.failed ?? [],
    cases: async () => [],
    logs: { size: async () => null, lines: async () => null, find: async () => null },
    compare: unexpected('a comparison'),
    waiting: id => lab.queue().waiting.find(each => each.id === id) ?? null,
    run: async id => lab.state().runs[id] ?? null,
    gone: () => null,
    runs: async ({ before }) => (before === undefined ? Object.values(lab.state().runs) : []),
    progress: () => null,
    log: async () => aLog([]),
    boardLog: async () => aLog([]),
    tail: () => null,
    logLink: run => `http://lab/artifacts/${run.id}`,
    consoleLink: run => `http://lab/artifacts/${run.id}/console.log`,
    link: (id, file) => `http://lab/artifacts/${id}${file === undefined ? '' : `/${file}`}`,
    lease: id => lab.state().leases[id] ?? null,
    leases: () => Object.values(lab.state().leases),
    status: async () => makeStatus(),
    alerts: () => Object.values(lab.state().alerts).filter(alert => alert.resolvedAt === null),
    acknowledge: unexpected('acknowledge'),
    powerEvents: async () => [],
    powerEvent: async () => null,
    audit: async () => [],
    fileAt: unexpected('fileAt'),
    storedFile: unexpected('storedFile'),
    async submit(request, by, origin) {
      submitted.push(request)
      const id = `T${++state.counters.T}`
      const program =
        request.program.kind === 'shell' ? request.program : await binaryOf(request.program.file)
      const run = makeRun({ id, program, family: request.family, submitter: by, origin, args: request.args })
      state.runs[id] = run
      return run
    },
    cancel: unexpected('cancel'),
    move: unexpected('move'),
    rerun: unexpected('rerun'),
    lend: unexpected('lend'),
    extend: unexpected('extend'),
    release: unexpected('release'),
    sendFile: unexpected('sendFile'),
    fetchFiles: unexpected('fetchFiles'),
    cancelTransfer: unexpected('cancelTransfer'),
    transfer: unexpected('transfer'),
    transferProgress: () => null,
    maintain: unexpected('maintain'),
    check: unexpected('check'),
    power: unexpected('power'),
    consoles: {
      address: () => null,
      typingWord: unexpected('typingWord'),
      watchingWord: unexpected('watchingWord'),
      redeem: unexpected('redeem'),
      watch: unexpected('watch'),
      type: unexpected('type'),
      read: unexpected('read'),
      names: () => [],
      present: () => {},
    },
    subscribe(topic, listener) {
      const set = listeners.get(topic) ?? new Set()
      listeners.set(topic, set.add(listener))
      return () => void set.delete(listener)
    },
    ending: (topic, signal) =>
      Promise.race([
        endingOf(topic).promise,
        new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
      ]),
    card: async () => {},
    record: async entry => void entries.push(entry),
    owed: { items: () => [], tried: async () => {}, settled: async () => {} },
    inbox: {
      entries: () => [],
      find: () => null,
      heard: async () => {},
      begun: async () => {},
      done: async () => {},
      forgotten: async () => {},
    },
    sweep: async () => {},
    expireLeases: async () => {},
    checkBoards: async () => {},
    retain: async () => {},
    checkWaits: async () => {},
    reload: async () => ({ added: [], removed: [], changed: [] }),
    start: async () => {},
    stop: async () => {},
    ...overrides,
  }
  return Object.assign(lab, {
    entries,
    submitted,
    publish(topic: string) {
      sequence++
      for (const key of [topic, '*'])
        for (const listener of listeners.get(key) ?? []) listener({ topic, sequence })
    },
    end: (topic: string, ending: Ending) => endingOf(topic).resolve(ending),
  })
}

async function binaryOf(file: { name: string; open(): Readable }): Promise<Run['program']> {
  let size = 0
  for await (const chunk of file.open()) size += (chunk as Buffer).length
  return { kind: 'binary', name: file.name, size, sha256: 'c'.repeat(64) }
}

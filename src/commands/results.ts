/** The shapes that the API and `--json` give. What a schema does not name is cut off: a board's log-in never leaves. */

import { z } from 'zod'
import type { BoardFacts } from '../cards/facts.ts'
import type { ConsoleWord, Lab } from '../lab/lab.ts'
import {
  BOARD_STATUSES,
  type Lease,
  type PowerEvent,
  type QueueSummary,
  RUN_STATES,
  type Run,
  type Waiting,
} from '../lab/types.ts'
import { caseProgress, runCases } from './case-results.ts'
import { collected, copied, failure, file, person, transfer } from './file-results.ts'
import { incident, told } from './told-results.ts'

export { person, transfer } from './file-results.ts'
export { alert, labStatus } from './status-results.ts'

const millis = z.number()
const text = z.string()
const power = z.enum(['on', 'off', 'unknown'])

const origin = z.object({ channel: text, place: text, thread: text.exactOptional() })
const avoid = z.array(z.object({ board: text, until: millis }))
const priority = z.union([z.literal(1), z.literal(2), z.literal(3)])
const program = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('binary'),
    name: text,
    size: z.number(),
    sha256: text,
    entry: text.exactOptional(),
  }),
  z.object({ kind: z.literal('shell'), command: text }),
])

const attempt = z.object({
  number: z.number(),
  board: text,
  token: z.number(),
  startedAt: millis,
  endedAt: millis.nullable(),
  failure: failure.nullable(),
  message: text.nullable(),
  uncounted: z.boolean(),
  title: text.exactOptional(),
  ...told,
})

const runResult = z.object({
  exitStatus: z.number().nullable(),
  endedBy: z.enum(['itself', 'interrupt', 'kill', 'sysrq', 'reset', 'nothing']),
  failure: failure.nullable(),
  title: text.nullable(),
  message: text.nullable(),
  hint: text.nullable(),
  proof: z.array(text),
  durationMs: millis.nullable(),
  copied,
  tail: z.array(text),
  tailTotal: z.number(),
  files: z.array(file),
  ...told,
  collected: collected.exactOptional(),
  cases: runCases.exactOptional(),
})

export const run: z.ZodType<Run> = z.object({
  id: text,
  rev: z.number(),
  family: text,
  board: text.nullable(),
  program,
  args: z.array(text),
  env: z.record(text, text),
  priority,
  timeoutMs: millis,
  collect: z.array(text).exactOptional(),
  submitter: person,
  origin,
  flowRunId: text.nullable(),
  state: z.enum(RUN_STATES),
  arrivedAt: millis,
  times: z.partialRecord(z.enum(RUN_STATES), millis),
  attempts: z.array(attempt),
  avoid,
  cancelledBy: person.nullable(),
  result: runResult.nullable(),
})

export const lease: z.ZodType<Lease> = z.object({
  id: text,
  rev: z.number(),
  family: text.nullable(),
  wanted: text.nullable(),
  near: text.exactOptional(),
  board: text.nullable(),
  holder: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('run'), run: text, attempt: z.number() }),
    z.object({ kind: z.literal('person'), person }),
  ]),
  token: z.number().nullable(),
  origin,
  askedAt: millis,
  termMs: millis,
  since: millis.nullable(),
  until: millis.nullable(),
  state: z.enum(['waiting', 'checking', 'active', 'released', 'expired']),
  warned: z.array(millis),
  avoid,
  ended: text.nullable(),
  transfers: z.array(transfer).exactOptional(),
})

export const consoleWord: z.ZodType<ConsoleWord> = z.object({
  board: text,
  console: text.nullable(),
  lease: text.nullable(),
  person,
  address: z.object({ host: text, port: z.number() }),
  word: text,
  until: millis,
  consoles: z.array(z.object({ name: text, purpose: text.nullable() })),
})

export const waiting: z.ZodType<Waiting> = z.object({
  id: text,
  kind: z.enum(['run', 'lease']),
  who: person,
  what: text,
  family: text.nullable(),
  board: text.nullable(),
  priority,
  position: z.number(),
  ahead: z.number(),
  waitedMs: millis,
  startsIn: z.object({ medianMs: millis, p90Ms: millis }).nullable(),
  why: z.array(text),
  retrying: z.boolean(),
})

const STAGES = [
  'connecting',
  'attaching',
  'copying',
  'running',
  'ending',
  'collecting',
  'off',
  'on',
  'booting',
  'back',
  'not back',
] as const
const stage = z.enum(STAGES)

export const progress = z.object({
  stage: stage.nullable(),
  board: text,
  startedAt: millis,
  copy: z.object({ done: z.number(), total: z.number() }).nullable(),
  lastLine: text.nullable(),
  copied,
  fetching: z.object({ path: text, files: z.number(), bytes: z.number() }).exactOptional(),
  logBytes: z.number(),
  cases: caseProgress.exactOptional(),
})

export const queue: z.ZodType<QueueSummary> = z.object({
  waiting: z.array(waiting),
  running: z.array(z.object({ run, progress: progress.nullable(), elapsedMs: millis })),
  averageWaitMs: millis,
  limit: z.number(),
})

const boardConfig: z.ZodType<BoardFacts['config']> = z.object({
  id: text,
  name: text,
  family: text,
  site: text,
  revision: text.exactOptional(),
  type: text.exactOptional(),
  serialNumber: text.exactOptional(),
  architecture: text.exactOptional(),
  address: text.exactOptional(),
  consoles: z.array(z.object({ name: text, purpose: text.exactOptional(), driver: text, where: text })),
  power: z
    .object({ method: z.literal('network_pdu'), driver: text, pdu: text, outlet: z.number(), where: text })
    .nullable(),
  peripherals: z.array(text),
  labels: z.record(text, text),
  group: text.exactOptional(),
})

const boardState: z.ZodType<BoardFacts['state']> = z.object({
  id: text,
  rev: z.number(),
  condition: z.enum(['unknown', 'ready', 'recovery', 'offline', 'off']),
  since: millis,
  reason: text.nullable(),
  unhealthy: z.object({ since: millis, reason: text }).nullable(),
  maintenance: z.object({ since: millis, until: millis.nullable(), reason: text, by: person }).nullable(),
  failures: z.array(z.object({ at: millis, run: text.nullable(), message: text })),
  token: z.number(),
  uses: z.number(),
  lastUsedAt: millis.nullable(),
  lastCheckAt: millis.nullable(),
  lastResponseMs: millis.nullable(),
  kernel: text.nullable(),
  lastCycleAt: millis.nullable(),
  incidents: z.array(incident).exactOptional(),
  tainted: z.object({ since: millis, title: text, run: text.nullable() }).nullable().exactOptional(),
  steps: z.array(
    z.object({
      step: z.enum(['console', 'reset', 'power']),
      startedAt: millis,
      endedAt: millis.nullable(),
      outcome: z.enum(['back', 'no answer', 'failed', 'cut short', 'done']).nullable(),
      message: text.nullable(),
      run: text.nullable(),
    }),
  ),
})

const attendance = z.object({ typing: text.nullable(), watching: z.array(text) })

export const board: z.ZodType<BoardFacts> = z.object({
  config: boardConfig,
  state: boardState,
  status: z.enum(BOARD_STATUSES),
  health: z.enum(['healthy', 'degraded', 'unhealthy', 'unknown']),
  usable: z.boolean(),
  reason: text.nullable(),
  lease: lease.nullable(),
  heldBy: text.nullable(),
  connected: z.boolean().nullable(),
  lastByteAt: millis.nullable(),
  power: power.nullable(),
  leaving: z.boolean(),
  people: attendance.nullable(),
  peopleAt: z.record(text, attendance),
})

export const powerEvent: z.ZodType<PowerEvent> = z.object({
  id: text,
  rev: z.number(),
  board: text,
  action: z.enum(['on', 'off', 'cycle', 'status']),
  by: person.nullable(),
  reason: text,
  startedAt: millis,
  endedAt: millis.nullable(),
  steps: z.array(z.object({ stage, t: millis })),
  before: power.nullable(),
  after: power.nullable(),
  back: z.boolean().nullable(),
  failure: failure.nullable(),
  message: text.nullable(),
})

type AuditEntry = Awaited<ReturnType<Lab['audit']>>[number]

export const auditEntry: z.ZodType<AuditEntry> = z.object({
  at: millis,
  who: person,
  where: text.exactOptional(),
  line: text,
  args: z.unknown(),
  decision: z.enum(['allowed', 'refused', 'invalid']),
  result: text,
  reference: text.exactOptional(),
})

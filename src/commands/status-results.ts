/** What the API gives of the lab as a whole. */

import { z } from 'zod'
import { type Alert, BOARD_STATUSES, type LabStatus } from '../lab/types.ts'
import { person } from './file-results.ts'

const millis = z.number()
const text = z.string()

export const alert: z.ZodType<Alert> = z.object({
  id: text,
  cause: text,
  text,
  since: millis,
  resolvedAt: millis.nullable(),
  acknowledged: z.object({ by: person, at: millis }).exactOptional(),
})

export const labStatus: z.ZodType<LabStatus> = z.object({
  since: millis,
  boards: z.record(z.enum(BOARD_STATUSES), z.number()),
  usable: z.number(),
  total: z.number(),
  waiting: z.number(),
  running: z.number(),
  leases: z.number(),
  averageWaitMs: millis,
  today: z.object({
    finished: z.number(),
    passed: z.number(),
    failed: z.number(),
    error: z.number(),
    timeout: z.number(),
    cancelled: z.number(),
  }),
  days: z.array(z.object({ day: text, passed: z.number(), failed: z.number(), other: z.number() })),
  infrastructureSuccess: z.object({ share: z.number(), attempts: z.number() }).nullable(),
  alerts: z.array(alert),
  storage: z.object({ full: z.boolean(), freeBytes: z.number().nullable(), artifactBytes: z.number() }),
  outbox: z.object({ waiting: z.number(), givenUp: z.number() }),
  inventory: z.object({ file: text, loadedAt: millis, rolesConfigured: z.boolean() }),
})

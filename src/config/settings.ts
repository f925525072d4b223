import { z } from 'zod'
import { HttpSchema } from './http.ts'
import { RecoverySchema } from './recovery.ts'
import type { Environment, Settings } from './types.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function span(least: number, otherwise: number, most: number): z.ZodDefault<z.ZodInt> {
  return z.int().min(least).max(most).default(otherwise)
}

const MESSAGE = 'is no time zone; write one such as UTC or Europe/Berlin'

/**
 * Every number that requirements.md calls a default, in section `settings`. In the file a key has no unit and its
 * value does: `testTimeoutMs` is `test_timeout: 30min`.
 */
export const SettingsSchema: z.ZodType<Settings> = z.strictObject({
  /** UTC until told otherwise: days are counted in UTC, and the machine's own zone says nothing about the people. */
  timeZone: z.string().refine(isTimeZone, MESSAGE).default('UTC'),
  /** M4.4: beyond it a wait is of no use to anybody. */
  queueLimit: span(1, 50, 10_000),
  /** M3.5: a fault of one board is met by the second try, of a site by the third. */
  attempts: span(1, 3, 10),
  /** M3.5: time for a board to get well before the same run meets it again. */
  sameBoardRetryMs: span(0, 30 * SECOND, HOUR),
  /** M6.4 */
  testTimeoutMs: span(SECOND, 30 * MINUTE, 7 * DAY),
  /** M3.6 */
  leaseMs: span(MINUTE, 30 * MINUTE, 7 * DAY),
  /** A working day with room: a lease forgotten over night does not hold a board over the weekend. */
  leaseMaxMs: span(MINUTE, 24 * HOUR, 30 * DAY),
  /** M3.6: once to finish in peace, once to extend in a hurry. */
  leaseWarnMs: z
    .array(z.int().min(SECOND).max(DAY))
    .max(10)
    .default([10 * MINUTE, 2 * MINUTE]),
  /** M3.9, M9: a lease is given within 10 s, the check included. */
  handoverCheckMs: span(SECOND, 10 * SECOND, 10 * MINUTE),
  /** M3.4 */
  boardFailuresLimit: span(1, 3, 1000),
  /** M3.4: a day, rolling. */
  boardFailuresWindowMs: span(MINUTE, DAY, 30 * DAY),
  /** M4.5 */
  waitAlertMs: span(SECOND, 30 * MINUTE, 7 * DAY),
  /** H16.1: boards every 5 s, so that an alert comes within 30 s of the loss. */
  livenessMs: span(100, 5 * SECOND, HOUR),
  /** A check logs in and types: often enough to find a dead board before a test does, seldom enough to leave it in peace. */
  boardHealthMs: span(SECOND, 10 * MINUTE, 7 * DAY),
  /** H18.2: time for the supply's capacitors to empty. */
  powerCycleDelayMs: span(0, 5 * SECOND, 10 * MINUTE),
  /** PDUs say OK first and switch then; the read-back is repeated this long before it counts as a failure. */
  powerConfirmMs: span(100, 10 * SECOND, 10 * MINUTE),
  /** A board that is cycled again and again is broken: between two recoveries an operator has time to look. */
  recoveryCooldownMs: span(0, 15 * MINUTE, 7 * DAY),
  /** H10.3, H18.3 */
  recovery: RecoverySchema.prefault({}),
  /** M6.5, M7.4 */
  retentionDays: span(1, 7, 3650),
  /** Design 3: a year and a month, so that one year can be compared with the last. */
  rollupDays: span(1, 400, 3650),
  /** M7.2 */
  maxDiskBytes: span(1_000_000, 100_000_000_000, 10 ** 15),
  /** Design 3: a run that writes more is a test gone wild. */
  logLimitBytes: span(1000, 2 ** 30, 10 ** 12),
  /** M6.8: a folder of results, and not a file system that a pattern was too wide for. */
  collectFiles: span(1, 100, 10_000),
  /** M6.8: beside it 2.5 h of a line of 115200 baud; the time below ends it long before. */
  collectLimitBytes: span(1000, 100_000_000, 10 ** 12),
  /** M6.8: so long a board may be kept from the next test for the files of the last. */
  collectTimeoutMs: span(SECOND, 10 * MINUTE, 7 * DAY),
  http: HttpSchema.prefault({}),
})

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** What is set in the environment beats boards.yaml (design 10). */
export function effectiveSettings(settings: Settings, environment: Environment): Settings {
  return {
    ...settings,
    retentionDays: environment.retentionDays ?? settings.retentionDays,
    maxDiskBytes: environment.maxDiskBytes ?? settings.maxDiskBytes,
  }
}

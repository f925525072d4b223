/** The shapes of test cases that the API and `--json` give. */

import { z } from 'zod'
import {
  CASE_GROUPS,
  type CaseProgress,
  type ComparedCase,
  type Comparison,
  type FailedCase,
  type RunCases,
} from '../lab/types.ts'

const result = z.enum(['pass', 'fail', 'skip', 'xfail', 'xpass', 'error'])
const number = z.number()
const text = z.string()

const totals = z.object({
  pass: number,
  fail: number,
  skip: number,
  xfail: number,
  xpass: number,
  error: number,
  total: number,
  announced: number.nullable(),
})
const pastRun = z.object({ run: text, at: number })
const flaky = z.object({ failed: number, of: number })

export const failedCase: z.ZodType<FailedCase> = z.object({
  name: text,
  result,
  reason: text.nullable(),
  output: z.array(text),
  line: number,
  file: text.exactOptional(),
  passed: pastRun.nullable().exactOptional(),
  isNew: z.boolean().exactOptional(),
  flaky: flaky.exactOptional(),
})

const counts = z.object(
  Object.fromEntries(CASE_GROUPS.map(group => [group, number])) as Record<
    (typeof CASE_GROUPS)[number],
    typeof number
  >,
)

export const runCases: z.ZodType<RunCases> = z.object({
  totals,
  problems: z.array(text),
  notes: z.array(text),
  failed: z.array(failedCase),
  compared: counts.extend({ with: pastRun }).exactOptional(),
})

export const caseProgress: z.ZodType<CaseProgress> = z.object({
  totals,
  latest: z.array(z.object({ name: text, result, reason: text.nullable() })),
})

const comparedCase: z.ZodType<ComparedCase> = z.object({
  name: text,
  before: result.nullable(),
  now: result.nullable(),
  why: text.nullable(),
  flaky: flaky.exactOptional(),
})
const group = z.array(comparedCase)

export const comparison: z.ZodType<Comparison> = z.object({
  counts,
  listed: z.object({
    newlyFailing: group,
    newlyPassing: group,
    stillFailing: group,
    changed: group,
    appeared: group,
    gone: group,
  }),
})

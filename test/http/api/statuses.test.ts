import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { faultOf } from '../../../src/commands/fault.ts'
import { CAUSES, HardwareError, LeaseLostError, RefusedError } from '../../../src/errors.ts'
import { faultProblem } from '../../../src/http/api/problems.ts'
import { knownStatus, statusOf } from '../../../src/http/api/statuses.ts'
import { silentLog } from '../../../src/log.ts'

const SRC = resolve(import.meta.dirname, '../../../src')

/** Errors that no command of the API can meet: they belong to another face, or to the way to the outside world. */
const ELSEWHERE = /^src\/(simulator|bot|gateway|remote|http\/(jenkins|live|callers)|web|app)\//

/** Codes that the source gives to errors, with where. */
function codesInSource(): Map<string, string> {
  const found = new Map<string, string>()
  for (const name of readdirSync(SRC, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || ELSEWHERE.test(`src/${name}`)) continue
    const text = readFileSync(join(SRC, name), 'utf8')
    for (const [, kind, code = ''] of text.matchAll(/new (Lab|Refused|Storage)Error\(\s*'([a-z-]+)'/g))
      found.set(kind === 'Storage' ? `storage-${code}` : code, name)
    for (const [, code = ''] of text.matchAll(/new (?:Input|NotFound)Error\([^;]*?\bcode: '([a-z-]+)'/gs))
      found.set(code, name)
  }
  return found
}

test('every code that an error of the source has is in the table', () => {
  const codes = codesInSource()
  expect(codes.size).toBeGreaterThan(25)
  expect([...codes].filter(([code]) => knownStatus(code) === null)).toEqual([])
  for (const cause of CAUSES) expect(knownStatus(`hardware-${cause.replaceAll(' ', '-')}`)).toBe(502)
})

test('what errors.ts and the dispatcher say themselves is in the table', () => {
  const said = [
    'input',
    'not-found',
    'removed',
    'not-allowed',
    'stale',
    'board-busy',
    'lease-lost',
    'config',
    'internal',
  ]
  const dispatched = [
    'needs-confirmation',
    'unknown-command',
    'queue-full',
    'no-board-free',
    'storage-full',
    'stopping',
  ]
  for (const code of [...said, ...dispatched])
    expect([code, knownStatus(code)]).toEqual([code, expect.any(Number)])
  expect(statusOf('internal', 'infrastructure')).toBe(500)
})

test('a fault is a problem with its own words: code, class, fields; never a success, and 503 says when to come again', () => {
  const anyFault = fc.record({
    decision: fc.constantFrom('invalid' as const, 'refused' as const, 'allowed' as const),
    code: fc.oneof(fc.constantFrom('queue-full', 'stopping', 'not-found', 'internal'), fc.string()),
    message: fc.string(),
    hint: fc.string(),
    failure: fc.constantFrom('input' as const, 'infrastructure' as const, 'timeout' as const),
    fields: fc.array(fc.record({ field: fc.string(), label: fc.string(), message: fc.string() })),
    retryMs: fc.nat(10_000_000),
  })
  fc.assert(
    fc.property(anyFault, fault => {
      const problem = faultProblem(fault)
      expect(problem.status).toBeGreaterThanOrEqual(400)
      expect(problem.status).toBeLessThan(600)
      expect(problem.code).toBe(fault.code)
      if (problem.status !== 503) return
      const seconds = Number(problem.headers?.['Retry-After'])
      expect(seconds).toBeGreaterThanOrEqual(1)
      expect(seconds).toBeLessThanOrEqual(3_600)
    }),
    { numRuns: 300 },
  )
})

test('labels of flags become names of arguments, and values that look like one stay', () => {
  const fields = [{ field: 'timeout', label: '--timeout', message: '"--timeout" is no duration' }]
  const fault = { decision: 'invalid', code: 'input', hint: '', failure: 'input' } as const
  const message = '--timeout "--timeout" is no duration'
  expect(faultProblem({ ...fault, message, fields }).detail).toBe('timeout "--timeout" is no duration')
  const called = new Map([['timeout', 'term']])
  expect(faultProblem({ ...fault, message, fields }, called)).toMatchObject({
    detail: 'term "--timeout" is no duration',
    more: { fields: [{ field: 'term' }] },
  })
})

test('a machine that failed is 502, what was lost to another is 409, what may go through later says when', () => {
  const status = (error: unknown): number => faultProblem(faultOf(error, silentLog, { line: 'x' })).status
  expect(status(new HardwareError('no answer', { hint: '', cause: 'console lost', blame: 'board' }))).toBe(
    502,
  )
  expect(status(new LeaseLostError('a1', 1, 2))).toBe(409)
  expect(status(new Error('unforeseen'))).toBe(500)
  const refused = new RefusedError('queue-full', 'full', { hint: '', retryMs: 180_000 })
  const problem = faultProblem(faultOf(refused, silentLog, { line: 'x' }))
  expect([problem.status, problem.headers]).toEqual([503, { 'Retry-After': '180' }])
})

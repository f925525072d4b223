import fc from 'fast-check'
import { expect, test } from 'vitest'
import { binaryOf } from '../../../src/http/jenkins/binary.ts'
import { readNotification } from '../../../src/http/jenkins/notification.ts'
import { readStep } from '../../../src/http/jenkins/step.ts'
import type { Parsed } from '../../../src/http/jenkins/types.ts'

const SECRET = { claim: { by: 'secret', given: 'x' }, delivery: undefined } as const
const SIGNED = {
  claim: { by: 'signature', signature: 'sha256=ab', timestamp: '1' },
  delivery: undefined,
} as const

function notified(build: Record<string, unknown>, parameters: Record<string, unknown> = {}): Parsed {
  const whole = {
    number: 42,
    phase: 'COMPLETED',
    status: 'SUCCESS',
    url: 'job/kernel/42/',
    parameters,
    ...build,
  }
  return readNotification({ name: 'kernel', url: 'job/kernel/', build: whole })
}

const FULL = { full_url: 'https://ci.test/jenkins/job/kernel/42/' }

test('M8.3 parameters of a build are arguments of run-test', () => {
  const parsed = notified(FULL, {
    BOARDROOM_FAMILY: 'socA',
    BOARDROOM_BINARY: 'out/hello world',
    BOARDROOM_ARGS: '-v "two words"',
    BOARDROOM_PRIORITY: 'HIGH',
    BOARDROOM_TIMEOUT: '90',
    BOARDROOM_COLLECT: 'results/*.xml *.log',
    BOARDROOM_BOARD: '',
    BOARDROOM_ENV_LEVEL: '3',
    BOARDROOM_CALLBACK: 'https://ci.test/callback?token=x',
    BRANCH: 'main',
  })
  expect(parsed).toEqual({
    kind: 'order',
    order: {
      delivery: 'build/job/kernel/#42',
      raw: {
        family: 'socA',
        binary: 'https://ci.test/jenkins/job/kernel/42/artifact/out/hello%20world',
        args: ['-v', 'two words'],
        priority: 'high',
        timeout: '90s',
        collect: ['results/*.xml', '*.log'],
        env: { LEVEL: '3' },
      },
      callback: { url: 'https://ci.test/callback?token=x', build: FULL.full_url },
    },
  })
})

test.for([
  ['QUEUED', undefined, 'begins when it is COMPLETED'],
  ['STARTED', undefined, 'begins when it is COMPLETED'],
  ['COMPLETED', undefined, 'without a result'],
  ['COMPLETED', 'FAILURE', 'is FAILURE'],
  ['FINALIZED', 'UNSTABLE', 'is UNSTABLE'],
  ['NONE', 'SUCCESS', 'is NONE'],
] as const)('M8.3 phase %s with status %s submits nothing, and says why', ([phase, status, why]) => {
  const parsed = notified({ phase, status }, { BOARDROOM_FAMILY: 'socA', BOARDROOM_SHELL: 'true' })
  expect(parsed).toMatchObject({ kind: 'ignored', why: expect.stringContaining(why) as string })
})

test('a build without our parameters is ignored, whatever else it has', () => {
  for (const parameters of [undefined, null, {}, { BOARDROOM_FAMILY: ' ' }, { FAMILY: 'socA' }])
    expect(notified({ parameters })).toMatchObject({ kind: 'ignored' })
})

test('M8.5 COMPLETED and FINALIZED of a build are one delivery, two builds are two', () => {
  const of = (build: Record<string, unknown>): string => {
    const parsed = notified(build, { BOARDROOM_FAMILY: 'socA', BOARDROOM_SHELL: 'true' })
    return parsed.kind === 'order' ? parsed.order.delivery : parsed.kind
  }
  expect(of({ phase: 'FINALIZED', ...FULL })).toBe(of({ phase: 'COMPLETED' }))
  expect(of({ number: 43 })).not.toBe(of({}))
})

test('everything wrong with the parameters is said at once, and what was probably meant', () => {
  const parsed = notified(
    {},
    { BOARDROOM_FAMLY: 'socA', BOARDROOM_BINARY: 'hello', BOARDROOM_ARGS: '"unclosed' },
  )
  const faults =
    parsed.kind === 'wrong' ? parsed.faults.map(({ field, message }) => `${field} ${message}`) : []
  expect(faults).toEqual([
    expect.stringContaining('BOARDROOM_FAMLY is not known. Did you mean BOARDROOM_FAMILY?'),
    expect.stringContaining('BOARDROOM_BINARY "hello" is a path in the build, and the address'),
    expect.stringContaining('BOARDROOM_ARGS'),
  ])
})

test('any JSON at all is understood, ignored or told what is wrong', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (body, build) => {
      const kinds = ['order', 'ignored', 'wrong']
      expect(kinds).toContain(readNotification({ ...body, build }).kind)
      expect(kinds).toContain(readStep(body as Record<string, unknown>, SECRET).kind)
    }),
    { numRuns: 300 },
  )
})

test('a word for a binary never leads out of the folder of the build', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('..', '.', '/', '%2e', '\\', 'a', '?', '#', '//', '@', ':'), { maxLength: 8 })
      .map(parts => parts.join('')),
  )
  const folder = 'https://ci.test/jenkins/job/kernel/42/artifact/'
  fc.assert(
    fc.property(word, word => {
      fc.pre(!/^(https?:\/\/|[tl][1-9]\d{0,8}\/[^/]+$)/i.test(word))
      let url: string
      try {
        url = binaryOf(word, 'https://ci.test/jenkins/job/kernel/42/?x#y')
      } catch {
        return
      }
      expect(new URL(url).href.startsWith(folder)).toBe(true)
      expect(new URL(url).search + new URL(url).hash).toBe('')
    }),
    { numRuns: 500 },
  )
})

test('an address and a stored artifact are left as they are', () => {
  for (const word of ['https://files.test/hello', 'T12/hello', 't12/out.bin', 'L3/dump'])
    expect(binaryOf(word, null)).toBe(word)
  // A folder of the build may be called like a test.
  const deeper = binaryOf('T12/out/hello', 'https://ci.test/job/k/1/')
  expect(deeper).toBe('https://ci.test/job/k/1/artifact/T12/out/hello')
  expect(() => binaryOf('../secret', 'https://ci.test/job/k/1/')).toThrow('is no path of an artifact')
  expect(() => binaryOf('out/hello', 'job/k/1/')).toThrow('the address of the build is not known')
})

test('a step is the arguments of run-test, with a name of its own', () => {
  const build = 'https://ci.test/job/k/7/'
  const body = {
    family: 'socA',
    binary: 'hello',
    timeout: 90,
    args: ['-n', 3],
    env: { A: 1 },
    delivery: 'k-7',
    build,
  }
  expect(readStep(body, SECRET)).toEqual({
    kind: 'order',
    order: {
      delivery: 'step/k-7',
      raw: {
        family: 'socA',
        binary: `${build}artifact/hello`,
        timeout: '90s',
        args: ['-n', '3'],
        env: { A: '1' },
      },
    },
  })
  expect(readStep({ ...body, callback: 'https://ci.test/cb' }, SECRET)).toMatchObject({
    order: { callback: { url: 'https://ci.test/cb', build } },
  })
})

test('M8.5 a request is named in its body or in a header; signed, by its signature, and never by a header alone', () => {
  const body = { family: 'socA', shell: 'true' }
  const deliveryOf = (parsed: Parsed): unknown => (parsed.kind === 'order' ? parsed.order.delivery : parsed)
  expect(deliveryOf(readStep(body, { ...SECRET, delivery: 'k-7' }))).toBe('step/k-7')
  expect(deliveryOf(readStep(body, SIGNED))).toBe('signed/sha256=ab')
  expect(deliveryOf(readStep({ ...body, delivery: 'k-7' }, SIGNED))).toBe('step/k-7')
  expect(readStep(body, SECRET)).toMatchObject({ kind: 'wrong', faults: [{ field: 'delivery' }] })
  expect(readStep(body, { ...SIGNED, delivery: 'k-7' })).toMatchObject({
    faults: [{ message: expect.stringContaining('the signature does not cover') as string }],
  })
})

test('everything wrong with what is our own in a step is said at once', () => {
  const parsed = readStep({ delivery: '', callback: 'javascript:alert(1)', build: 7, binary: '/' }, SECRET)
  expect(parsed.kind === 'wrong' && new Set(parsed.faults.map(fault => fault.field))).toEqual(
    new Set(['delivery', 'build', 'callback', 'binary']),
  )
})

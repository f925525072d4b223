import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RefusedError } from '../../../src/errors.ts'
import { fingerprintOf, parseKey } from '../../../src/http/api/idempotency.ts'
import { createLabPort, makeLease } from '../../commands/lab-port.ts'
import { type Answer, type ApiRig, MEI, startApi } from './rig.ts'

const SHELL = { family: 'socA', shell: 'uname -a' }

async function post(rig: ApiRig, key: string, json: unknown = SHELL, path = '/tests'): Promise<Answer> {
  return await rig.ask('POST', path, { json, headers: { 'Idempotency-Key': key } })
}

test('the same request again answers the same test, and says so; another one under its key is refused', async () => {
  const rig = await startApi()
  const first = await post(rig, '"k1"')
  const again = await post(rig, 'k1')
  expect([first.status, again.status]).toEqual([201, 201])
  expect([first.headers.get('idempotent-replay'), again.headers.get('idempotent-replay')]).toEqual([
    null,
    'true',
  ])
  expect(again.json).toEqual(first.json)
  expect(again.headers.get('location')).toBe('tests/T1/status')
  const other = await post(rig, 'k1', { ...SHELL, shell: 'reboot' })
  expect([other.status, other.json.code]).toEqual([422, 'key-used'])
  expect(rig.lab.submitted).toHaveLength(1)
  expect(rig.posted).toHaveLength(1)
})

test('a file counts by what it holds', async () => {
  const rig = await startApi()
  const send = (content: string): Promise<Answer> =>
    rig.ask('POST', '/tests?family=socA&name=hello', { raw: content, headers: { 'Idempotency-Key': 'f' } })
  expect((await send('one')).status).toBe(201)
  expect((await send('one')).headers.get('idempotent-replay')).toBe('true')
  expect((await send('two')).status).toBe(422)
  expect(rig.lab.submitted).toHaveLength(1)
  expect(rig.held()).toBe(0)
})

test('a form counts by its fields, and by what its file is called and holds; in which order they come makes no difference', async () => {
  const rig = await startApi()
  const send = (content: string, name: string, fields: readonly (readonly [string, string])[]) => {
    const form = new FormData()
    for (const [field, value] of fields) form.append(field, value)
    form.append('binary', new Blob([content]), name)
    return rig.ask('POST', '/tests', { form, headers: { 'Idempotency-Key': 'f' } })
  }
  const family = ['family', 'socA'] as const
  const args = ['args', '-v'] as const
  expect((await send('one', 'hello', [family, args])).status).toBe(201)
  expect((await send('one', 'hello', [args, family])).headers.get('idempotent-replay')).toBe('true')
  for (const other of [
    send('two', 'hello', [family, args]),
    send('one', 'hullo', [family, args]),
    send('one', 'hello', [family]),
    send('one', 'hello', [family, args, ['args', '-v']]),
  ]) {
    const { status, json } = await other
    expect([status, json.code]).toEqual([422, 'key-used'])
  }
  expect(rig.lab.submitted).toHaveLength(1)
  expect(rig.held()).toBe(0)
})

test('one that is still carried out is 409, and its repeat afterwards has what it came to', async () => {
  const gate = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const lab = createLabPort({
    lend: async (_request, _by, origin) => {
      begun.resolve()
      await gate.promise
      return makeLease({ id: 'L5', origin })
    },
  })
  const rig = await startApi({ lab })
  const first = post(rig, 'k', { target: 'socA' }, '/lease')
  await begun.promise
  expect((await post(rig, 'k', { target: 'socA' }, '/lease')).json.code).toBe('still-running')
  expect((await post(rig, 'k', { target: 'socB' }, '/lease')).json.code).toBe('key-used')
  gate.resolve()
  expect((await first).status).toBe(201)
  expect((await post(rig, 'k', { target: 'socA' }, '/lease')).json.lease.id).toBe('L5')
})

test('what had no effect leaves its key free', async () => {
  let full = true
  const port = createLabPort()
  const lab = createLabPort({
    submit: async (request, by, origin) => {
      if (full) throw new RefusedError('queue-full', 'full', { hint: 'Later.' })
      return await port.submit(request, by, origin)
    },
    run: port.run,
  })
  const rig = await startApi({ lab })
  expect((await post(rig, 'k')).status).toBe(503)
  expect((await post(rig, 'k', { family: 'nowhere', shell: 'x' })).status).toBe(404)
  full = false
  expect((await post(rig, 'k')).status).toBe(201)
})

test('what broke after it had begun something stands for that; what broke before stays broken', async () => {
  const lab = createLabPort({
    lend: async (request, _by, origin) => {
      if (request.target === 'socA') lab.state().leases['L1'] = makeLease({ id: 'L1', origin })
      throw new Error('unforeseen')
    },
  })
  const rig = await startApi({ lab })
  const lease = { target: 'socA' }
  expect((await post(rig, 'a', lease, '/lease')).status).toBe(500)
  const found = await post(rig, 'a', lease, '/lease')
  expect([found.status, found.json.lease.id, found.headers.get('location')]).toEqual([201, 'L1', 'lease/L1'])
  const broken = await post(rig, 'b', { target: 'socB' }, '/lease')
  const again = await post(rig, 'b', { target: 'socB' }, '/lease')
  expect([again.status, again.json.reference]).toEqual([500, broken.json.reference])
  expect(again.headers.get('idempotent-replay')).toBe('true')
})

test('over a restart: heard is carried out, begun is found by what it started, else nobody knows', async () => {
  const rig = await startApi()
  await post(rig, 'seed')
  const seen = rig.lab.inbox.find('api:mei:seed')
  const stored = seen?.heard as { fingerprint: string; person: string; kept?: unknown }
  const left = { fingerprint: stored.fingerprint, person: 'mei' }

  const next = await startApi()
  const entry = (key: string, stage: 'heard' | 'begun'): Promise<void> =>
    next.lab.inbox.heard({ key: `api:mei:${key}`, source: 'api', receivedAt: Date.now(), heard: left, stage })
  await entry('heard', 'heard')
  await entry('begun', 'begun')
  await entry('lost', 'begun')
  const origin = { channel: 'slack', place: 'C1', request: 'api:mei:begun' }
  const { id } = await next.lab.submit(
    {
      family: 'socA',
      board: null,
      program: { kind: 'shell', command: 'x' },
      args: [],
      env: {},
      priority: 2,
      timeoutMs: null,
    },
    MEI.person,
    origin,
  )
  const found = await post(next, 'begun')
  expect([found.json.run.id, found.headers.get('idempotent-replay')]).toEqual([id, 'true'])
  const lost = await post(next, 'lost')
  expect([lost.status, lost.json.code]).toEqual([409, 'outcome-unknown'])
  expect((await post(next, 'heard')).headers.get('idempotent-replay')).toBeNull()
  expect(next.lab.inbox.entries().map(each => each.stage)).toEqual(['done', 'done', 'done'])
})

test('the key of one caller is not that of another, and what is no key is refused', async () => {
  const mei = await startApi()
  const kai = await startApi({
    lab: mei.lab,
    caller: { ...MEI, person: { ...MEI.person, id: 'kai', name: 'kai' } },
  })
  await post(mei, 'k')
  expect((await post(kai, 'k')).headers.get('idempotent-replay')).toBeNull()
  for (const key of ['"', 'a b', '', 'x'.repeat(300)]) expect(parseKey(key)).toBeNull()
  expect((await post(mei, 'a b')).json.code).toBe('idempotency-key')
  expect([parseKey('"a\\\\b"'), parseKey('abc'), parseKey('"abc"')]).toEqual(['a\\b', 'abc', 'abc'])
})

test('the sum of a request does not depend on the order of its members, and on everything else it does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (one, other) => {
      const turned = Object.fromEntries(Object.entries(one).reverse())
      expect(fingerprintOf(turned)).toBe(fingerprintOf(one))
      if (JSON.stringify(one) !== JSON.stringify(other) && !fc.stringify(one).includes('__proto__'))
        expect(fingerprintOf([one, 1])).not.toBe(fingerprintOf([one, 2]))
    }),
    { numRuns: 200 },
  )
})

const wish = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  shell: fc.constantFrom('one', 'two'),
  apart: fc.boolean(),
})

test('M8.5 the same key any number of times, in any interleaving: one effect, and never two answers', async () => {
  const rig = await startApi()
  let round = 0
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 1, maxLength: 12 }), async wishes => {
      const [mine, before] = [round++, rig.lab.submitted.length]
      const flying: Promise<{ key: string; shell: string; answer: Answer }>[] = []
      for (const { key, shell, apart } of wishes) {
        const sent = post(rig, `${mine}${key}`, { family: 'socA', shell }).then(answer => ({
          key,
          shell,
          answer,
        }))
        flying.push(sent)
        if (apart) await sent
      }
      const all = await Promise.all(flying)
      for (const key of ['a', 'b', 'c']) {
        const same = all.filter(each => each.key === key)
        const done = same.filter(({ answer }) => answer.status === 201)
        expect(new Set(done.map(({ answer }) => answer.json.run.id)).size).toBeLessThanOrEqual(1)
        expect(new Set(done.map(({ shell }) => shell)).size).toBeLessThanOrEqual(1)
        expect(done.filter(({ answer }) => answer.headers.get('idempotent-replay') === null).length).toBe(
          same.length === 0 ? 0 : 1,
        )
        for (const { answer } of same) expect([201, 409, 422]).toContain(answer.status)
      }
      expect(rig.lab.submitted.length - before).toBe(new Set(all.map(each => each.key)).size)
    }),
    { numRuns: 100 },
  )
})

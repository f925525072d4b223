import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LawWatch, watchLaw } from '../law.ts'
import { startWorld, type World } from '../world.ts'
import { type Call, type Checker, callsOf, createChecker, type Document } from './openapi-document.ts'
import { KINDS, type Kind, requestFor } from './openapi-requests.ts'
import { type Came, createSender, type Sender, type Sent } from './openapi-send.ts'
import type { Known } from './openapi-values.ts'

/** A key's calls in a minute are counted, and there are thousands here. */
const USERS = keys('user', 14)
const ADMINS = keys('admin', 14)
/** Whose lease it is that the others may not touch. */
const HOLDER = USERS[0] ?? ''
/** Of each kind, for each operation. */
const CASES = 20
const AT_ONCE = 6

let world: World
let law: LawWatch
let sender: Sender
let calls: readonly Call[]
let checker: Checker
let known: Known
/** Statuses by operation, of what was asked for as the document says. */
const statuses = new Map<string, Set<number>>()
/** Node's own: listeners that pile up, what is never caught. */
const warnings: string[] = []
const onWarning = (warning: Error): void => void warnings.push(`${warning.name}: ${warning.message}`)

function keys(role: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `a-key-of-a-${role}-number-${n}`)
}

beforeAll(async () => {
  process.on('warning', onWarning)
  const entries = [...USERS, ...ADMINS].map(
    (key, n) => `caller-${n}:${USERS.includes(key) ? 'user' : 'admin'}:${key}`,
  )
  world = await startWorld({
    env: { CHAT: 'terminal', API_KEYS: entries.join(',') },
    settings: { queue_limit: 500, power_cycle_delay: '10ms' },
  })
  sender = createSender(() => Number(new URL(world.app.address).port))
  const { body } = await sender.send(plain('/api/v1/openapi.json'))
  const document = JSON.parse(body) as Document
  calls = callsOf(document)
  checker = createChecker(document)
  known = await furnish()
  law = watchLaw(world.lab)
})
afterAll(async () => {
  process.off('warning', onWarning)
  law?.stop()
  sender?.close()
  await world?.close()
})

function plain(target: string): Sent {
  return { method: 'GET', target, headers: { Authorization: `Bearer ${ADMINS[0]}` }, body: null }
}

/** A lab in which things go on: tests that ran and run, leases, files, a board that is looked after. */
async function furnish(): Promise<Known> {
  await world.program(
    'hello',
    '#!/bin/sh\necho TAP version 13\necho "ok 1 - one"\necho "not ok 2 - two"\necho 1..2\n',
  )
  const runs = [
    await world.start('run-test socA ./hello'),
    await world.start('run-test socB ./hello'),
    await world.start('run-test socA --shell "echo one; sleep 600"', { as: 'ada' }),
  ]
  await Promise.all(runs.slice(0, 2).map(id => world.finished(id)))
  await world.type('boards maintenance soc-b-002 "new fan"', { as: 'ops' })
  const lent = await sender.send({
    ...{ method: 'POST', target: '/api/v1/lease?wait=30' },
    headers: { Authorization: `Bearer ${HOLDER}`, 'Content-Type': 'application/json' },
    body: Buffer.from('{"target":"soc-b-001"}'),
  })
  const lease = String(JSON.parse(lent.body).lease.id)
  // Its family has no other board: it waits.
  const waiting = await world.start('run-test socB --shell true')
  const boards = world.plan.boards.map(({ id }) => id)
  return {
    'run id': [...runs, waiting, 't1', 'T9'],
    'lease id': [lease, lease.toLowerCase(), 'L9'],
    'alert id': ['A1', 'A2'],
    other: runs.slice(0, 2),
    board: boards,
    family: ['socA', 'socB'],
    board_family: ['socA', 'socB', ...boards],
    target: ['socA', 'socB', ...boards],
    shell: ['true', 'echo one; exit 3', 'echo "$0" "$@"', 'printf "a\\033[31mb\\000"'],
    timeout: ['5s', 5, '1m'],
    term: ['5s', 5],
    topic: [`run/${runs[0]}`, 'queue', 'boards', `lease/${lease}`],
    kind: ['run', 'board'],
    line: ['queue', 'boards', 'help', `tests show ${runs[0]}`, 'lease socA 5s', 'run-test socA --shell true'],
    binary: [`${runs[0]}/hello`, 'hello', 'http://127.0.0.1:1/hello'],
    by: ['5s', 5, '1m'],
    confirm: [true],
    state: ['passed', 'queued'],
    before: runs,
    since: ['1h', 3600],
    priority: ['low', 'high'],
    reason: ['new fan'],
    until: ['1m'],
    words: ['hello', 'socA'],
  }
}

/** What would take from the other operations what they are tried out on. */
function spared({ operation: { operationId }, path }: Call): Known {
  if (/^\/power|power-cycle$/.test(path)) return { board: ['soc-b-002'] }
  if (operationId === 'leaseRelease') return { 'lease id': ['L2', 'L3', 'L4'] }
  return operationId === 'queueCancel' ? { 'run id': ['T3', 'T5', 'T6', 'T7'] } : {}
}

/** What is wrong with an answer, in a sentence; null when nothing is. */
function fault(kind: Kind, call: Call, sent: Sent, came: Came): string | null {
  const { status, type, body } = came
  if (status === 500 || status > 504 || status < 200) return `it is ${status}`
  if (status >= 400) {
    const isProblem = type === 'application/problem+json'
    const wrong = sent.method === 'HEAD' ? null : isProblem ? problemFault(body) : textFault(type, body)
    if (wrong !== null) return wrong
    if (UNSEEN.test(body)) return `it has control characters in it: ${JSON.stringify(body)}`
  }
  return kind === 'odd way' ? null : checker.fault(call, came)
}

const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

function problemFault(body: string): string | null {
  const { code, hint, detail } = JSON.parse(body) as Record<string, unknown>
  for (const text of [code, hint, detail])
    if (typeof text !== 'string' || text === '' || UNSEEN.test(text))
      return `a problem has ${JSON.stringify(text)}`
  return null
}

/** For people who follow a link: what happened, and what to do next. */
function textFault(type: string, body: string): string | null {
  const isText = type === 'text/plain; charset=utf-8' && body.trim().split('\n').length >= 2
  return isText ? null : `it is neither a problem nor its text: ${type} ${JSON.stringify(body)}`
}

let asked = 0
async function tryOut(kind: Kind, call: Call, sent: Sent): Promise<void> {
  const all = asked % 2 === 0 ? USERS : ADMINS
  const turn = asked++
  const isTheirs = call.path.startsWith('/lease/') && turn % 4 === 0
  const key = isTheirs ? HOLDER : (all[(turn >> 1) % all.length] ?? '')
  const came = await sender.send({ ...sent, headers: { Authorization: `Bearer ${key}`, ...sent.headers } })
  const wrong = fault(kind, call, sent, came)
  if (wrong !== null || world.errors.length > 0)
    throw new Error(
      `${sent.method} ${sent.target} ${JSON.stringify(sent.headers)} ${sent.body?.toString()}\n${wrong}\n` +
        `${came.status} ${came.body.slice(0, 2_000)}\n${JSON.stringify(world.errors)}`,
    )
  if (kind === 'fitting')
    statuses.set(
      call.operation.operationId,
      (statuses.get(call.operation.operationId) ?? new Set()).add(came.status),
    )
}

test.for(KINDS)(
  'no request that is %s is answered 500, without end, or with more than a problem (I3)',
  async kind => {
    const left = [...calls]
    const lane = async (): Promise<void> => {
      for (let call = left.pop(); call !== undefined; call = left.pop()) {
        const here = call
        const property = fc.asyncProperty(requestFor(kind, here, { ...known, ...spared(here) }), sent =>
          tryOut(kind, here, sent),
        )
        await fc.assert(property, { numRuns: CASES, endOnFailure: true })
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
  },
)

test('most operations did what they are for: were all refused, nothing would be shown by it', () => {
  const done = [...statuses].filter(([, seen]) => [...seen].some(status => status < 300)).map(([id]) => id)
  const never = calls.map(({ operation }) => operation.operationId).filter(id => !done.includes(id))
  expect(never.length, never.join()).toBeLessThan(calls.length / 4)
})

test('the lab is as well as before: it answers, its logs are followed, and its queue comes to an end', async () => {
  const health = await sender.send(plain('/api/v1/health'))
  expect([health.status, JSON.parse(health.body).version]).toEqual([200, '0.0.0'])
  const followed = await sender.send(plain('/api/v1/boards/soc-a-001/log?follow=true'))
  expect([followed.status, followed.type]).toEqual([200, 'text/plain; charset=utf-8'])
  const { waiting, running } = world.lab.queue()
  expect(waiting.map(({ position }) => position)).toEqual(waiting.map((_each, n) => n + 1))
  const ids = [...waiting.map(({ id }) => id), ...running.map(({ run }) => run.id)].filter(id =>
    id.startsWith('T'),
  )
  for (const id of ids) await world.type(`queue cancel ${id}`, { as: 'ada' })
  await Promise.all(ids.map(id => world.ended(`run/${id}`)))
  expect(world.lab.queue().running).toEqual([])
  expect([law.broken, world.errors, warnings]).toEqual([[], [], []])
})

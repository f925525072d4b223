import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { RunFilter, SubmitRequest } from '../../src/lab/lab.ts'
import type { Person } from '../../src/lab/types.ts'
import { until } from '../until.ts'
import { HERE, KAI, type LabUnderTest, openLab } from './harness.ts'
import { aBoard, aRun } from './samples.ts'

const open: LabUnderTest[] = []
afterEach(async () => {
  for (const under of open.splice(0)) await under.close()
})

/** Two people of one name, and one whose name was another once. */
const MEI: Person = { id: 'U0MEI', name: 'mei', platform: 'slack' }
const OTHER: Person = { id: 'U0OTHER', name: 'mei', platform: 'slack' }

function request(command: string): SubmitRequest {
  const program = { kind: 'shell', command } as const
  return { family: 'socA', board: null, program, args: [], env: {}, priority: 2, timeoutMs: null }
}

async function ran(under: LabUnderTest, command: string, by: Person, status = 0): Promise<string> {
  const id = await over(under, command, by, status)
  await under.deliver()
  return id
}

/** It has ended, and nobody was told yet. */
async function over(under: LabUnderTest, command: string, by: Person, status = 0): Promise<string> {
  const { id } = await under.lab.submit(request(command), by, HERE)
  await until(() => under.site.tests.has(id), `${id} starts`)
  under.site.tests.get(id)?.finish({ status })
  await until(() => under.lab.owed.items().some(item => item.topic === `run/${id}`), `${id} ends`)
  return id
}

test('S6 tests are found by whose they are, by name or unchanging id, past ones and live ones alike', async () => {
  const under = await openLab({ boards: [aBoard('a1')] })
  open.push(under)
  await ran(under, 'one', MEI)
  await ran(under, 'two', OTHER)
  const { id: live } = await under.lab.submit(request('three'), MEI, HERE)
  const ids = async (submitter: string): Promise<readonly string[]> =>
    (await under.lab.runs({ submitter })).map(run => run.id)
  expect(await ids('U0MEI')).toEqual([live, 'T1'])
  expect(await ids('@mei')).toEqual([live, 'T2', 'T1'])
  expect(await ids('U0OTHER')).toEqual(['T2'])
  expect(await ids('U0')).toEqual([])
})

test('S1 words find tests by id, what ran, where, whose and how it went; all of them must fit', async () => {
  const under = await openLab({ boards: [aBoard('a1')] })
  open.push(under)
  await ran(under, 'memcpy --fast', MEI)
  await ran(under, 'nbench', KAI)
  const ids = async (...words: string[]): Promise<readonly string[]> =>
    (await under.lab.runs({ words })).map(run => run.id)
  expect(await ids('MEMCPY')).toEqual(['T1'])
  expect(await ids('t2')).toEqual(['T2'])
  expect(await ids('a1', 'passed')).toEqual(['T2', 'T1'])
  expect(await ids('@kai', 'passed')).toEqual(['T2'])
  expect(await ids('kai', 'memcpy')).toEqual([])
})

test('S1 the overview counts the tests of each of the last fourteen days', async () => {
  const under = await openLab({ boards: [aBoard('a1')] })
  open.push(under)
  await ran(under, 'one', MEI)
  await ran(under, 'two', MEI)
  await over(under, 'three, of which nobody was told yet', MEI)
  const { days, today, infrastructureSuccess } = await under.lab.status()
  expect(days).toHaveLength(14)
  expect(days.at(-1)).toMatchObject({ passed: 3, failed: 0, other: 0 })
  expect(today).toMatchObject({ finished: 3, passed: 3, failed: 0 })
  expect(infrastructureSuccess).toEqual({ share: 1, attempts: 3 })
  expect(days.slice(0, -1).every(day => day.passed + day.failed + day.other === 0)).toBe(true)
  expect(new Set(days.map(each => each.day)).size).toBe(14)
})

test('M7.5 page by page every test is listed once, newest first, whatever order they ended in', async () => {
  const under = await openLab({ boards: [] })
  open.push(under)
  const anyEnds = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 12 })
  const all: string[] = []
  let families = 0
  await fc.assert(
    fc.asyncProperty(anyEnds, fc.integer({ min: 1, max: 5 }), async (ends, limit) => {
      const family = `f${++families}`
      const own: string[] = []
      for (const at of ends) {
        const run = aRun({ id: `T${all.length + 1}`, state: 'passed', family })
        await under.storage.runs.append(run, at)
        all.push(run.id)
        own.push(run.id)
        // Tests end while somebody pages through them.
        expect(await paged(under, { family }, limit)).toEqual(own.toReversed())
      }
    }),
    { numRuns: 100 },
  )
  expect(await paged(under, {}, 100)).toEqual(all.toReversed())
})

async function paged(under: LabUnderTest, filter: RunFilter, limit: number): Promise<readonly string[]> {
  const all: string[] = []
  for (;;) {
    const last = all.at(-1)
    const page = await under.lab.runs({ ...filter, limit, ...(last === undefined ? {} : { before: last }) })
    if (page.length === 0) return all
    all.push(...page.map(run => run.id))
  }
}

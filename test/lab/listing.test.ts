import { afterEach, expect, test } from 'vitest'
import type { SubmitRequest } from '../../src/lab/lab.ts'
import type { Person } from '../../src/lab/types.ts'
import { until } from '../until.ts'
import { HERE, KAI, type LabUnderTest, openLab } from './harness.ts'
import { aBoard } from './samples.ts'

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

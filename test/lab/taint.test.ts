import { afterEach, describe, expect, test } from 'vitest'
import type { BoardConfig } from '../../src/config/types.ts'
import type { Finding } from '../../src/reading/types.ts'
import type { RunTestResult } from '../../src/work/types.ts'
import { findingOf } from '../reading/finding.ts'
import { until } from '../until.ts'
import { HERE, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, POWER } from './samples.ts'

const OOPS = findingOf({ cause: 'oops', title: 'oops: bad access', from: 0, to: 1 })
const LOCKUP = findingOf({ cause: 'lockup', title: 'hung task sh:47', from: 0, to: 1 })
const RESET = findingOf({ cause: 'reset', title: 'reset: Linux version 6.1', from: 900, to: 901 })
const open: LabUnderTest[] = []

afterEach(async () => {
  for (const under of open.splice(0)) await under.close()
})

async function lab(part: Partial<BoardConfig>): Promise<LabUnderTest> {
  const under = await openLab({ boards: [aBoard('a1', part)] })
  open.push(under)
  await under.lab.check('a1', null)
  return under
}

/** A test in which the console tells this, and which ends like that; settles when its board is to be had again. */
async function runs(
  under: LabUnderTest,
  told: readonly Finding[],
  part: Partial<RunTestResult> = {},
): Promise<string> {
  const program = { kind: 'shell', command: 'true' } as const
  const request = { family: 'socA', board: null, program, args: [], env: {}, timeoutMs: null }
  const { id } = await under.lab.submit({ ...request, priority: 2 }, MEI, HERE)
  const going = await until(() => under.site.tests.get(id), 'it runs')
  going.tell({ kind: 'stage', stage: 'running', t: under.clock.now() })
  for (const finding of told) going.tell({ kind: 'finding', finding })
  const [first] = told
  const failure = { class: 'test', cause: first?.cause ?? 'exit status', blame: 'none' } as const
  going.finish({
    ...{ status: null, endedBy: 'interrupt', boardClean: true },
    failure: { failure, title: first?.title ?? 'x', message: 'x', hint: '' },
    ...part,
  })
  await until(() => under.lab.board('a1')?.usable && under.lab.board('a1')?.lease === null, 'it is free')
  return id
}

const taken = (under: LabUnderTest): string[] => [
  ...under.site.resets.map(() => 'reset'),
  ...under.site.powered.map(({ action }) => action),
]
const board = (under: LabUnderTest) => under.lab.board('a1')

describe('H10.3 a kernel that lived through its own failure is not handed on where it can be restarted', () => {
  test('it is reset where that is allowed, though the board answers; that counts against nobody', async () => {
    const under = await lab({ sysrq: true, power: POWER })
    const id = await runs(under, [OOPS])
    expect(taken(under)).toEqual(['reset'])
    expect(board(under)?.state).toMatchObject({
      ...{ tainted: null, failures: [] },
      steps: [{ step: 'reset', outcome: 'back', after: id }],
    })
  })

  test('its power is cycled where there is no other way', async () => {
    const under = await lab({ power: POWER })
    await runs(under, [OOPS])
    expect(taken(under)).toEqual(['cycle'])
    expect(board(under)?.state.tainted).toBeNull()
  })

  test('with neither the lab goes on with it as long as it answers, and its card says so until it has started again', async () => {
    const under = await lab({})
    const id = await runs(under, [OOPS])
    expect(taken(under)).toEqual([])
    expect(board(under)).toMatchObject({
      ...{ status: 'available', health: 'healthy' },
      state: { tainted: { title: 'oops: bad access', run: id } },
    })
    under.site.news('a1', { kind: 'finding', finding: RESET })
    await until(() => board(under)?.state.tainted === null, 'it started again')
    await until(() => board(under)?.status === 'available', 'it is well')
  })

  test('a lockup that the test never came out of is one, and one that it did come out of is none', async () => {
    const under = await lab({ power: POWER })
    await runs(under, [LOCKUP], { status: 1, endedBy: 'itself' })
    expect(taken(under)).toEqual([])
    await runs(under, [LOCKUP], { endedBy: 'nothing', boardClean: false })
    expect(taken(under)).toEqual(['cycle'])
  })

  test('a kernel that was started anew under the test already is not started once more', async () => {
    const under = await lab({ sysrq: true, power: POWER })
    await runs(under, [OOPS, RESET])
    expect(taken(under)).toEqual([])
  })

  test('a person has it as long as they like, and whoever comes next gets another kernel', async () => {
    const under = await lab({ power: POWER })
    const { id } = await under.lab.lend({ target: 'a1', termMs: null }, MEI, HERE)
    await until(() => board(under)?.lease?.state === 'active', 'it is theirs')
    under.site.news('a1', { kind: 'finding', finding: OOPS })
    await until(() => board(under)?.state.tainted != null, 'it is told')
    expect(taken(under)).toEqual([])
    await under.lab.release(id, MEI)
    await until(() => board(under)?.status === 'available', 'it is well')
    expect(taken(under)).toEqual(['cycle'])
  })

  test('one that fails while nobody uses it is restarted at once', async () => {
    const under = await lab({ power: POWER })
    under.site.news('a1', { kind: 'finding', finding: OOPS })
    await until(() => taken(under).includes('cycle') && board(under)?.status === 'available', 'it is back')
    expect(board(under)?.state.tainted).toBeNull()
  })
})

import { afterEach, describe, expect, test } from 'vitest'
import { LabError } from '../../src/errors.ts'
import type { SubmitRequest } from '../../src/lab/lab.ts'
import { until } from '../until.ts'
import { HERE, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard } from './samples.ts'

const open: LabUnderTest[] = []
afterEach(async () => {
  for (const under of open.splice(0)) await under.close()
})

async function submitted(boards: readonly string[]): Promise<{ under: LabUnderTest; id: string }> {
  const under = await openLab({ boards: boards.map(id => aBoard(id)) })
  open.push(under)
  const request: SubmitRequest = {
    ...{ family: 'socA', board: null, program: { kind: 'shell', command: 'true' }, args: [], env: {} },
    ...{ priority: 2, timeoutMs: null },
  }
  const { id } = await under.lab.submit(request, MEI, HERE)
  await until(() => under.site.tests.has(id), `${id} starts`)
  return { under, id }
}

function noRoom(kind: 'infrastructure' | 'input'): LabError {
  return new LabError('disk', 'binary too large for the board', {
    hint: 'Make it smaller.',
    failure: { class: kind, cause: 'disk', blame: kind === 'input' ? 'none' : 'board' },
  })
}

async function ended({ under, id }: { under: LabUnderTest; id: string }, state: string): Promise<void> {
  await until(async () => (await under.lab.run(id))?.state === state, `${id} is ${state}`)
}

describe('a file that does not fit', () => {
  test('E on a board that is full now goes to another board at once, and never to that one again', async () => {
    const here = await submitted(['a1', 'a2'])
    const { under, id } = here
    const first = under.site.tests.get(id)
    first?.fail(noRoom('infrastructure'))
    const second = await until(() => {
      const now = under.site.tests.get(id)
      return now === first ? null : now
    }, 'it starts on another')
    expect(second.job.board.id).not.toBe(first?.job.board.id)
    second.fail(noRoom('infrastructure'))
    await ended(here, 'error')
    const run = await under.lab.run(id)
    expect(run?.attempts.map(attempt => attempt.board).toSorted()).toEqual(['a1', 'a2'])
  })

  test('E where there is no other board it ends at once: half a minute makes no room', async () => {
    const here = await submitted(['a1'])
    here.under.site.tests.get(here.id)?.fail(noRoom('infrastructure'))
    await ended(here, 'error')
    expect((await here.under.lab.run(here.id))?.attempts).toHaveLength(1)
  })

  test('E and never can is the input’s fault: the run failed, and is not tried elsewhere', async () => {
    const here = await submitted(['a1', 'a2'])
    here.under.site.tests.get(here.id)?.fail(noRoom('input'))
    await ended(here, 'failed')
    const run = await here.under.lab.run(here.id)
    expect(run?.attempts).toHaveLength(1)
    expect(run?.result).toMatchObject({ message: 'binary too large for the board', hint: 'Make it smaller.' })
    expect(here.under.lab.board('a1')?.state.failures).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { HardwareError, LabError } from '../../src/errors.ts'
import type { FetchWanted, OpenBoard } from '../../src/hardware/types.ts'
import { collect } from '../../src/work/collect.ts'
import { createStopper } from '../../src/work/stopper.ts'
import type { Collected, RunTestJob, WorkContext } from '../../src/work/types.ts'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'
import { aBoard } from '../lab/samples.ts'
import { until } from '../until.ts'

const COLLECT = { patterns: ['*.xml'], most: { files: 5, bytes: 100 }, withinMs: 60_000 }
const JOB: RunTestJob = {
  ...{ kind: 'run-test', id: 'T1', attempt: 1, board: aBoard('a1'), args: [], env: {} },
  ...{ program: { kind: 'shell', command: 'true' }, timeoutMs: 1000, logLimitBytes: 1000, collect: COLLECT },
}

type World = {
  clock: FakeClock
  asked: FetchWanted[]
  cancel: AbortController
  collect(part?: Partial<RunTestJob>, more?: Partial<WorkContext>): Promise<Collected | null>
}

/** A board that never stops sending until it is told to. */
function world(): World {
  const clock = createFakeClock()
  const cancel = new AbortController()
  const asked: FetchWanted[] = []
  const fetch = (wanted: FetchWanted, signal: AbortSignal): Promise<never> => {
    asked.push(wanted)
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    )
  }
  const board = { id: 'a1', shell: { fetch } } as unknown as OpenBoard
  return {
    ...{ clock, asked, cancel },
    async collect(part = {}, more = {}) {
      const ctx = { clock, signal: cancel.signal, onEvent: () => {}, onFile: async () => {}, ...more }
      const job = { ...JOB, ...part }
      const stopper = createStopper(job, ctx)
      try {
        return await collect({ job, board, ctx, stopper, folder: '/tmp/br-t1' })
      } finally {
        stopper.close()
      }
    },
  }
}

function cancelled(): LabError {
  const failure = { class: 'cancelled', cause: 'cancelled', blame: 'none' } as const
  return new LabError('cancelled', 'Cancelled by @mei.', { hint: '', failure })
}

describe('collecting', () => {
  test('M6.8 asks for what was named, from the test’s own folder on; where nothing was, the board is left alone', async () => {
    const here = world()
    const { collect: _, ...nothing } = JOB
    expect(await here.collect({ ...nothing, collect: { ...COLLECT, patterns: [] } })).toBeNull()
    expect(here.asked).toEqual([])
    const collecting = here.collect()
    await until(() => here.asked.length === 1, 'it is asked for')
    expect(here.asked).toEqual([{ folder: '/tmp/br-t1', patterns: ['*.xml'], most: COLLECT.most }])
    here.cancel.abort(cancelled())
    expect((await collecting)?.problem).toBe('Cancelled by @mei.')
  })

  test('ends in its time, and says so', async () => {
    const here = world()
    const collecting = here.collect()
    await until(() => here.asked.length === 1, 'it is asked for')
    await here.clock.pass(60_000)
    expect((await collecting)?.problem).toBe('the files did not come within 60 s')
  })

  test('after a cancel the files have some seconds, so that the board is given back in time', async () => {
    const here = world()
    here.cancel.abort(cancelled())
    const collecting = here.collect()
    await until(() => here.asked.length === 1, 'it is asked for')
    await here.clock.pass(8_000)
    expect((await collecting)?.problem).toBe('the files did not come within 8 s')
  })

  test('nothing is asked of a board while the bot is being stopped, or where nobody takes files', async () => {
    const here = world()
    expect((await here.collect({}, { onFile: undefined as never }))?.problem).toBe('nobody takes files here')
    const stopped = new HardwareError('The bot was stopped.', { hint: '', cause: 'restart', blame: 'lab' })
    here.cancel.abort(stopped)
    expect((await here.collect())?.problem).toBe('the bot was stopped')
    expect(here.asked).toEqual([])
  })
})

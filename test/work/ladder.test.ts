import { expect, test } from 'vitest'
import { HardwareError, LeaseLostError } from '../../src/errors.ts'
import type { OpenBoard, RecorderNews, Shell, SysrqKey } from '../../src/hardware/types.ts'
import { endBySysrq, type LastResort } from '../../src/work/ladder.ts'
import { resetBoard } from '../../src/work/reset.ts'
import { createStopper, type Stopper } from '../../src/work/stopper.ts'
import type { RunTestJob, WorkEvent } from '../../src/work/types.ts'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'
import { aBoard } from '../lab/samples.ts'
import { findingOf } from '../reading/finding.ts'

const SECOND = 1000
const BOARD = aBoard('a1', { sysrq: true, bootTimeoutMs: 60 * SECOND })

type Plan = {
  /** What each key comes to; `done` when it is not said. */
  keys?: Partial<Record<SysrqKey, 'refused' | 'deaf'>>
  /** Which key brings a prompt, and how long after. */
  prompts?: { after: SysrqKey; ms: number }
  sysrq?: false
}

type World = {
  clock: FakeClock
  done: string[]
  events: WorkEvent[]
  board: OpenBoard
  stopper: Stopper
  stop: AbortController
  end(): Promise<LastResort | null>
}

/** A board that answers nothing until the plan says so, written by hand against the ports. */
function world({ keys = {}, prompts, sysrq }: Plan): World {
  const clock = createFakeClock()
  const done: string[] = []
  const events: WorkEvent[] = []
  const listeners = new Set<(news: RecorderNews) => void>()
  let promptAt = Number.POSITIVE_INFINITY
  const press = async (key: SysrqKey): Promise<string> => {
    done.push(key)
    const trouble = keys[key]
    if (trouble !== undefined)
      throw new HardwareError(trouble, {
        hint: '',
        cause: 'not answering',
        blame: trouble === 'deaf' ? 'board' : 'lab',
      })
    if (prompts?.after === key) promptAt = clock.mono() + prompts.ms
    return ''
  }
  const attach = (signal: AbortSignal): ReturnType<Shell['attach']> => {
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<Shell['attach']>>>()
    const report = { attachMs: 1, loggedIn: false, kernel: null }
    const timer = Number.isFinite(promptAt)
      ? clock.after(Math.max(0, promptAt - clock.mono()), () => resolve(report))
      : null
    signal.addEventListener('abort', () => {
      timer?.cancel()
      reject(signal.reason)
    })
    return promise
  }
  const command = async (text: string) => {
    done.push(text)
    return { status: 0, output: '' }
  }
  const state = { connected: true, since: 0, lastByteAt: null, problem: null, head: 0 }
  const board = {
    id: 'a1',
    power: null,
    shell: { attach, command, detach: async () => {}, abandon: () => {} },
    recorder: {
      state: () => state,
      listen: (listener: (news: RecorderNews) => void) => {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      expectReset: () => {},
    },
    ...(sysrq === false ? {} : { sysrq: { press } }),
  } as unknown as OpenBoard
  const stop = new AbortController()
  const ctx = { clock, signal: stop.signal, onEvent: (event: WorkEvent) => void events.push(event) }
  const job = {
    kind: 'run-test',
    id: 'T1',
    attempt: 1,
    board: BOARD,
    timeoutMs: SECOND,
  } as unknown as RunTestJob
  const stopper = createStopper(job, ctx)
  const end = (): Promise<LastResort | null> => endBySysrq({ job, board, ctx, stopper, folder: '/tmp/br-t1' })
  return { clock, done, events, board, stopper, stop, end }
}

/** The test is over its time, and its shell has tried what it can for six seconds. */
async function overTime(here: World): Promise<void> {
  here.stopper.started()
  await here.clock.pass(7 * SECOND)
}

async function settles<T>(here: World, asked: Promise<T>, withinMs: number): Promise<T> {
  let over = false
  void asked.finally(() => {
    over = true
  })
  for (let at = 0; at <= withinMs && !over; at += 250) await here.clock.pass(at === 0 ? 0 : 250)
  expect(over).toBe(true)
  return await asked
}

test('the kernel kills all, the prompt comes back and the folder goes: the board is clean', async () => {
  const here = world({ prompts: { after: 'i', ms: 2 * SECOND } })
  await overTime(here)
  await expect(settles(here, here.end(), 5 * SECOND)).resolves.toEqual({ endedBy: 'sysrq', boardClean: true })
  expect(here.done).toEqual(['i', 'rm -rf /tmp/br-t1'])
  expect(here.events.map(event => event.kind === 'stage' && event.stage)).toContain('ending')
  here.stopper.close()
})

test('a kernel that reported an oops before that is looked after all the same', async () => {
  const here = world({ prompts: { after: 'i', ms: SECOND } })
  here.stopper.started()
  here.stopper.found(findingOf({ cause: 'oops', title: 'oops: x', line: 'x' }))
  await here.clock.pass(7 * SECOND)
  const ended = await settles(here, here.end(), 5 * SECOND)
  expect(ended).toEqual({ endedBy: 'sysrq', boardClean: false })
  here.stopper.close()
})

test('no prompt after that: it resets, and says whether the board was back while there was time', async () => {
  const back = world({ prompts: { after: 'b', ms: 2 * SECOND } })
  await overTime(back)
  const seen = await settles(back, back.end(), 21 * SECOND)
  expect(seen).toEqual({ endedBy: 'reset', boardClean: false, resetBack: true })
  const late = world({ prompts: { after: 'b', ms: 50 * SECOND } })
  await overTime(late)
  // Within the 28 s after its time was over, as the site gives it 30.
  const unseen = await settles(late, late.end(), 22 * SECOND)
  expect(unseen).toEqual({ endedBy: 'reset', boardClean: false, resetBack: false })
  for (const here of [back, late]) {
    expect(here.done).toEqual(['i', 'b'])
    here.stopper.close()
  }
})

test('a kernel that refuses the one may do the other; one that is deaf is not asked again', async () => {
  const refuses = world({ keys: { i: 'refused' }, prompts: { after: 'b', ms: SECOND } })
  await overTime(refuses)
  await expect(settles(refuses, refuses.end(), 21 * SECOND)).resolves.toMatchObject({ endedBy: 'reset' })
  const deaf = world({ keys: { i: 'deaf' } })
  await overTime(deaf)
  await expect(settles(deaf, deaf.end(), SECOND)).resolves.toBeNull()
  const neither = world({ keys: { i: 'refused', b: 'refused' } })
  await overTime(neither)
  await expect(settles(neither, neither.end(), SECOND)).resolves.toBeNull()
  expect([refuses.done, deaf.done, neither.done]).toEqual([['i', 'b'], ['i'], ['i', 'b']])
  for (const here of [refuses, deaf, neither]) here.stopper.close()
})

test('nothing is sent where it is not allowed, nor to a board that was taken away, before it or meanwhile', async () => {
  const none = world({ sysrq: false })
  await overTime(none)
  await expect(none.end()).resolves.toBeNull()
  const gone = world({})
  await overTime(gone)
  gone.stop.abort(new LeaseLostError('a1', 1, 2))
  await expect(gone.end()).resolves.toBeNull()
  expect(gone.done).toEqual([])
  const meanwhile = world({})
  await overTime(meanwhile)
  const asked = meanwhile.end()
  await meanwhile.clock.pass(0)
  meanwhile.stop.abort(new LeaseLostError('a1', 1, 2))
  await expect(settles(meanwhile, asked, SECOND)).resolves.toBeNull()
  expect(meanwhile.done).toEqual(['i'])
  for (const here of [none, gone, meanwhile]) here.stopper.close()
})

test('a reset: back, not back with what was last heard, and refused where it is not allowed', async () => {
  const ctx = ({ clock, events }: World) => ({
    ...{
      clock,
      signal: new AbortController().signal,
      onEvent: (event: WorkEvent) => void events.push(event),
    },
  })
  const job = { kind: 'reset', board: BOARD } as const
  const back = world({ prompts: { after: 'b', ms: 20 * SECOND } })
  const done = await settles(back, resetBoard(job, back.board, ctx(back)), 60 * SECOND)
  expect(done).toMatchObject({ back: true })
  expect(back.events.at(-1)).toMatchObject({ stage: 'back' })
  const never = world({})
  const lost = await settles(never, resetBoard(job, never.board, ctx(never)), 70 * SECOND)
  expect(lost).toMatchObject({ back: false, problem: expect.stringMatching(/^a1 was not back after 60 s: /) })
  const deaf = world({ keys: { b: 'deaf' } })
  await expect(resetBoard(job, deaf.board, ctx(deaf))).rejects.toThrow('deaf')
  const none = world({ sysrq: false })
  await expect(resetBoard(job, none.board, ctx(none))).rejects.toThrow('a1 may not be reset by SysRq')
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HardwareError, LabError, LeaseLostError } from '../../src/errors.ts'
import type { CommandResult, OpenBoard, ProgramEnd, RecorderNews, Shell } from '../../src/hardware/types.ts'
import type { Finding } from '../../src/reading/types.ts'
import { probeBoard } from '../../src/work/probe-board.ts'
import { runTest } from '../../src/work/run-test.ts'
import type { RunTestJob, RunTestResult, WorkEvent } from '../../src/work/types.ts'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'
import { aBoard } from '../lab/samples.ts'
import { findingOf } from '../reading/finding.ts'
import { until } from '../until.ts'

const BOARD = aBoard('a1')
const OUTPUT = [{ from: 10, to: 20 }]
/** Whoever is still in the working folder is ended, and the folder goes. */
const CLEAN_UP = /^for p in \/proc\/.*kill -9 .*;rm -rf \/tmp\/br-t1-1$/
let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  await writeFile(join(dir, 'hello'), 'abc')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

type Plan = Partial<{
  attach: (signal: AbortSignal) => Promise<void>
  command: (text: string) => Promise<CommandResult>
  send: () => Promise<void>
  program: (stop: AbortSignal, hard: AbortSignal) => Promise<ProgramEnd>
}>
type World = {
  clock: FakeClock
  events: WorkEvent[]
  typed: string[]
  /** Times it was let go without a word. */
  letGo: string[]
  say(news: RecorderNews): void
  run(part?: Partial<RunTestJob>, signal?: AbortSignal): Promise<RunTestResult>
  board: OpenBoard
  listeners: number
}

/** A board that answers as the plan says, written by hand against the ports. */
function world(plan: Plan = {}): World {
  const clock = createFakeClock()
  const events: WorkEvent[] = []
  const typed: string[] = []
  const letGo: string[] = []
  const listeners = new Set<(news: RecorderNews) => void>()
  const note = (text: string): void => void typed.push(text)
  const shell: Shell = {
    async attach(signal) {
      note('attach')
      await plan.attach?.(signal)
      return { attachMs: 1, loggedIn: false, kernel: '6.1.0' }
    },
    async command(text) {
      note(text)
      return (await plan.command?.(text)) ?? { status: 0, output: '' }
    },
    async send(file, path, _signal, onProgress) {
      note(`send ${path}`)
      await plan.send?.()
      onProgress(file.size)
      return { bytes: file.size, wireBytes: 9, durationMs: 3, repaired: 0 }
    },
    fetch: () => Promise.reject(new Error('nobody fetches here')),
    async program({ argv }, stop, hard, onStarted) {
      note(`run ${argv.join(' ')}`)
      onStarted(10)
      return (
        (await plan.program?.(stop, hard)) ?? { status: 0, endedBy: 'itself', output: OUTPUT, durationMs: 5 }
      )
    },
    detach: async () => note('detach'),
    abandon: () => void letGo.push('abandon'),
  }
  const state = { connected: true, since: 0, lastByteAt: null, problem: null, head: 0 }
  const board: OpenBoard = {
    id: 'a1',
    shell,
    power: null,
    recorder: {
      where: 'here',
      state: () => state,
      listen: listener => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      read: async function* () {},
      seek: async () => 0,
      marks: async () => [],
      connected: async () => {},
      write: async () => {},
      sendBreak: async () => {},
      expectReset: () => {},
      close: async () => {},
    },
  }
  return {
    clock,
    events,
    typed,
    letGo,
    board,
    say: news => {
      for (const listener of listeners) listener(news)
    },
    get listeners() {
      return listeners.size
    },
    run: (part = {}, signal = new AbortController().signal) =>
      runTest(
        {
          kind: 'run-test',
          id: 'T1',
          attempt: 1,
          board: BOARD,
          program: { kind: 'binary', name: 'hello', path: join(dir, 'hello'), size: 3, sha256: 'x' },
          args: ['a b'],
          env: {},
          timeoutMs: 60_000,
          logLimitBytes: 1000,
          ...part,
        },
        board,
        { signal, clock, onEvent: event => events.push(event) },
      ),
  }
}

/** A program that runs until it is told to stop, and then ends by the ladder. */
async function untilStopped(stop: AbortSignal, hard: AbortSignal): Promise<ProgramEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<ProgramEnd>()
  stop.addEventListener('abort', () =>
    resolve({ status: null, endedBy: 'kill', output: OUTPUT, durationMs: 5 }),
  )
  hard.addEventListener('abort', () => reject(hard.reason as Error))
  return await promise
}

function chunk(length: number): RecorderNews {
  return { kind: 'chunk', chunk: { offset: 0, t: 0, bytes: new Uint8Array(length) } }
}

function finding(cause: Finding['cause'], title = `kernel ${cause}`): RecorderNews {
  return { kind: 'finding', finding: findingOf({ cause, title, line: `${title}: x` }) }
}

/** Lets fake time go on until it settles. */
async function passing<T>(here: World, asked: Promise<T>): Promise<T> {
  let settled = false
  const done = (): void => {
    settled = true
  }
  asked.then(done, done)
  await until(async () => {
    await here.clock.pass(500)
    return settled
  }, 'it settles')
  return await asked
}

const stages = (events: readonly WorkEvent[]): string[] =>
  events.flatMap(event => (event.kind === 'stage' ? [event.stage] : []))

describe('run-test', () => {
  test('M6.2 M6.3 attach, copy, run, clean up, leave: in this order, and nothing stays behind', async () => {
    const here = world()
    const result = await here.run()
    expect(result).toMatchObject({
      status: 0,
      failure: null,
      boardClean: true,
      output: OUTPUT,
      copied: { bytes: 3 },
    })
    expect(stages(here.events)).toEqual(['connecting', 'attaching', 'copying', 'running', 'collecting'])
    const folder = '/tmp/br-t1-1'
    expect(here.typed).toEqual([
      'attach',
      `rm -rf ${folder} && mkdir -p ${folder}`,
      `send ${folder}/hello`,
      'run ./hello a b',
      expect.stringMatching(CLEAN_UP),
      'detach',
    ])
    expect(here.listeners).toBe(0)
    expect(here.clock.timers).toBe(0)
  })

  test('M6.1 a command line is run by a shell, and nothing is copied', async () => {
    const here = world()
    const result = await here.run({ program: { kind: 'shell', command: 'uname -a' } })
    expect(result.copied).toBeNull()
    expect(here.typed).toContain('run /bin/sh -c uname -a sh a b')
  })

  test.each([
    [3, 'exit status', 'exit status 3'],
    [139, 'signal', 'killed by signal 11'],
    [null, 'exit status', 'no exit status'],
  ])('status %s is the test’s own failure', async (status, cause, title) => {
    const here = world({
      program: async () => ({ status, endedBy: 'itself', output: OUTPUT, durationMs: 1 }),
    })
    expect((await here.run()).failure).toMatchObject({
      failure: { class: 'test', cause, blame: 'none' },
      title,
    })
  })

  test('M6.4 over its time a program is ended on the board, and that is its own class', async () => {
    const here = world({ program: untilStopped })
    const asked = here.run({ timeoutMs: 5000 })
    await until(() => stages(here.events).includes('running'), 'it runs')
    await here.clock.pass(5000)
    expect(await asked).toMatchObject({
      endedBy: 'kill',
      failure: { failure: { class: 'timeout', cause: 'time limit' } },
      boardClean: true,
    })
  })

  test('design 3: more output than a log may hold ends it as the test’s own doing', async () => {
    const here = world({ program: untilStopped })
    const asked = here.run()
    await until(() => stages(here.events).includes('running'), 'it runs')
    here.say(chunk(600))
    here.say(chunk(600))
    expect((await asked).failure?.failure).toEqual({ class: 'test', cause: 'output limit', blame: 'none' })
  })

  test('M4.6 cancelled while it runs: ended on the board, cleaned up, and not the board’s fault', async () => {
    const stop = new AbortController()
    const here = world({ program: untilStopped })
    const asked = here.run({}, stop.signal)
    await until(() => stages(here.events).includes('running'), 'it runs')
    stop.abort(
      new LabError('cancelled', 'Cancelled by @mei.', {
        hint: '',
        failure: { class: 'cancelled', cause: 'cancelled', blame: 'none' },
      }),
    )
    expect(await asked).toMatchObject({
      failure: { title: 'cancelled', message: 'Cancelled by @mei.' },
      boardClean: true,
    })
    expect(here.typed.at(-1)).toBe('detach')
  })

  test('cancelled while the binary is being copied: the folder goes, and the board is clean', async () => {
    const stop = new AbortController()
    const here = world({
      send: async () => {
        stop.abort()
        stop.signal.throwIfAborted()
      },
    })
    const result = await here.run({}, stop.signal)
    expect(result).toMatchObject({
      status: null,
      failure: { failure: { class: 'cancelled' } },
      boardClean: true,
    })
    expect(here.typed).toContainEqual(expect.stringMatching(CLEAN_UP))
  })

  test('M6.7 a panic while it runs ends it as what it is, as soon as its line is there; nothing more is typed', async () => {
    const here = world({ program: untilStopped })
    const asked = here.run()
    await until(() => stages(here.events).includes('running'), 'it runs')
    here.say(finding('panic', 'kernel panic: Fatal exception'))
    expect(here.events.at(-1)).toMatchObject({ kind: 'finding' })
    const result = await passing(here, asked)
    expect(result).toMatchObject({
      status: null,
      boardClean: false,
      failure: {
        failure: { class: 'test', cause: 'panic', blame: 'none' },
        title: 'kernel panic: Fatal exception',
      },
    })
    expect(result.failure?.proof).toEqual(['kernel panic: Fatal exception: x'])
    expect(here.letGo).toEqual(['abandon'])
    expect(here.typed).not.toContain('detach')
    expect(here.typed).not.toContainEqual(expect.stringMatching(CLEAN_UP))
  })

  test('an oops may be survived by the prompt: the program is ended, and the board is not clean', async () => {
    const here = world({ program: untilStopped })
    const asked = here.run()
    await until(() => stages(here.events).includes('running'), 'it runs')
    here.say(finding('oops'))
    expect(await passing(here, asked)).toMatchObject({
      endedBy: 'kill',
      boardClean: false,
      failure: { failure: { cause: 'oops' } },
    })
  })

  test('a lockup or an out-of-memory kill is told, and the program goes on', async () => {
    const here = world()
    const asked = here.run()
    here.say(finding('lockup'))
    here.say(finding('out of memory'))
    expect((await passing(here, asked)).failure).toBeNull()
  })

  test('a warning that was told a moment before the end is told to its end, and for no longer than two seconds', async () => {
    const here = world()
    const asked = here.run()
    here.say(finding('warning', 'warning: x'))
    await until(() => here.typed.some(text => CLEAN_UP.test(text)), 'the board is cleaned')
    const from = here.clock.mono()
    expect((await passing(here, asked)).failure).toBeNull()
    expect(here.clock.mono() - from).toBeGreaterThanOrEqual(2_000)
  })

  describe('a lockup that its program never came back from is how it ended, and the board is to be looked after', () => {
    const LOCKED = { failure: { class: 'test', cause: 'lockup', blame: 'none' }, title: 'kernel lockup' }

    test('where no prompt came any more', async () => {
      let isDead = false
      const here = world({
        program: () => {
          isDead = true
          here.say(finding('lockup'))
          const what = { hint: 'h', cause: 'lockup', blame: 'none' } as const
          return Promise.reject(new HardwareError('a1 did not come back after: kernel lockup', what))
        },
        command: async () => {
          if (!isDead) return { status: 0, output: '' }
          throw new HardwareError('no prompt', { hint: 'h', cause: 'no prompt', blame: 'board' })
        },
      })
      const asked = here.run()
      await until(() => stages(here.events).includes('running'), 'it runs')
      expect(await passing(here, asked)).toMatchObject({
        ...{ status: null, endedBy: 'nothing', boardClean: false },
        failure: LOCKED,
      })
      // Each word would be waited for in vain, and nobody could look after the board meanwhile.
      expect([here.typed.at(-1)?.startsWith('run '), here.letGo]).toEqual([true, ['abandon']])
    })

    test('and where the board answers, but at the time limit nothing could kill the program', async () => {
      const unkillable = async (stop: AbortSignal, hard: AbortSignal): Promise<ProgramEnd> => {
        here.say(finding('lockup'))
        return { ...(await untilStopped(stop, hard)), endedBy: 'nothing' }
      }
      const here = world({ program: unkillable })
      const asked = here.run({ timeoutMs: 5_000 })
      expect(await passing(here, asked)).toMatchObject({ status: null, failure: LOCKED })
    })

    test('not where it could be ended in the end, or somebody cancelled it', async () => {
      const here = world({
        program: (stop, hard) => {
          here.say(finding('lockup'))
          return untilStopped(stop, hard)
        },
      })
      const late = await passing(here, here.run({ timeoutMs: 5_000 }))
      expect(late.failure).toMatchObject({ failure: { class: 'timeout', cause: 'time limit' } })
      const stop = new AbortController()
      const asked = here.run({}, stop.signal)
      await until(() => here.typed.filter(text => text.startsWith('run ')).length === 2, 'it runs')
      stop.abort(null)
      expect((await passing(here, asked)).failure).toMatchObject({ failure: { class: 'cancelled' } })
    })
  })

  test('a panic before the program ran is the board’s', async () => {
    const here = world({
      attach: () =>
        new Promise((_, reject) =>
          queueMicrotask(() => {
            here.say(finding('panic'))
            reject(new Error('gave up'))
          }),
        ),
    })
    const asked = here.run()
    const failed = expect(asked).rejects.toMatchObject({
      failure: { class: 'infrastructure', cause: 'panic', blame: 'board' },
    })
    await until(() => here.events.some(event => event.kind === 'finding'), 'the panic is seen')
    await passing(here, asked).catch(() => {})
    await failed
  })

  test('a kill for want of memory is what a program died of when it died of a kill (137), and of nothing else', async () => {
    const ended = async (status: number) => {
      const here = world({
        program: async () => {
          here.say(finding('out of memory', 'out of memory: hello (7) was killed'))
          return { status, endedBy: 'itself', output: OUTPUT, durationMs: 5 }
        },
      })
      return (await passing(here, here.run())).failure
    }
    expect(await ended(137)).toMatchObject({
      failure: { class: 'test', cause: 'out of memory', blame: 'none' },
      title: 'out of memory: hello (7) was killed',
    })
    expect(await ended(0)).toBeNull()
    expect(await ended(1)).toMatchObject({ failure: { cause: 'exit status' } })
  })

  test('a boot loader that cannot go on is the board’s, also while a program ran', async () => {
    const here = world({ program: untilStopped })
    const asked = here.run()
    const failed = expect(asked).rejects.toMatchObject({
      failure: { class: 'infrastructure', cause: 'boot', blame: 'board' },
      message: 'a1 reported it while the program ran: boot loader: no image',
    })
    await until(() => stages(here.events).includes('running'), 'it runs')
    here.say(finding('boot', 'boot loader: no image'))
    await passing(here, asked).catch(() => {})
    await failed
  })

  test('E a kernel that hung before there was a prompt is told as that, not as a board without one', async () => {
    const here = world({
      attach: async () => {
        here.say(finding('lockup', 'hung task init:1 blocked for more than 120 seconds'))
        throw new HardwareError('no prompt on a1', { hint: 'h', cause: 'no prompt', blame: 'board' })
      },
    })
    await expect(passing(here, here.run())).rejects.toMatchObject({
      failure: { class: 'infrastructure', cause: 'lockup', blame: 'board' },
      message:
        'a1 reported it before the test had its prompt: hung task init:1 blocked for more than 120 seconds',
    })
  })

  test('P25 when the board was taken away nothing more is typed, not even a good-bye', async () => {
    const stop = new AbortController()
    const here = world({ program: untilStopped })
    const asked = here.run({}, stop.signal)
    await until(() => stages(here.events).includes('running'), 'it runs')
    const before = here.typed.length
    stop.abort(new LeaseLostError('a1', 1, 2))
    await expect(asked).rejects.toThrow(LeaseLostError)
    expect(here.typed.length).toBe(before)
    expect(here.letGo).toEqual(['abandon'])
  })

  test('a console that fails is thrown as it is, with its class', async () => {
    const lost = new HardwareError('the console closed', { hint: 'x', cause: 'console lost', blame: 'board' })
    const here = world({ program: () => Promise.reject(lost) })
    await expect(here.run()).rejects.toBe(lost)
    expect(here.typed.at(-1)).toBe('detach')
  })

  test('no working folder: said with what the board said', async () => {
    const here = world({
      command: async () => ({
        status: 1,
        output: "mkdir: can't create directory: No space left on device\n",
      }),
    })
    await expect(here.run()).rejects.toThrow(
      "a1 could not make the working folder /tmp/br-t1-1: mkdir: can't create directory: No space left on device",
    )
  })

  test('a binary that did not fit is thrown as it is, and its folder goes', async () => {
    const full = new HardwareError('too large for the board', { hint: 'x', cause: 'disk', blame: 'none' })
    const here = world({ send: () => Promise.reject(full) })
    await expect(here.run()).rejects.toBe(full)
    expect(here.typed.slice(-2)).toEqual([expect.stringMatching(CLEAN_UP), 'detach'])
  })

  test('a board that does not end the program is given up after 20 s', async () => {
    const here = world({ program: (_stop, hard) => untilStopped(new AbortController().signal, hard) })
    const asked = here.run({ timeoutMs: 1000 })
    await until(() => stages(here.events).includes('running'), 'it runs')
    await here.clock.pass(21_000)
    expect(await asked).toMatchObject({
      endedBy: 'nothing',
      boardClean: false,
      failure: { failure: { class: 'timeout' } },
    })
  })
})

describe('probe', () => {
  const ask = (here: World, signal = new AbortController().signal) =>
    probeBoard({ kind: 'probe-board', board: BOARD, timeoutMs: 10_000 }, here.board, {
      signal,
      clock: here.clock,
      onEvent: () => {},
    })

  test('M3.9 attaches, asks one thing, and leaves', async () => {
    const here = world()
    expect(await ask(here)).toEqual({ responseMs: 0, kernel: '6.1.0' })
    expect(here.typed).toEqual(['attach', 'true', 'detach'])
  })

  test('a board that says nothing is known within its time, by name; then nothing is typed any more', async () => {
    const here = world({
      attach: signal =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    })
    const asked = ask(here)
    const failed = expect(asked).rejects.toThrow('a1 did not answer within 10 s on telnet 127.0.0.1:a1')
    await until(() => here.typed.includes('attach'), 'it is attached to')
    await here.clock.pass(10_000)
    await failed
    expect(here.typed).toEqual(['attach', 'detach'])
  })
})

import { describe, expect, test } from 'vitest'
import { HardwareError } from '../../src/errors.ts'
import type { OpenBoard, RecorderNews, RecorderState } from '../../src/hardware/types.ts'
import { probeBoard } from '../../src/work/probe-board.ts'
import { runTest } from '../../src/work/run-test.ts'
import type { ProbeResult, RunTestResult, WorkEvent } from '../../src/work/types.ts'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'
import { aBoard } from '../lab/samples.ts'
import { findingOf } from '../reading/finding.ts'
import { until } from '../until.ts'

const BOARD = { ...aBoard('a1'), bootTimeoutMs: 60_000 }
const BANNER = 'U-Boot 2024.01 (Jan 08 2024 - 15:37:48 +0000)\r\n'
const PANIC = '[   12.345678] Kernel panic - not syncing: Fatal exception\r\n'

type World = {
  clock: FakeClock
  events: WorkEvent[]
  /** Fake time of each attach, and how it ended. */
  attached: number[]
  say(text: string): void
  probe(): Promise<ProbeResult>
  run(): Promise<RunTestResult>
}

/** A board whose console says what the test says; `attach` answers as told, or when its signal aborts. */
function world(
  attach: (signal: AbortSignal) => Promise<void> = async () => {},
  openedAgoMs = 3_600_000,
  connected: (withinMs: number, clock: FakeClock) => Promise<void> = async () => {},
): World {
  const clock = createFakeClock()
  const events: WorkEvent[] = []
  const attached: number[] = []
  const listeners = new Set<(news: RecorderNews) => void>()
  const log: { offset: number; t: number; bytes: Buffer }[] = []
  const state: RecorderState = {
    ...{ connected: true, since: clock.now() - openedAgoMs, lastByteAt: null, problem: null, head: 0 },
  }
  const board: OpenBoard = {
    id: 'a1',
    power: null,
    shell: {
      async attach(signal) {
        attached.push(clock.mono())
        await attach(signal)
        return { attachMs: 1, loggedIn: false, kernel: '6.1.0' }
      },
      command: async () => ({ status: 0, output: '' }),
      fetch: () => Promise.reject(new Error('nobody fetches here')),
      send: async file => ({ bytes: file.size, wireBytes: 9, durationMs: 3, repaired: 0 }),
      async program(_program, _stop, _signal, onStarted) {
        onStarted(0)
        return { status: 0, endedBy: 'itself', output: [{ from: 0, to: 0 }], durationMs: 5 }
      },
      detach: async () => {},
      abandon: () => {},
    },
    recorder: {
      where: 'here',
      state: () => ({ ...state }),
      listen(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      async *read(from, to) {
        for (const chunk of log) if (chunk.offset >= from && chunk.offset < to) yield chunk
      },
      seek: async () => 0,
      marks: async () => [],
      connected: withinMs => connected(withinMs, clock),
      write: async () => {},
      sendBreak: async () => {},
      expectReset: () => {},
      close: async () => {},
    },
  }
  return {
    clock,
    events,
    attached,
    say(text) {
      const chunk = { offset: state.head, t: clock.now(), bytes: Buffer.from(text) }
      log.push(chunk)
      state.head += chunk.bytes.length
      state.lastByteAt = chunk.t
      for (const listener of [...listeners]) {
        listener({ kind: 'chunk', chunk })
        if (text === BANNER) listener({ kind: 'finding', finding: reset })
      }
    },
    probe: () =>
      probeBoard({ kind: 'probe-board', board: BOARD, timeoutMs: 10_000 }, board, {
        ...{ signal: new AbortController().signal, clock, onEvent: event => events.push(event) },
      }),
    run: () =>
      runTest(
        {
          ...{ kind: 'run-test', id: 'T1', attempt: 1, board: BOARD, args: [], env: {} },
          ...{ program: { kind: 'shell', command: 'true' }, timeoutMs: 60_000, logLimitBytes: 100_000 },
        },
        board,
        { signal: new AbortController().signal, clock, onEvent: event => events.push(event) },
      ),
  }
}

const reset = findingOf({ cause: 'reset', title: 'reset: U-Boot 2024.01', line: BANNER })

/** Says something every second, as a boot does. */
async function boots(here: World, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    here.say(`[    ${second}.123456] and so on\r\n`)
    await here.clock.pass(1000)
  }
}

async function passing<T>(here: World, asked: Promise<T>): Promise<T> {
  let isSettled = false
  const done = (): void => {
    isSettled = true
  }
  asked.then(done, done)
  await until(async () => {
    await here.clock.pass(250)
    return isSettled
  }, 'it settles')
  return await asked
}

const stages = ({ events }: World): string[] =>
  events.flatMap(event => (event.kind === 'stage' ? [event.stage] : []))

const noPrompt = (): HardwareError =>
  new HardwareError('no prompt', { hint: 'x', cause: 'no prompt', blame: 'board' })

describe('a board that is starting', () => {
  test('is not typed at while its firmware says nothing after a reset by SysRq', async () => {
    const here = world()
    here.say('[   12.345678] sysrq: Resetting\r\n')
    const asked = here.probe()
    await here.clock.pass(8_000)
    expect(here.attached).toEqual([])
    here.say(BANNER)
    await boots(here, 5)
    expect(here.attached).toEqual([])
    await passing(here, asked)
    expect(here.attached).toHaveLength(1)
  })

  test('is waited for when its kernel panicked and says that it restarts by itself', async () => {
    const here = world()
    here.say(`${PANIC}[   12.345999] Rebooting in 10 seconds..\r\n`)
    const asked = here.probe()
    await here.clock.pass(0)
    await here.clock.pass(12_000)
    expect(here.attached).toEqual([])
    here.say(BANNER)
    await boots(here, 5)
    await expect(passing(here, asked)).resolves.toMatchObject({ kernel: '6.1.0' })
    expect(here.attached).toHaveLength(1)
    // What a program says is no kernel's, and nobody waits for what takes minutes.
    for (const said of [
      '[   12.345999] Rebooting in 10 seconds..\r\n',
      `${PANIC}[   12.4] Rebooting in 300 seconds..\r\n`,
    ]) {
      const other = world()
      other.say(said)
      await passing(other, other.probe())
      expect(other.attached[0]).toBeLessThan(6_000)
    }
  })

  test('is not typed at before it is quiet, and answers a probe after more than the probe’s own time (console.md 10)', async () => {
    const here = world()
    here.say(BANNER)
    await here.clock.pass(200)
    const asked = here.probe()
    await boots(here, 15)
    expect(here.attached).toEqual([])
    await expect(passing(here, asked)).resolves.toMatchObject({ kernel: '6.1.0' })
    expect(here.attached).toHaveLength(1)
    expect(stages(here)).toEqual(['connecting', 'booting', 'attaching'])
  })

  test('is let alone at once when it starts while it is being attached to', async () => {
    const here = world(signal => {
      if (here.attached.length > 1) return Promise.resolve()
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      )
    })
    const asked = here.probe()
    await until(() => here.attached.length === 1, 'it is attached to')
    here.say(BANNER)
    await boots(here, 12)
    expect(here.attached).toHaveLength(1)
    await passing(here, asked)
    expect(here.attached).toHaveLength(2)
  })

  test('before a run typed anything, or while it attaches, costs that run nothing (M3.4)', async () => {
    for (const startsLater of [false, true]) {
      const here = world(signal => {
        if (!startsLater || here.attached.length > 1) return Promise.resolve()
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        )
      })
      if (!startsLater) here.say('U-Boot SPL 2024.01 (Jan 08 2024)\r\n')
      const asked = here.run()
      if (startsLater) await until(() => here.attached.length === 1, 'it is attached to')
      here.say(BANNER)
      await boots(here, 3)
      await expect(passing(here, asked)).resolves.toMatchObject({ failure: null })
      expect(stages(here)).toContain('booting')
    }
  })

  test('and never falls silent is typed at all the same', async () => {
    const here = world()
    here.say(BANNER)
    const asked = here.probe()
    await boots(here, 22)
    await passing(here, asked)
    expect(here.attached).toHaveLength(1)
  })

  test('and does not come to its prompt in its time is an infrastructure failure of the board', async () => {
    const here = world(() => Promise.reject(noPrompt()))
    here.say(BANNER)
    const asked = here.run()
    asked.catch(() => {})
    await expect(passing(here, asked)).rejects.toMatchObject({
      failure: { class: 'infrastructure', cause: 'boot', blame: 'board' },
      message: expect.stringContaining('a1 was starting, and was not at its prompt after 60 s: no prompt'),
    })
    expect(here.attached.length).toBeGreaterThan(3)
  })

  test('is one whose console was opened a moment ago and talks', async () => {
    const here = world(async () => {}, 1000)
    here.say('Hit any key to stop autoboot:  2')
    const asked = here.probe()
    await boots(here, 2)
    expect(here.attached).toEqual([])
    await passing(here, asked)
    expect(here.attached).toHaveLength(1)
  })
})

test('H10.3 a console that cannot be opened is told with its own reason, not as a board that is silent', async () => {
  const refused = new HardwareError('no console: connection refused', {
    hint: 'Look at the console server.',
    cause: 'no console',
    blame: 'board',
  })
  const here = world(undefined, undefined, (withinMs, clock) => {
    const { promise, reject } = Promise.withResolvers<void>()
    clock.after(withinMs, () => reject(refused))
    return promise
  })
  await expect(passing(here, here.probe())).rejects.toThrow('connection refused')
})

describe('a board that panicked', () => {
  test('is given time to start again before it is typed at, and no longer', async () => {
    const here = world()
    here.say(PANIC)
    await here.clock.pass(1000)
    const asked = here.probe()
    await passing(here, asked)
    expect(here.attached).toEqual([5000])
  })

  test('and starts again is waited for', async () => {
    const here = world()
    here.say(PANIC)
    const asked = here.probe()
    await here.clock.pass(3000)
    here.say(BANNER)
    await boots(here, 5)
    expect(here.attached).toEqual([])
    await passing(here, asked)
    expect(here.attached).toHaveLength(1)
  })
})

test('H10.3 a board that was switched off a moment after its boot is not taken to be starting', async () => {
  const here = world(() => Promise.reject(noPrompt()))
  here.say(BANNER)
  here.say('[   12.345678] reboot: Power down\r\n')
  await here.clock.pass(2000)
  await expect(passing(here, here.probe())).rejects.toThrow('no prompt')
  expect(here.attached).toHaveLength(1)
  expect(stages(here)).not.toContain('booting')
})

describe('a board that is idle', () => {
  test('is typed at at once: silence, and what a test printed, are no boot', async () => {
    for (const said of [null, 'hello\r\n', '$ ']) {
      const here = world()
      if (said !== null) here.say(said)
      await here.probe()
      expect(here.attached).toEqual([0])
      expect(stages(here)).not.toContain('booting')
    }
  })

  test('had its boot when it fell silent for longer than a boot loader counts', async () => {
    const here = world()
    here.say(BANNER)
    await boots(here, 3)
    await here.clock.pass(1600)
    here.say('$ ')
    await here.probe()
    expect(stages(here)).not.toContain('booting')
  })
})

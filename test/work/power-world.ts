import { pause } from '../../src/clock.ts'
import type { BoardConfig } from '../../src/config/types.ts'
import { HardwareError, LeaseLostError } from '../../src/errors.ts'
import type { OpenBoard, PowerControl, PowerState, RecorderNews, Shell } from '../../src/hardware/types.ts'
import { performPower } from '../../src/work/power.ts'
import type { PowerJob, PowerResult, WorkEvent } from '../../src/work/types.ts'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'

/**
 * What a PDU may do with a switch: `late` is after it answered, `slow` before, and whether or not anybody waits for
 * the answer; `gate` is our own gate's refusal of a late holder.
 */
export type SwitchFault = 'none' | 'refuses' | 'lies' | 'late' | 'slow' | 'hangs' | 'gate'
/** What it may say when it is asked. */
export type ReadFault = 'none' | 'nonsense' | 'fails' | 'hangs'

export type Plan = {
  /** For the first switch, the second, …; `none` when it runs out. */
  switches: readonly SwitchFault[]
  reads: readonly ReadFault[]
  /** How long the PDU takes over anything. */
  latencyMs: number
  /** From power-on to the prompt; null never. */
  bootMs: number | null
  /** First byte on the console after power-on; null never. */
  talksMs: number | null
  /** After it, for ever: a byte each so many milliseconds. */
  chatsMs?: number
  attach?: (up: boolean) => Promise<void>
}

export const GOOD: Plan = { switches: [], reads: [], latencyMs: 5, bootMs: 3000, talksMs: 100 }

export type Call = {
  call: 'switch on' | 'switch off' | 'read' | 'attach' | 'detach'
  t: number
  said?: PowerState
}

export type World = {
  clock: FakeClock
  calls: Call[]
  events: WorkEvent[]
  /** What the recorder was told of boots to come. */
  expectations: readonly boolean[]
  isOn(): boolean
  /** Stages so far, and in between what the outlet read. */
  story(): string[]
  perform(action: PowerJob['action'], signal?: AbortSignal): Promise<PowerResult>
}

export const DELAY_MS = 5000
export const CONFIRM_MS = 10_000
export const BOOT_TIMEOUT_MS = 30_000

/** A board on an outlet, hand-written against the ports, in fake time. */
export function createWorld(plan: Plan): World {
  const clock = createFakeClock()
  const calls: Call[] = []
  const events: WorkEvent[] = []
  const board = createBoard(clock, plan, calls)
  const power = createPower(clock, plan, calls, board)
  const open = {
    id: 'soc-a-001',
    recorder: board.recorder,
    shell: board.shell,
    power,
  } as unknown as OpenBoard
  return {
    clock,
    calls,
    events,
    isOn: board.isOn,
    expectations: board.expectations,
    story: () =>
      events.map(event =>
        event.kind === 'stage'
          ? event.stage
          : event.kind === 'power'
            ? `asked ${event.asked}, read ${event.read}`
            : event.kind,
      ),
    perform: (action, signal = new AbortController().signal) =>
      performPower(jobFor(action), open, { signal, clock, onEvent: event => events.push(event) }),
  }
}

export function jobFor(action: PowerJob['action']): PowerJob {
  const board = { id: 'soc-a-001', bootTimeoutMs: BOOT_TIMEOUT_MS } as unknown as BoardConfig
  return { kind: 'power', board, action, delayMs: DELAY_MS, confirmMs: CONFIRM_MS }
}

type Board = {
  isOn(): boolean
  set(on: boolean): void
  expectations: boolean[]
  recorder: {
    listen(listener: (news: RecorderNews) => void): () => void
    expectReset(expected: boolean): void
    state(): { connected: boolean }
  }
  shell: Pick<Shell, 'attach' | 'detach'>
}

function createBoard(clock: FakeClock, plan: Plan, calls: Call[]): Board {
  const listeners = new Set<(news: RecorderNews) => void>()
  const expectations: boolean[] = []
  let onSince: number | null = 0
  const talk = (since: number): void => {
    if (onSince !== since) return
    for (const listener of listeners)
      listener({ kind: 'chunk', chunk: { offset: 0, t: clock.now(), bytes: Uint8Array.of(10) } })
    if (plan.chatsMs !== undefined) clock.after(plan.chatsMs, () => talk(since))
  }
  return {
    isOn: () => onSince !== null,
    set: on => {
      if (on === (onSince !== null)) return
      onSince = on ? clock.mono() : null
      const since = onSince
      if (since !== null && plan.talksMs !== null) clock.after(plan.talksMs, () => talk(since))
    },
    expectations,
    recorder: {
      expectReset: expected => void expectations.push(expected),
      state: () => ({ connected: true }),
      listen: listener => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    shell: {
      async attach(signal) {
        calls.push({ call: 'attach', t: clock.mono() })
        await pause(clock, 50, signal)
        const up = onSince !== null && plan.bootMs !== null && clock.mono() - onSince >= plan.bootMs
        await plan.attach?.(up)
        if (!up) throw noPrompt()
        return { attachMs: 50, loggedIn: false, kernel: null }
      },
      async detach() {
        calls.push({ call: 'detach', t: clock.mono() })
      },
    },
  }
}

function createPower(clock: FakeClock, plan: Plan, calls: Call[], board: Board): PowerControl {
  const switches = plan.switches.values()
  const reads = plan.reads.values()
  let pending: { cancel(): void } | null = null
  return {
    where: 'pdu-a outlet 2',
    async switch(to, signal) {
      calls.push({ call: `switch ${to}`, t: clock.mono() })
      const fault = switches.next().value ?? 'none'
      if (fault === 'gate') throw new LeaseLostError('soc-a-001', 4, 5)
      if (fault === 'slow') {
        pending?.cancel()
        clock.after(3000, () => board.set(to === 'on'))
        return pause(clock, 3000, signal)
      }
      await pause(clock, fault === 'hangs' ? 1e9 : plan.latencyMs, signal)
      if (fault === 'refuses') throw broken('pdu-a outlet 2 refused')
      if (fault === 'lies') return
      pending?.cancel()
      if (fault === 'late') pending = clock.after(4000, () => board.set(to === 'on'))
      else board.set(to === 'on')
    },
    async state(signal) {
      const fault = reads.next().value ?? 'none'
      await pause(clock, fault === 'hangs' ? 1e9 : plan.latencyMs, signal)
      if (fault === 'fails') throw broken('no answer from pdu-a outlet 2 within 5 s')
      const said = fault === 'nonsense' ? 'unknown' : board.isOn() ? 'on' : 'off'
      calls.push({ call: 'read', t: clock.mono(), said })
      return said
    },
    close: () => Promise.resolve(),
  }
}

function broken(message: string): HardwareError {
  return new HardwareError(message, { hint: 'Look at the PDU.', cause: 'power', blame: 'site' })
}

function noPrompt(): HardwareError {
  return new HardwareError('no prompt on telnet 127.0.0.1:7001', {
    hint: 'Look.',
    cause: 'no prompt',
    blame: 'board',
  })
}

import type { BoardConfig } from '../../src/config/types.ts'
import { LabError, LeaseLostError } from '../../src/errors.ts'
import { noBreak } from '../../src/hardware/console/driver-errors.ts'
import type { PowerState, Recorder, RecorderNews, RecorderState } from '../../src/hardware/types.ts'
import { silentLog } from '../../src/log.ts'
import { createAttachments } from '../../src/sites/attachments.ts'
import { createGate } from '../../src/sites/gate.ts'
import type { Site } from '../../src/sites/types.ts'
import type {
  Job,
  PowerResult,
  ProbeResult,
  ResetResult,
  RunTestResult,
  WorkEvent,
} from '../../src/work/types.ts'

export type Going = {
  job: Job
  token: number
  tell(event: WorkEvent): void
  finish(result: Partial<RunTestResult>): void
  fail(error: LabError): void
}

export type ScriptedSite = Site & {
  /** Tests under way, by run. */
  readonly tests: ReadonlyMap<string, Going>
  /** Anything that broke the law that one holder works on a board at a time. */
  readonly violations: readonly string[]
  /** Boards that do not answer probes. */
  readonly dead: Set<string>
  /** Boards that could not be opened, so that nothing of them is known; they do not answer either. */
  readonly unopened: Set<string>
  /** Boards that do not answer before they are asked no more. */
  readonly hanging: Set<string>
  /** What is watched, as it was described. */
  readonly watched: ReadonlyMap<string, BoardConfig>
  /** Boards whose kernel was told to reset. */
  readonly resets: string[]
  /** What brings a dead board back; nothing when it is not in here. */
  readonly mends: Map<string, 'reset' | 'power'>
  readonly powered: { board: string; action: string; token: number }[]
  /** Boards whose outlets, once asked, do nothing until `let` is called; what they read is `outlets`, else on. */
  readonly stuck: Set<string>
  let(board: string): void
  readonly outlets: Map<string, PowerState>
  news(board: string, news: RecorderNews, console?: string): void
  /** The board has no other consoles than these any more. */
  leaves(board: string, kept: readonly string[]): void
  /** What people typed at each board's console, as it reached the board; at another than the first: `a1 uart1`. */
  readonly typed: ReadonlyMap<string, readonly Uint8Array[]>
  /** What each board's log holds; another console's: `a1 uart1`. */
  readonly logs: Map<string, Uint8Array>
  /** Performs that hold each board right now. */
  readonly busy: ReadonlyMap<string, { token: number; works: number }>
}

const PASSED: RunTestResult = {
  status: 0,
  endedBy: 'itself',
  output: null,
  copied: null,
  durationMs: 5,
  failure: null,
  boardClean: true,
}

/** A site whose work does what the test says, with the real gate before each board. */
export function createScriptedSite(): ScriptedSite {
  const tests = new Map<string, Going>()
  const violations: string[] = []
  const dead = new Set<string>()
  const unopened = new Set<string>()
  const hanging = new Set<string>()
  const watched = new Map<string, BoardConfig>()
  const resets: string[] = []
  const mends: ScriptedSite['mends'] = new Map()
  const powered: ScriptedSite['powered'] = []
  const stuck = new Set<string>()
  const waiting = new Map<string, () => void>()
  const outlets = new Map<string, PowerState>()
  const gates = new Map<string, ReturnType<typeof createGate>>()
  const busy = new Map<string, { token: number; works: number }>()
  const listeners = new Map<string, (news: RecorderNews) => void>()

  const gateOf = (board: string): ReturnType<typeof createGate> => {
    const gate = gates.get(board) ?? createGate(board)
    gates.set(board, gate)
    return gate
  }
  const admit = (board: string, token: number): void => gateOf(board).admit(token)
  // Power under the holder's own token is no second holder.
  const enter = (job: Job, token: number): void => {
    const here = busy.get(job.board.id) ?? { token, works: 0 }
    if (here.token !== token) {
      violations.push(`${job.kind} under ${token} on ${job.board.id} while ${here.token} works there`)
    }
    busy.set(job.board.id, { token: here.token, works: here.works + 1 })
  }
  const leave = (job: Job): void => {
    const here = busy.get(job.board.id)
    if (here === undefined || here.works <= 1) busy.delete(job.board.id)
    else busy.set(job.board.id, { ...here, works: here.works - 1 })
  }
  const test = (
    job: Extract<Job, { kind: 'run-test' }>,
    token: number,
    signal: AbortSignal,
    onEvent: (event: WorkEvent) => void,
  ): Promise<RunTestResult> => {
    const { promise, resolve, reject } = Promise.withResolvers<RunTestResult>()
    tests.set(job.id, {
      job,
      token,
      tell: onEvent,
      finish: part => resolve({ ...PASSED, ...part }),
      fail: reject,
    })
    const onAbort = (): void => {
      const reason: unknown = signal.reason
      const isLost =
        reason instanceof LeaseLostError ||
        (reason instanceof LabError && reason.failure.class === 'infrastructure')
      if (isLost) reject(reason)
      else if (reason instanceof LabError) {
        resolve({
          ...PASSED,
          status: null,
          failure: { failure: reason.failure, message: reason.message, hint: reason.hint },
        })
      }
    }
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    return promise.finally(() => tests.delete(job.id))
  }

  const power = async (
    { board: { id }, action }: Extract<Job, { kind: 'power' }>,
    token: number,
    onEvent: (event: WorkEvent) => void,
  ): Promise<PowerResult> => {
    const before = outlets.get(id) ?? 'on'
    if (action === 'status') return { before, after: before, back: null, durationMs: 1 }
    powered.push({ board: id, action, token })
    onEvent({ kind: 'stage', stage: action === 'on' ? 'on' : 'off', t: 0 })
    if (stuck.has(id)) await new Promise<void>(resolve => waiting.set(id, resolve))
    const after = action === 'off' ? 'off' : 'on'
    outlets.set(id, after)
    if (action === 'cycle' && mends.get(id) === 'power') dead.delete(id)
    return { before, after, back: action === 'cycle' ? !dead.has(id) : null, durationMs: 1 }
  }

  const reset = ({ board: { id } }: Job): ResetResult => {
    resets.push(id)
    if (mends.get(id) === 'reset') dead.delete(id)
    return dead.has(id)
      ? { back: false, problem: `${id} was not back`, durationMs: 1 }
      : { back: true, durationMs: 1 }
  }

  const perform = async (
    job: Job,
    token: number,
    signal: AbortSignal,
    onEvent: (event: WorkEvent) => void,
  ): Promise<RunTestResult | ProbeResult | PowerResult | ResetResult> => {
    admit(job.board.id, token)
    enter(job, token)
    try {
      if (job.kind === 'run-test') return await test(job, token, signal, onEvent)
      if (job.kind === 'power') {
        return await power(job, token, onEvent)
      }
      if (job.kind === 'reset') return reset(job)
      if (hanging.has(job.board.id)) await aborted(signal)
      const isMute = unopened.has(job.board.id) || outlets.get(job.board.id) === 'off'
      if (isMute || dead.has(job.board.id)) throw silent(job.board.id)
      return { responseMs: 3, kernel: '6.1.0' }
    } finally {
      leave(job)
    }
  }
  const state: RecorderState = { connected: true, since: 0, lastByteAt: 0, problem: null, head: 0 }
  const typed = new Map<string, Uint8Array[]>()
  const logs = new Map<string, Uint8Array>()
  const recorderOf = (board: string, console: string | null): Recorder => {
    const key = console === null ? board : `${board} ${console}`
    const write = async (bytes: Uint8Array): Promise<void> =>
      void typed.set(key, [...(typed.get(key) ?? []), bytes.slice()])
    const log = logs.get(key) ?? new Uint8Array()
    const read = async function* (from: number, to: number) {
      yield { offset: from, t: 0, bytes: log.subarray(from, to) }
    }
    // As a bare TCP port, on which every byte is data.
    const sendBreak = async (): Promise<never> => {
      const why = { none: 'on a bare TCP port every byte is data', instead: 'Use driver telnet or rfc2217.' }
      throw noBreak({ where: `tcp gate:${board}`, hint: '', details: {} }, why)
    }
    return { write, sendBreak, read, state: () => ({ ...state, head: log.length }) } as unknown as Recorder
  }
  const attachments = createAttachments({ gateOf, recorderOf, log: silentLog })

  return {
    id: 'here',
    tests,
    violations,
    dead,
    unopened,
    hanging,
    watched,
    powered,
    resets,
    mends,
    stuck,
    outlets,
    let(board) {
      stuck.delete(board)
      waiting.get(board)?.()
    },
    busy,
    typed,
    logs,
    news(board, news, console) {
      if (console === undefined) listeners.get(board)?.(news)
      attachments.heard(board, console ?? null, news)
    },
    leaves: (board, kept) => attachments.left(board, `${board} has no such console any more`, kept),
    perform: (job, { token, signal, onEvent }) => perform(job, token, signal, onEvent) as never,
    watch(board, onNews) {
      listeners.set(board.id, onNews)
      watched.set(board.id, board)
      onNews({ kind: 'state', state })
    },
    unwatch: async id => {
      listeners.delete(id)
      watched.delete(id)
      attachments.left(id, `${id} is no board of this lab any more`)
    },
    state: id => (listeners.has(id) && !unopened.has(id) ? state : null),
    read: async function* (id, from, to) {
      const bytes = logs.get(id)?.subarray(from, to)
      if (bytes !== undefined) yield { offset: from, t: 0, bytes }
    },
    recorded: async (id, console) => recorderOf(id, console),
    attach: async (id, console, as, handlers) => attachments.add(id, console, as, handlers),
    close: async () => {},
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

export function silent(board: string): LabError {
  return new LabError('silent', `${board} does not answer`, {
    hint: 'Look at it.',
    failure: { class: 'infrastructure', cause: 'not answering', blame: 'board' },
  })
}

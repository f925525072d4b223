import { LabError, LeaseLostError } from '../../src/errors.ts'
import type { RecorderNews, RecorderState } from '../../src/hardware/types.ts'
import { createGate } from '../../src/sites/gate.ts'
import type { Site } from '../../src/sites/types.ts'
import type { Job, PowerResult, ProbeResult, RunTestResult, WorkEvent } from '../../src/work/types.ts'

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
  readonly powered: { board: string; action: string; token: number }[]
  news(board: string, news: RecorderNews): void
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
  const powered: ScriptedSite['powered'] = []
  const gates = new Map<string, ReturnType<typeof createGate>>()
  const busy = new Map<string, { token: number; works: number }>()
  const listeners = new Map<string, (news: RecorderNews) => void>()

  const admit = (board: string, token: number): void => {
    const gate = gates.get(board) ?? createGate(board)
    gates.set(board, gate)
    gate.admit(token)
  }
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

  const perform = async (
    job: Job,
    token: number,
    signal: AbortSignal,
    onEvent: (event: WorkEvent) => void,
  ): Promise<RunTestResult | ProbeResult | PowerResult> => {
    admit(job.board.id, token)
    enter(job, token)
    try {
      if (job.kind === 'run-test') return await test(job, token, signal, onEvent)
      if (job.kind === 'power') {
        powered.push({ board: job.board.id, action: job.action, token })
        return {
          before: 'on',
          after: job.action === 'off' ? 'off' : 'on',
          back: job.action === 'cycle' ? !dead.has(job.board.id) : null,
          durationMs: 1,
        }
      }
      if (dead.has(job.board.id)) throw silent(job.board.id)
      return { responseMs: 3, kernel: '6.1.0' }
    } finally {
      leave(job)
    }
  }
  const state: RecorderState = { connected: true, since: 0, lastByteAt: 0, problem: null, head: 0 }

  return {
    id: 'here',
    tests,
    violations,
    dead,
    powered,
    busy,
    news: (board, news) => listeners.get(board)?.(news),
    perform: (job, { token, signal, onEvent }) => perform(job, token, signal, onEvent) as never,
    watch(board, onNews) {
      listeners.set(board.id, onNews)
      onNews({ kind: 'state', state })
    },
    unwatch: async id => void listeners.delete(id),
    state: id => (listeners.has(id) ? state : null),
    read: async function* () {},
    close: async () => {},
  }
}

export function silent(board: string): LabError {
  return new LabError('silent', `${board} does not answer`, {
    hint: 'Look at it.',
    failure: { class: 'infrastructure', cause: 'not answering', blame: 'board' },
  })
}

import { randomUUID } from 'node:crypto'
import type { Clock, Millis, Timer } from '../../src/clock.ts'
import type { EnvelopeKind, EventFault, Faults } from './faults.ts'
import type { Json } from './loose.ts'
import type { Workspace } from './workspace.ts'

/** How what happened reaches the app: by the socket or by HTTP, within 3 s, events again if need be. */

export type Envelope = {
  id: string
  type: EnvelopeKind
  payload: Json
  /** The acknowledgement may carry an answer. */
  takesAnswer: boolean
  retry: { num: number; reason: string } | null
}

export type Answer =
  | { kind: 'ack'; body: unknown }
  /** `isFinal`: the app wants no retry. */
  | {
      kind: 'none'
      reason: 'timeout' | 'connection_failed' | 'http_error'
      isFinal: boolean
    }

/** Settles at the acknowledgement, or when none can come any more. It sets no deadline. */
export type Carrier = (envelope: Envelope, fault: EventFault | null) => Promise<Answer>

export type Delivery = {
  /** A command or an interaction: it is told once. */
  ask(type: 'slash_commands' | 'interactive', payload: Json): Promise<Answer>
  /** An event: again at once, after 1 min and after 5 min, until it is acknowledged. */
  tell(payload: Json): Promise<void>
  /** Time passes, or the stub is closed. */
  pause(ms: Millis): Promise<unknown>
  /** A new connection: what waits to be told again is told now. */
  reconnected(): void
  /** From here on everything waits, to be sent in another order. */
  hold(): void
  release(order?: 'as-they-came' | 'reversed'): void
  close(): void
}

const ACK_MS: Millis = 3_000
/** docs.slack.dev, apis/events-api: "immediately", "after 1 minute", "after 5 minutes". */
const RETRY_MS: readonly Millis[] = [0, 60_000, 300_000]

export function createDelivery(workspace: Workspace, faults: Faults, carrier: Carrier): Delivery {
  const waits = createWaits(workspace.clock)
  const gate = createGate()

  const send = async (envelope: Envelope): Promise<Answer> => {
    await gate.pass()
    const fault = faults.takeEvent(envelope.type)
    const began = workspace.clock.mono()
    const late = waits.deadline(ACK_MS)
    const carried = carrier(envelope, fault)
    const answer = await Promise.race([carried, late.reached])
    late.cancel()
    const isInTime = workspace.clock.mono() - began <= ACK_MS
    if (answer !== null && (answer.kind === 'none' || isInTime)) return answer
    if (fault !== 'deaf' && !waits.isClosed())
      workspace.complain('ack-late', envelope.type, `not acknowledged within ${ACK_MS} ms`)
    return { kind: 'none', reason: 'timeout', isFinal: false }
  }

  const repeated = async (payload: Json, num: number, reason: string): Promise<Answer> =>
    await send({ ...fresh('events_api', payload, false), retry: { num, reason } })

  return {
    async ask(type, payload) {
      return await send(fresh(type, payload, true))
    },
    async tell(payload) {
      let answer = await send(fresh('events_api', payload, false))
      for (const [index, ms] of RETRY_MS.entries()) {
        if (answer.kind === 'ack' || answer.isFinal || waits.isClosed()) return
        if (ms > 0) await waits.pause(ms)
        if (waits.isClosed()) return
        answer = await repeated(payload, index + 1, answer.reason)
      }
    },
    pause: async ms => await waits.deadline(ms).reached,
    reconnected: waits.endPauses,
    hold: gate.shut,
    release: gate.open,
    close() {
      gate.open()
      waits.close()
    },
  }
}

function fresh(type: Envelope['type'], payload: Json, takesAnswer: boolean): Envelope {
  return { id: randomUUID(), type, payload, takesAnswer, retry: null }
}

type Waits = {
  deadline(ms: Millis): { reached: Promise<null>; cancel(): void }
  pause(ms: Millis): Promise<void>
  endPauses(): void
  isClosed(): boolean
  close(): void
}

function createWaits(clock: Clock): Waits {
  const timers = new Map<() => void, Timer>()
  const pauses = new Set<() => void>()
  let isClosed = false
  const arm = (ms: Millis, fn: () => void): (() => void) => {
    const end = (): void => {
      timers.get(end)?.cancel()
      timers.delete(end)
      pauses.delete(end)
      fn()
    }
    timers.set(end, clock.after(ms, end))
    return end
  }
  return {
    deadline(ms) {
      const { promise, resolve } = Promise.withResolvers<null>()
      const end = arm(ms, () => resolve(null))
      return { reached: promise, cancel: end }
    },
    pause(ms) {
      const { promise, resolve } = Promise.withResolvers<void>()
      pauses.add(arm(ms, resolve))
      return promise
    },
    endPauses() {
      for (const end of [...pauses]) end()
    },
    isClosed: () => isClosed,
    close() {
      isClosed = true
      for (const end of [...timers.keys()]) end()
    },
  }
}

function createGate(): {
  pass(): Promise<void>
  shut(): void
  open(order?: 'as-they-came' | 'reversed'): void
} {
  let waiting: (() => void)[] | null = null
  return {
    pass() {
      const { promise, resolve } = Promise.withResolvers<void>()
      if (waiting) waiting.push(resolve)
      else resolve()
      return promise
    },
    shut() {
      waiting ??= []
    },
    open(order = 'as-they-came') {
      const gone = waiting ?? []
      waiting = null
      for (const go of order === 'reversed' ? gone.toReversed() : gone) go()
    },
  }
}

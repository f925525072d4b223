/** How the platform misbehaves, on request of a test. */

export type CallFault =
  /** HTTP 429 with Retry-After. */
  | { kind: 'rate-limit'; seconds: number }
  /** An answer that is no answer of the method. */
  | { kind: 'status'; status: number }
  /** `ok: false` with this word. */
  | { kind: 'refuse'; error: string }
  | { kind: 'slow'; ms: number }
  /** It takes effect, and the connection is cut before the answer. */
  | { kind: 'lost-answer' }
  /** The connection is cut, and nothing happened. */
  | { kind: 'cut' }

export type EventFault =
  /** The same envelope twice. */
  | 'twice'
  /** Sent again as a retry, though it was acknowledged. */
  | 'again'
  /** The socket is cut when it has been sent, before it is acknowledged. */
  | 'cut'
  /** The acknowledgement gets lost. */
  | 'deaf'

export type EnvelopeKind = 'events_api' | 'slash_commands' | 'interactive'

type Planned = { method: string; fault: CallFault; left: number }

export type Faults = {
  /** `method`: '*' for each. */
  plan(method: string, fault: CallFault, times?: number): void
  /** Until `up`: every call is answered with this status, or cut. */
  down(how?: number | 'cut'): void
  up(): void
  takeCall(method: string): CallFault | null
  /** Calls that are still to go wrong as planned. */
  planned(): number
  /** For the next envelopes; of a kind, or of any: what the app itself wrote comes back to it as events, too. */
  planEvent(fault: EventFault, of?: EnvelopeKind | '*', times?: number): void
  takeEvent(kind: EnvelopeKind): EventFault | null
}

export function createFaults(): Faults {
  const planned: Planned[] = []
  const events: { fault: EventFault; of: EnvelopeKind | '*' }[] = []
  let isDown: CallFault | null = null
  return {
    plan: (method, fault, times = 1) => void planned.push({ method, fault, left: times }),
    down(how = 503) {
      isDown = how === 'cut' ? { kind: 'cut' } : { kind: 'status', status: how }
    },
    up() {
      isDown = null
    },
    takeCall(method) {
      if (isDown) return isDown
      const found = planned.find(each => each.left > 0 && (each.method === '*' || each.method === method))
      if (!found) return null
      found.left -= 1
      return found.fault
    },
    planned: () => planned.reduce((left, each) => left + each.left, 0),
    planEvent(fault, of = '*', times = 1) {
      for (let made = 0; made < times; made++) events.push({ fault, of })
    },
    takeEvent(kind) {
      const at = events.findIndex(({ of }) => of === '*' || of === kind)
      return at < 0 ? null : (events.splice(at, 1)[0]?.fault ?? null)
    },
  }
}

import { createSwitchable } from './switchable.ts'
import { NO_PDU_FAULTS, type Outlet, type PduFaults, type SimulatedPdu, type Switchable } from './types.ts'

/** A PDU that knows how it was treated. */
export type RecordingPdu = SimulatedPdu & {
  /** The most questions that it had before it at one time. */
  readonly busiest: number
}

/** What every simulated PDU has behind its protocol: outlets, faults, and a mind of its own about when it switches. */
export type PduBank = {
  readonly faults: Switchable<PduFaults>
  /** Null for an outlet that is not there. */
  isOn(outlet: number): boolean | null
  /** Carries a switch out as the faults say: now, later, or not at all. */
  switch(outlet: number, on: boolean): void
  /** Calls `answer` when this PDU would deal with a question: at once, late, or never. */
  answer(answer: () => void): void
  /** The whole PDU; `stop` ends what listens and is called once. */
  pdu(port: number, stop: () => Promise<unknown>): RecordingPdu
}

export function createPduBank(outlets: ReadonlyMap<number, Outlet>, start: Partial<PduFaults> = {}): PduBank {
  const faults = createSwitchable<PduFaults>({ ...NO_PDU_FAULTS, ...start })
  let asked = 0
  let busiest = 0
  const timers = new Set<NodeJS.Timeout>()

  function later(ms: number, fn: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      fn()
    }, ms)
    timers.add(timer)
  }

  const bank: PduBank = {
    faults,
    isOn: number => outlets.get(number)?.isOn() ?? null,
    switch: (number, on) => {
      const { lies, delayMs } = faults.get()
      if (lies) return
      if (delayMs > 0) later(delayMs, () => outlets.get(number)?.switch(on))
      else outlets.get(number)?.switch(on)
    },
    answer: answer => {
      const { silent, slowMs } = faults.get()
      if (silent) return
      busiest = Math.max(busiest, ++asked)
      const settle = (): void => {
        asked--
        answer()
      }
      if (slowMs > 0) later(slowMs, settle)
      else settle()
    },
    pdu: (port, stop) => {
      let stopped: Promise<unknown> | null = null
      return {
        port,
        faults,
        get busiest() {
          return busiest
        },
        close: async () => {
          for (const timer of timers) clearTimeout(timer)
          timers.clear()
          stopped ??= stop()
          await stopped
        },
      }
    },
  }
  return bank
}

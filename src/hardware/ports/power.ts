import type { z } from 'zod'
import type { DriverDeps } from './driver.ts'

export type PowerState = 'on' | 'off' | 'unknown'

/** One outlet. Work on one PDU is serial; `close` never throws. */
export type PowerControl = {
  /** `pdu-a.lab.local outlet 2`, for sentences. */
  readonly where: string
  /** Sends the switch. Says nothing about the result: read back with `state`. Repeating is safe. Throws HardwareError (cause power). */
  switch(to: 'on' | 'off', signal: AbortSignal): Promise<void>
  /** Read from the device, never from memory. Throws HardwareError (cause power) when it does not answer. */
  state(signal: AbortSignal): Promise<PowerState>
  close(): Promise<void>
}

export type PowerDriver<O = unknown> = {
  id: string
  schema: z.ZodType<O>
  create(options: O, at: { pdu: string; outlet: number }, deps: DriverDeps): PowerControl
}

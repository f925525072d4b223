import type { z } from 'zod'
import type { Millis } from '../../clock.ts'
import type { DriverDeps } from './driver.ts'
import type { FileWay, WriteGate } from './file-way.ts'

/** An open byte stream to a board: exactly the bytes of the line, both ways. */
export type ConsoleLink = {
  /** Resolves when the bytes were handed to the line. Throws HardwareError (console lost) once closed. */
  write(bytes: Uint8Array): Promise<void>
  /**
   * Holds the line at break, after what was written before: for `durationMs` where the line takes a length. Resolves
   * when it was handed to the line. Throws HardwareError (no console) with the reason where such a line has no break.
   */
  sendBreak(durationMs: Millis): Promise<void>
  close(): void
}

export type ConsoleHandlers = { onBytes(bytes: Uint8Array): void; onClose(reason: string): void }

/** Opens links; is drained always: what it reads is handed over at once, never paused (console.md 12). */
export type ConsoleOpener = {
  /** `telnet 127.0.0.1:7001`, for sentences. */
  readonly where: string
  /** Throws HardwareError (no console) with host, port and step. */
  open(handlers: ConsoleHandlers, signal: AbortSignal): Promise<ConsoleLink>
}

export type ConsoleDriver<O = unknown> = {
  id: string
  schema: z.ZodType<O>
  /** `telnet 10.1.2.101:23`: the same for the same line, so that two boards on one console are found. */
  where(options: O): string
  /** Where such a line has no break, whatever it leads to. */
  hasBreak?: false
  create(options: O, deps: DriverDeps): ConsoleOpener
  /** The way for files that such a console's server has beside it, if its kind may have one. */
  files?(options: O, deps: DriverDeps & { gate: WriteGate }): FileWay
}

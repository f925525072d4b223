import type { Millis } from '../../clock.ts'
import type { CommandResult } from './shell.ts'

export type BootLoaderReport = {
  /** From the call to the first answer of ours. */
  interruptMs: Millis
  /** As it says itself: `U-Boot 2023.01 (Jun 22 2026 - 08:38:07 +0000)`. */
  version: string
}

/**
 * A board's boot loader, from power-on until a kernel has taken over. One call at a time; every call has a deadline.
 * Starts that the scanner hears are expected from `interrupt` on, until whoever is at the kernel's shell next says
 * otherwise (`Recorder.expectReset`). Nothing of its environment is saved.
 */
export type BootLoader = {
  /**
   * Stops the autoboot and gets an answer. Call it before the power is switched on, or at its prompt: the console may
   * come and go meanwhile. Throws HardwareError (boot) when none came, or when a kernel was started instead.
   */
  interrupt(signal: AbortSignal, withinMs?: Millis): Promise<BootLoaderReport>
  /**
   * Status, and output without kernel lines. Run once, however often it has to be typed. Throws HardwareError (not
   * answering, reset, no prompt, console lost), InputError for what it cannot read as a command.
   */
  command(text: string, signal: AbortSignal, timeoutMs?: Millis): Promise<CommandResult>
  /** Sets a variable and reads it back; an empty value takes it away. Throws HardwareError (boot) when it reads otherwise. */
  set(name: string, value: string, signal: AbortSignal): Promise<void>
  /** Runs what starts a kernel, waits until the boot loader has let go, and does so too. Throws HardwareError (boot) when it comes back. */
  boot(command: string, signal: AbortSignal, timeoutMs?: Millis): Promise<void>
  /** Leaves it at its prompt, with nothing that the next one's newline would run again. Never throws. */
  detach(): Promise<void>
  /** Lets go without a word: the board is somebody else's. Never throws. */
  abandon(): void
}

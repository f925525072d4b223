import type { Readable } from 'node:stream'
import type { Millis } from '../clock.ts'

/** What an address of another server is wanted for; each has a list of its own of what may be used. */
export type Purpose = 'binary' | 'callback'

/** Where the lab may call. Read at each call: the settings may have changed. */
export type WebRules = {
  /** Beginnings of addresses, by purpose; what none of them matches is refused. */
  allowed: Readonly<Record<Purpose, readonly string[]>>
  /** Private networks (CIDR) that a server may lie in; everywhere else only public addresses are called. */
  networks: readonly string[]
}

/** Other servers, called with deadlines, and never where the lab should not be led. */
export type Web = {
  /** Throws InputError, saying what may be used, when the address may not be; nothing is called. */
  check(url: string, purpose: Purpose): void
  /** The file at the address. Throws InputError when it may not be used or is not there, LabError when its server does not give it. */
  fetch(url: string, signal: AbortSignal): Promise<{ body: Readable }>
  /** Posts to a callback address; follows no redirect. Throws like `fetch`. */
  post(
    url: string,
    message: { body: Buffer; headers: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<{ status: number; retryAfterMs: Millis | null }>
}

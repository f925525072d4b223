import type { Clock, Millis } from '../clock.ts'

/**
 * Whether somebody is still at the other end: a laptop that is closed says nothing, and as long as something is on
 * its way to it no keep-alive of TCP's asks either (RFC 9293 section 3.8.4 is for idle connections); the system gives up
 * after a quarter of an hour.
 */
export type Pulse = {
  /** A sign of life. */
  heard(): void
  stop(): void
}

export type PulseDeps = {
  clock: Clock
  /** So long without a sign of life: nobody is there. */
  silentMs: Millis
  /** Something that has to be answered; false when this peer answers nothing. */
  ask(): boolean
  /** Bytes wait for the peer to read: it owes a sign of life, whatever it speaks. */
  owes(): boolean
  /** We do not listen now, so that silence says nothing. */
  isDeaf(): boolean
  onSilent(): void
  onBack(): void
  /** It was silent so long that it will not be back. */
  onGone(): void
}

const TICKS_TO_SILENCE = 4
const SILENCES_TO_GONE = 15

export function createPulse(deps: PulseDeps): Pulse {
  const { clock, silentMs } = deps
  const tickMs = silentMs / TICKS_TO_SILENCE
  let heardAt = clock.mono()
  let isSilent = false

  const look = (): void => {
    timer = clock.after(tickMs, look)
    const quiet = clock.mono() - heardAt
    if (quiet < tickMs) return
    if (deps.isDeaf() || (!deps.owes() && !deps.ask())) heardAt = clock.mono()
    else if (quiet >= silentMs * SILENCES_TO_GONE) deps.onGone()
    else if (quiet >= silentMs && !isSilent) {
      isSilent = true
      deps.onSilent()
    }
  }
  let timer = clock.after(tickMs, look)

  return {
    heard() {
      heardAt = clock.mono()
      if (!isSilent) return
      isSilent = false
      deps.onBack()
    },
    stop: () => timer.cancel(),
  }
}

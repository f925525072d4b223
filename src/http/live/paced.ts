/** Looks that are asked for at each news, and made once a while: the latest wins. */

import type { Clock, Millis, Timer } from '../../clock.ts'

export type Paced = {
  /** Looks at once, or as soon as it may again; what is asked for meanwhile is one look. */
  stir(): void
  stop(): void
}

/** Never two looks at a time, never two within `everyMs` from end to begin. `look` must not reject. */
export function paced(clock: Clock, everyMs: Millis, look: () => Promise<void>): Paced {
  let state: 'idle' | 'looking' | 'resting' | 'stopped' = 'idle'
  let isWanted = false
  let timer: Timer | null = null

  const go = (): void => {
    isWanted = false
    state = 'looking'
    void look().then(() => {
      if (state === 'stopped') return
      state = 'resting'
      timer = clock.after(everyMs, () => {
        state = 'idle'
        if (isWanted) go()
      })
    })
  }
  return {
    stir() {
      if (state === 'stopped') return
      isWanted = true
      if (state === 'idle') go()
    },
    stop() {
      state = 'stopped'
      timer?.cancel()
    },
  }
}

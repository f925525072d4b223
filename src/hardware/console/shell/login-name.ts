import type { Millis } from '../../../clock.ts'
import type { Talk } from './talk.ts'

const ECHO_MS: Millis = 400
const MOST_TYPED = 4

/**
 * A user name at a log-in's prompt, checked by its echo where there is one (console.md 7): one that lost a letter
 * would cost a refusal, and some boards count those. Where nothing is echoed it is given as it was typed.
 */
export async function typeName(talk: Talk, name: string, signal: AbortSignal): Promise<void> {
  const watch = talk.watch<string>({ see: heard => (heard.kind === 'tail' ? heard.text : null) })
  try {
    for (let typed = 0; typed < MOST_TYPED; typed++) {
      await talk.type(name, signal)
      const isRight = await echoed(name, ms => watch.next(ms, signal))
      if (isRight !== false) break
      talk.damaged()
      if (typed < MOST_TYPED - 1) await talk.press('erase', signal)
    }
  } finally {
    watch.stop()
  }
  await talk.type('\n', signal)
}

/** Null when nothing was heard at all. */
async function echoed(name: string, next: (ms: Millis) => Promise<string | null>): Promise<boolean | null> {
  let last: string | null = null
  for (;;) {
    const tail = await next(ECHO_MS)
    if (tail === null) return last === null ? null : false
    if (tail.endsWith(name)) return true
    last = tail
  }
}

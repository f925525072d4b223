import type { Clock, Millis } from '../clock.ts'
import type { Line } from './line.ts'
import { createPrompt, textOfLine } from './prompt.ts'

/** The word, and what was typed behind it already. */
export type Knock = { word: string; rest: Uint8Array }

/** A word is good for no longer than this either. */
const WORD_WITHIN_MS: Millis = 60_000
/** Who sends more without an Enter has no word. */
const MOST_BYTES = 1_000

/** Asks for the word. Null when none came in time, or the connection went away. */
export function askWord(line: Line, clock: Clock): Promise<Knock | null> {
  const { promise, resolve } = Promise.withResolvers<Knock | null>()
  let prompt = createPrompt()
  let seen = 0
  const timer = clock.after(WORD_WITHIN_MS, () => {
    line.end(`No word came within ${WORD_WITHIN_MS / 1_000} s. Connect again when you have one.`)
    resolve(null)
  })
  void line.closed.then(() => resolve(null))

  const done = (knock: Knock): void => {
    line.pause()
    line.take(() => {})
    line.echo('\r\n')
    resolve(knock)
  }
  line.take(bytes => {
    let echo = ''
    for (const [at, byte] of bytes.entries()) {
      const step = prompt.feed(byte)
      seen += 1
      if (step.kind === 'more') echo += step.echo
      else if (step.kind !== 'line') {
        // Ctrl-C, or Enter alone: from the beginning.
        echo += '\b \b'.repeat(prompt.text.length)
        prompt = createPrompt()
      }
      if (step.kind !== 'line' && seen < MOST_BYTES) continue
      line.echo(echo)
      return done({ word: textOfLine(prompt.text), rest: bytes.subarray(at + 1) })
    }
    line.echo(echo)
  })
  line.view.write('Boardroom console. Word: ')
  return promise.finally(() => timer.cancel())
}

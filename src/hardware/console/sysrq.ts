/**
 * Magic SysRq over a serial console (Documentation/admin-guide/sysrq.rst): a break, and within five seconds a key
 * (SYSRQ_TIMEOUT, include/linux/serial_core.h). The kernel says what it does before it does it.
 */
import { type Clock, type Millis, pause, within } from '../../clock.ts'
import { HardwareError } from '../../errors.ts'
import { createLineSplitter } from '../../reading/lines.ts'
import { SYSRQ_WORDS, sysrqWord } from '../../reading/sysrq.ts'
import type { Recorder, Sysrq, SysrqKey } from '../types.ts'

export type SysrqDeps = {
  board: string
  recorder: Pick<Recorder, 'listen' | 'where' | 'expectReset'>
  /** Past the gate. */
  line: Pick<Recorder, 'write' | 'sendBreak'>
  clock: Clock
}

/** Longer than a character at any rate, which is what makes it one; terminal servers do no less. */
const BREAK_MS: Millis = 300
/** A server that makes the break by itself drops what comes meanwhile. */
const BEFORE_KEY_MS: Millis = 500
const HEARD_WITHIN_MS: Millis = 4_000
/** A break that comes while one still waits for its key takes that back (uart_handle_break): the second counts then. */
const MOST_TRIES = 2
const LONGEST_LINE = 1024

/** A key that it does not know brings its help. */
const DISABLED = /^(?:This sysrq operation is disabled|HELP :)/

export function createSysrq({ board, recorder, line, clock }: SysrqDeps): Sysrq {
  const attempt = async (key: SysrqKey, signal: AbortSignal): Promise<string | null> => {
    const heard = listen(recorder, said => said.startsWith(SYSRQ_WORDS[key]) || DISABLED.test(said))
    try {
      await line.sendBreak(BREAK_MS)
      await pause(clock, BEFORE_KEY_MS, signal)
      await line.write(Buffer.from(key))
      return await within(clock, HEARD_WITHIN_MS, heard.said, () => NOT_HEARD, signal)
    } catch (error) {
      if (error === NOT_HEARD) return null
      throw error
    } finally {
      heard.stop()
    }
  }

  return {
    async press(key, signal) {
      signal.throwIfAborted()
      if (key === 'b') recorder.expectReset(true)
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const said = await attempt(key, signal)
        if (said?.startsWith(SYSRQ_WORDS[key])) return said
        if (said !== null) throw disabled(board, key, said)
      }
      throw notHeard(board, recorder.where, key)
    },
  }
}

const NOT_HEARD = new Error('not heard')

/** The first word of the kernel's own about a SysRq that is `wanted`. */
function listen(
  recorder: Pick<Recorder, 'listen'>,
  wanted: (said: string) => boolean,
): { said: Promise<string>; stop(): void } {
  const { promise: said, resolve } = Promise.withResolvers<string>()
  const lines = createLineSplitter({ maxLine: LONGEST_LINE })
  const stop = recorder.listen(news => {
    if (news.kind !== 'chunk') return
    for (const { text } of lines.push(news.chunk.bytes, news.chunk.offset)) {
      const word = sysrqWord(text)
      if (word !== null && wanted(word)) resolve(word)
    }
  })
  return { said, stop }
}

function disabled(board: string, key: SysrqKey, said: string): HardwareError {
  return new HardwareError(
    `the kernel of ${board} does not take SysRq ${key}: it said "${said.slice(0, 80)}"`,
    {
      hint: 'Allow it on the board (kernel.sysrq=1), or take `sysrq` out of boards.yaml.',
      cause: 'not answering',
      blame: 'lab',
    },
  )
}

function notHeard(board: string, where: string, key: SysrqKey): HardwareError {
  return new HardwareError(
    `the kernel of ${board} said nothing to a break and SysRq ${key} on ${where}, ${MOST_TRIES} times`,
    {
      hint: 'Either it hangs with its interrupts off, or this is not its console, or it has no CONFIG_MAGIC_SYSRQ_SERIAL.',
      cause: 'not answering',
      blame: 'board',
    },
  )
}

import { type Millis, pause, within } from '../../../clock.ts'
import { HardwareError, LabError } from '../../../errors.ts'
import type { Recorder } from '../../types.ts'
import { makeWord } from '../shell/frames.ts'
import { notAnswering } from '../shell/session.ts'
import type { Talk, Watcher } from '../shell/talk.ts'
import { perform } from './exchange.ts'
import { loaderFrameIn, stateOf } from './frames.ts'
import { typeLine } from './line.ts'
import { isAnswered, learnPrompt, resync } from './prompt.ts'
import { type BootLoaderOptions, type LoaderPace, type LoaderSession, loaderError } from './session.ts'
import { createSigns } from './signs.ts'

export type InterruptDeps = {
  recorder: Pick<Recorder, 'connected'>
  write(bytes: Uint8Array): Promise<void>
  loaderPace: LoaderPace
}

/** console.md 10: every 50–100 ms, from power-on. */
const KEY_MS = 75
const ANSWER_MS = 400
/** A prompt that was there before we listened, or is no `>`: an interrupt brings another, and harms no countdown. */
const POKE_MS = 1500
const AGAIN_MS = 100
const WRITE_MS = 5000
/** `=> `, `U-Boot> `, `STM32MP> `, with keys of ours after it. */
const PROMPT = /^[^\s>]{0,24}>/

/**
 * Streams the key from before the power is on until a question of ours is answered. What looks like a prompt is only
 * asked; an answer counts when it is U-Boot's: a kernel's shell, there before the power was switched, is left alone.
 */
export async function interruptBoot(
  talk: Talk,
  options: BootLoaderOptions,
  deps: InterruptDeps,
  withinMs: Millis,
  signal: AbortSignal,
): Promise<{ session: LoaderSession; version: string }> {
  const deadline = talk.clock.mono() + withinMs
  const left = (): Millis => Math.max(1, deadline - talk.clock.mono())
  let problem = 'nothing answered'
  while (talk.clock.mono() < deadline) {
    try {
      await deps.recorder.connected(left(), signal)
      const prompt = await stream(talk, options, deps, deadline, signal)
      if (prompt === null) break
      return await meet(talk, options, deps, prompt, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof LabError) || !isPassing(error)) throw error
      problem = error.message
      await pause(talk.clock, AGAIN_MS, signal)
    }
  }
  const seconds = Math.round(withinMs / 1000)
  throw loaderError({ talk }, `the boot loader was not stopped within ${seconds} s (${problem})`)
}

/** A console comes and goes with its board's power, and what answers may be what is about to be switched off. */
function isPassing(error: LabError): boolean {
  const passing = ['console lost', 'no console', 'no prompt', 'not answering', 'reset']
  return error instanceof HardwareError && passing.includes(error.failure.cause)
}

/** The prompt of whatever answered; null when nothing did before the deadline. Throws when a kernel was started. */
async function stream(
  talk: Talk,
  options: BootLoaderOptions,
  deps: InterruptDeps,
  deadline: Millis,
  signal: AbortSignal,
): Promise<string | null> {
  const watch = talk.watch<'prompt' | 'kernel'>(looking(options.prompt))
  const { loaderPace: pace } = deps
  const key = Buffer.from(options.interrupt, 'latin1')
  let pokeAt = talk.clock.mono() + POKE_MS
  try {
    while (talk.clock.mono() < deadline) {
      await press(talk, deps, key, signal)
      const sight = await watch.next(KEY_MS, signal)
      if (sight === 'kernel') throw missed(talk)
      const prompt = sight === 'prompt' ? await learnPrompt(talk, signal) : null
      if (prompt !== null && (await isAnswered({ talk, prompt, pace }, ANSWER_MS, signal))) return prompt
      if (talk.clock.mono() < pokeAt) continue
      await talk.press('interrupt', signal)
      pokeAt = talk.clock.mono() + POKE_MS
    }
    return null
  } finally {
    watch.stop()
  }
}

/** A prompt is seen once: keys of ours come back behind it. */
function looking(wanted: string | null): Watcher<'prompt' | 'kernel'> {
  const signs = createSigns()
  let last = -1
  let isKernel = false
  const isPrompt = (text: string): boolean =>
    wanted === null ? PROMPT.test(text) : text.includes(wanted.trimEnd())

  return {
    bytes(chunk) {
      isKernel ||= signs.bytes(chunk) === 'kernel'
    },
    see(heard) {
      if (heard.kind === 'line') isKernel ||= signs.line(heard.line.text) === 'leaving'
      if (heard.kind !== 'tail') return null
      if (isKernel) return 'kernel'
      if (heard.lines === last || !isPrompt(heard.text)) return null
      last = heard.lines
      return 'prompt'
    },
  }
}

/** Written as it is: a stop string may hold any character but Ctrl-D, which boards.yaml refuses. */
async function press(talk: Talk, deps: InterruptDeps, key: Uint8Array, signal: AbortSignal): Promise<void> {
  const late = (): Error => notAnswering(talk, `the console took no key for ${WRITE_MS / 1000} s`)
  await within(talk.clock, WRITE_MS, deps.write(key), late, signal)
}

function missed(talk: Talk): HardwareError {
  return loaderError({ talk }, 'the autoboot was not stopped: a kernel was started')
}

// ---- who answered -------------------------------------------------------------------------------------------

const HUSH_MS = 1500
const MOST_TRIES = 4

/** Its variables work, and it says what it is. */
async function meet(
  talk: Talk,
  options: BootLoaderOptions,
  deps: InterruptDeps,
  prompt: string,
  signal: AbortSignal,
): Promise<{ session: LoaderSession; version: string }> {
  const session: LoaderSession = {
    ...{ talk, options, word: makeWord(6), prompt },
    ...{ number: 0, dirty: false, pace: deps.loaderPace, lost: null },
    ...listenForStart(talk),
  }
  try {
    await checkHush(session, signal)
    return { session, version: await versionOf(session, signal) }
  } catch (error) {
    session.stop()
    throw error
  }
}

function listenForStart(talk: Talk): Pick<LoaderSession, 'hasRestarted' | 'stop'> {
  const signs = createSigns()
  let hasRestarted = false
  const watch = talk.watch({
    see(heard) {
      if (heard.kind === 'line') hasRestarted ||= signs.line(heard.line.text) === 'restart'
      return null
    },
  })
  return { hasRestarted: () => hasRestarted, stop: watch.stop }
}

async function versionOf(session: LoaderSession, signal: AbortSignal): Promise<string> {
  const { talk, options } = session
  const outcome = await perform(session, 'version', options.commandTimeoutMs, signal)
  const said = outcome.kind === 'done' && outcome.status === 0 ? outcome.output : ''
  const version = said.split('\n').find(line => line.startsWith('U-Boot '))
  if (version === undefined) throw notAnswering(talk, 'what answers is no U-Boot')
  return version
}

async function checkHush(session: LoaderSession, signal: AbortSignal): Promise<void> {
  const { talk, word } = session
  const typed = `brn=0;brs=0;${stateOf(word)}`
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const watch = talk.watch<boolean>({
      see: heard => (heard.kind === 'line' ? hasHush(heard.line.text, word) : null),
    })
    try {
      await typeLine(session, typed, signal)
      await talk.type('\n', signal)
      const has = await watch.next(HUSH_MS, signal)
      if (has === true) return
      if (has === false) throw withoutHush(session)
      await resync(session, signal)
    } finally {
      watch.stop()
    }
  }
  throw notAnswering(talk, `the boot loader's variables could not be read ${MOST_TRIES} times`)
}

/** Without it an assignment is a command, and nobody's. */
function hasHush(line: string, word: string): boolean | null {
  if (loaderFrameIn(line, word)?.number === 0) return true
  return line.startsWith("Unknown command 'brn=0'") ? false : null
}

function withoutHush(session: LoaderSession): HardwareError {
  return loaderError(session, 'the boot loader has no hush (CONFIG_HUSH_PARSER), so no exit status,')
}

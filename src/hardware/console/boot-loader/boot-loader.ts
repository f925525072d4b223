import type { Clock, Millis } from '../../../clock.ts'
import { HardwareError, InputError, messageOf } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import type { BootLoader, CommandResult, Recorder } from '../../types.ts'
import { createTalk, type Talk } from '../shell/talk.ts'
import { createTurns } from '../turns.ts'
import { newLoaderPace } from './echo.ts'
import { kernelCame, nameOf, perform } from './exchange.ts'
import { quoteForHush, TYPEABLE } from './frames.ts'
import { interruptBoot } from './interrupt.ts'
import { type BootLoaderOptions, type LoaderPace, type LoaderSession, loaderError } from './session.ts'

export type BootLoaderDeps = {
  recorder: Pick<Recorder, 'listen' | 'state' | 'connected' | 'where' | 'expectReset'>
  /** Through the gate: a late holder's write throws. */
  write(bytes: Uint8Array): Promise<void>
  clock: Clock
  log: Log
  board: string
  options: BootLoaderOptions
  /** Of the board, from one holder to the next. */
  loaderPace?: LoaderPace
}

/** From `boot` to the last words: it may load the kernel first. */
const BOOT_MS = 120_000
const LEAVE_MS = 2000
const MOST_READ = 3
/** U-Boot's own rule is "no `=`" (env/callback.c, env/flags.c); quotes, blanks and variables would be ours to escape. */
const NAME = /^[A-Za-z0-9_.:#-]{1,64}$/

/** U-Boot on a recorded console. It listens from the first `interrupt` on, until `boot`, `detach` or `abandon`. */
export function createBootLoader(deps: BootLoaderDeps): BootLoader {
  const { options, board, loaderPace = newLoaderPace() } = deps
  const talk = createTalk({ ...deps, secret: secretOf(options) })
  const inTurn = createTurns()
  let session: LoaderSession | null = null

  const stopped = (): LoaderSession => {
    if (session === null) throw notStopped(board)
    return session
  }
  const run = async (text: string, timeoutMs: Millis, signal: AbortSignal): Promise<CommandResult> => {
    const outcome = await perform(stopped(), text, timeoutMs, signal)
    if (outcome.kind === 'gone') throw kernelCame(stopped(), text)
    return { status: outcome.status, output: outcome.output }
  }
  const forget = (): void => {
    session?.stop()
    session = null
  }
  const letGo = (): void => {
    forget()
    talk.close()
  }

  return {
    interrupt: (signal, withinMs = options.interruptTimeoutMs) =>
      inTurn(async () => {
        forget()
        const started = deps.clock.mono()
        deps.recorder.expectReset(true)
        talk.open()
        const met = await interruptBoot(talk, options, { ...deps, loaderPace }, withinMs, signal)
        session = met.session
        return { interruptMs: deps.clock.mono() - started, version: met.version }
      }),
    command: (text, signal, timeoutMs = options.commandTimeoutMs) =>
      inTurn(() => run(text, timeoutMs, signal)),
    set: (name, value, signal) =>
      inTurn(async () => {
        checkVariable(name, value)
        await setVariable({
          session: stopped(),
          name,
          value,
          run: text => run(text, options.commandTimeoutMs, signal),
        })
      }),
    boot: (text, signal, timeoutMs = BOOT_MS) =>
      inTurn(async () => {
        const outcome = await perform(stopped(), text, timeoutMs, signal)
        if (outcome.kind === 'done') throw cameBack(stopped(), text, outcome)
        letGo()
      }),
    detach: () =>
      inTurn(async () => {
        try {
          if (session?.lost === null) await interruptWithin(talk, LEAVE_MS)
        } catch (error) {
          deps.log.warn({ board, error: messageOf(error) }, 'a boot loader was not left as it was found')
        } finally {
          letGo()
        }
      }),
    abandon: letGo,
  }
}

async function interruptWithin(talk: Talk, ms: Millis): Promise<void> {
  const ending = new AbortController()
  const late = new Error(`the console took no key for ${ms / 1000} s`)
  const timer = talk.clock.after(ms, () => ending.abort(late))
  try {
    await talk.press('interrupt', ending.signal)
  } finally {
    timer.cancel()
  }
}

// ---- variables ----------------------------------------------------------------------------------------------

type Setting = {
  session: LoaderSession
  name: string
  value: string
  run(text: string): Promise<CommandResult>
}

async function setVariable({ session, name, value, run }: Setting): Promise<void> {
  const done = await run(value === '' ? `setenv ${name}` : `setenv ${name} ${quoteForHush(value)}`)
  let read = done
  // Reading is safe to repeat: a line of somebody else's may have come between.
  for (let tries = 0; done.status === 0 && tries < MOST_READ; tries++) {
    read = await run(`printenv ${name}`)
    const isRight = value === '' ? read.status !== 0 : read.output === `${name}=${value}\n`
    if (isRight) return
  }
  throw loaderError(
    session,
    `${name} was set to ${JSON.stringify(value)} and reads ${JSON.stringify(read.output.trim())}`,
  )
}

function checkVariable(name: string, value: string): void {
  if (!NAME.test(name))
    throw new InputError(`${JSON.stringify(name)} is no name of a boot loader's variable`, {
      hint: 'Letters, digits and _ . : # - only.',
    })
  if (!TYPEABLE.test(value))
    throw new InputError(`the value of ${name} has characters that a boot loader cannot be typed`, {
      hint: 'Printable ASCII only.',
    })
}

// ---- what goes wrong ----------------------------------------------------------------------------------------

function cameBack(session: LoaderSession, text: string, { status, output }: CommandResult): HardwareError {
  const last = output.trim().split('\n').at(-1) ?? ''
  return loaderError(session, `${nameOf(text)} started no kernel: status ${status}, ${JSON.stringify(last)}`)
}

function notStopped(board: string): HardwareError {
  return new HardwareError(`the boot loader of ${board} was not stopped`, {
    hint: 'This is a fault of the product: a boot loader is stopped before it is used; please report it.',
    cause: 'boot',
    blame: 'lab',
  })
}

/** A key is shown in what was last heard, a stop string that is a password is not. */
function secretOf({ interrupt }: BootLoaderOptions): string | undefined {
  return interrupt.length > 3 ? interrupt : undefined
}

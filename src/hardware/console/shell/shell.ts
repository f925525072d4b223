import type { Clock, Millis } from '../../../clock.ts'
import { HardwareError, messageOf } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import type { FileWay, Recorder, Shell, ShellReport } from '../../types.ts'
import { runProgram } from '../program/program.ts'
import { createFileWays } from '../transfer/ways.ts'
import { createTurns } from '../turns.ts'
import { type Login, reachShell } from './attach.ts'
import { exchangeText } from './command.ts'
import { leave } from './leave.ts'
import { limitsOf } from './limits.ts'
import type { PaceMemory } from './pace.ts'
import type { Session } from './session.ts'
import { PRINTK, setUp } from './setup.ts'
import { createTalk } from './talk.ts'

export type ShellDeps = {
  recorder: Pick<Recorder, 'listen' | 'state' | 'connected' | 'where'>
  /** Through the gate: a late holder's write throws. */
  write(bytes: Uint8Array): Promise<void>
  clock: Clock
  log: Log
  login: Login
  limits: { loginTimeoutMs: Millis; commandTimeoutMs: Millis; interruptGraceMs?: Millis }
  board: string
  /** What was learned of this board's line before; for this shell alone if not given. */
  pace?: PaceMemory | undefined
  /** Beside the console, the fastest first; they are this shell's alone. */
  files?: readonly FileWay[]
  /** Where the kernel's console level is read and written. */
  printk?: string
}

const GRACE_MS = 2_000

/** A framed shell over a recorded console. It listens from the first attach on, until `detach`. */
export function createShell(deps: ShellDeps): Shell {
  const { limits } = deps
  const talk = createTalk({ ...deps, secret: deps.login.password })
  const inTurn = createTurns()
  const files = createFileWays(deps.files ?? [])
  let session: Session | null = null

  const attached = (): Session => {
    if (session === null) throw notAttached(deps.board)
    return session
  }

  return {
    attach: signal =>
      inTurn(async () => {
        session = null
        files.forget()
        const started = deps.clock.mono()
        await deps.recorder.connected(limits.loginTimeoutMs, signal)
        talk.open()
        const loggedIn = await reachShell(talk, deps.login, limits.loginTimeoutMs, signal)
        session = await setUp(talk, setupOptions(deps), signal)
        return reportOf(session, deps.clock.mono() - started, loggedIn)
      }),
    command: (text, signal, timeoutMs = limits.commandTimeoutMs) =>
      inTurn(async () => {
        const { status, output } = await exchangeText(attached(), '_b', text, timeoutMs, signal)
        return { status, output }
      }),
    send: (file, path, signal, onProgress) =>
      inTurn(() => files.send(attached(), file, path, signal, onProgress)),
    fetch: (wanted, signal, take) => inTurn(() => files.fetch(attached(), wanted, signal, take)),
    program(program, stop, signal, onStarted) {
      const options = { graceMs: limits.interruptGraceMs ?? GRACE_MS }
      return inTurn(() => runProgram(attached(), program, options, stop, signal, onStarted))
    },
    detach: () =>
      inTurn(async () => {
        const leaving = session
        session = null
        files.close()
        try {
          if (leaving !== null) await leave(leaving)
        } catch (error) {
          deps.log.warn(
            { board: deps.board, error: messageOf(error) },
            'a board was not left as it was found',
          )
        } finally {
          talk.close()
        }
      }),
    abandon() {
      session = null
      files.close()
      talk.close()
    },
  }
}

function setupOptions(deps: ShellDeps): { commandTimeoutMs: Millis; printk: string } {
  return { commandTimeoutMs: deps.limits.commandTimeoutMs, printk: deps.printk ?? PRINTK }
}

function reportOf(session: Session, attachMs: Millis, loggedIn: boolean): ShellReport {
  return { attachMs, loggedIn, kernel: session.kernel, limits: limitsOf(session) }
}

function notAttached(board: string): HardwareError {
  return new HardwareError(`the shell of ${board} is not attached`, {
    hint: 'This is a fault of the product: a shell is attached before it is used; please report it.',
    cause: 'no prompt',
    blame: 'lab',
  })
}

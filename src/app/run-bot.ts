import { Readable } from 'node:stream'
import { type App, readBoardsFile, startApp } from '../app.ts'
import { systemClock } from '../clock.ts'
import { ConfigError, type LabError, messageOf } from '../errors.ts'
import { firstOf, isPerson, openFace, wholeOf } from './faces.ts'
import { greeting } from './greeting.ts'
import { runReplay, runTour } from './run-tour.ts'
import { type BotCommand, openSession, type Session } from './session.ts'
import { startSimulation } from './simulation.ts'

/** The bot with the terminal face, on the inventory (`start`) or on a simulated lab (`demo`). Resolves with the exit status. */
export async function runBot(command: BotCommand, argv: readonly string[], version: string): Promise<number> {
  const stack = new AsyncDisposableStack()
  try {
    const session = await openSession(command, argv, version, stack)
    const signals = hearSignals(session)
    stack.defer(signals.close)
    await bringUp(session, stack)
    const app = await startApp({ ...session, clock: systemClock, exit: endAtOnce })
    stack.defer(() => app.stop())
    signals.heed(app)
    return await serve(session, app, signals.stopped)
  } finally {
    await stack.disposeAsync()
    // A terminal that nobody reads any more would keep the process alive.
    process.stdin.destroy()
  }
}

/** The demo's lab; `start` refuses an inventory that describes no real one. */
async function bringUp(
  { command, environment, secrets, flags }: Session,
  stack: AsyncDisposableStack,
): Promise<void> {
  const inventory = await readBoardsFile(environment, secrets)
  if (command === 'start') {
    if (inventory.simulated) throw simulated(environment.boardsFile)
    return
  }
  if (!inventory.simulated) throw notSimulated(environment.boardsFile)
  const lab = await startSimulation(inventory, environment.dataDir, flags.replay)
  stack.defer(() => lab.close())
}

async function serve(session: Session, app: App, stopped: AbortSignal): Promise<number> {
  const { command, flags } = session
  const input = command === 'start' ? wholeOf(process.stdin) : await firstOf(process.stdin, stopped)
  if (stopped.aborted) return 0
  const isTour = command === 'demo' && input === null
  if (isTour || (isPerson() && !flags.json)) process.stdout.write(await greeting(session, app))
  // The greeting waits for the chat platform.
  if (stopped.aborted) return 0
  if (isTour) return await (flags.replay === null ? runTour : runReplay)(session, app, stopped)
  const face = openFace(session, app, { input: input ?? Readable.from([]) })
  stopped.addEventListener('abort', () => face.close())
  return await face.run()
}

/** From before the bot is up until all of it is down: a signal in between never ends it in the middle of something. */
function hearSignals({ log, environment }: Session) {
  const stopper = new AbortController()
  let running: App | null = null
  const stop = (): void => stopper.abort(new Error('stopped by a signal'))
  const reload = (): void => {
    running?.reload().catch((error: unknown) => {
      const why = messageOf(error)
      process.stderr.write(`${why}\nNothing was changed; the lab goes on with the inventory it had.\n`)
      log.warn({ error: why }, `${environment.boardsFile} was not taken`)
    })
  }
  const handlers = { SIGTERM: stop, SIGINT: stop, SIGHUP: reload }
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler)
  return {
    stopped: stopper.signal,
    heed(app: App) {
      running = app
    },
    close() {
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler)
    },
  }
}

/** What is on the disk is not known any more: going on could lose what was acknowledged. */
function endAtOnce(error: LabError): void {
  process.stderr.write(`${error.message}\n${error.hint}\n`)
  process.exit(2)
}

function notSimulated(file: string): ConfigError {
  return new ConfigError(
    [`${file} describes real boards: a demo wants one with "simulated: true" at its top.`],
    'For real boards: boardroom start',
  )
}

function simulated(file: string): ConfigError {
  return new ConfigError(
    [`${file} describes a simulated lab ("simulated: true"): there is nothing to start on.`],
    `Try it with: make demo. For your own lab take that line out of ${file} and put your boards' addresses in, then: boardroom check`,
  )
}

import { chatHealth, chatWord, openChat } from './app/chat.ts'
import { type OpenConsoles, openConsoles } from './app/consoles.ts'
import { callbacksOf, callersOf, openEndpoint, webRules } from './app/endpoint.ts'
import { handsOf, healthFacts, intervalsOf, uptimeFrom } from './app/facts.ts'
import { nowhere } from './app/home.ts'
import { afterSettled } from './app/settled-channel.ts'
import { openStorage, type StorageOptions } from './app/storage.ts'
import { type Clock, createSteadyClock, type Millis } from './clock.ts'
import { createDispatcher, type Dispatcher } from './commands/dispatch.ts'
import { commands } from './commands/registry.ts'
import { effectiveSettings, loadInventory, warningsOf } from './config/index.ts'
import type { DriverSchemas, Environment, HttpSettings, Inventory } from './config/types.ts'
import { messageOf, type StorageError } from './errors.ts'
import { createCallers } from './http/callers/callers.ts'
import { createLab } from './lab/index.ts'
import type { Lab } from './lab/lab.ts'
import type { Log, Secrets } from './log.ts'
import { createOutbox } from './mail/outbox.ts'
import type { Channel } from './mail/types.ts'
import { driverSchemas, openBoard } from './rig.ts'
import { createScheduler } from './scheduler/scheduler.ts'
import { createEmbeddedSite } from './sites/embedded.ts'
import { createMemoryLeaseStore } from './storage/index.ts'
import { createWeb } from './web/web.ts'
import { perform } from './work/index.ts'

export type AppOptions = {
  environment: Environment
  clock: Clock
  log: Log
  secrets: Secrets
  version: string
  /** The state on disk is not known any more: the process must end. */
  exit(error: StorageError): void
} & Pick<StorageOptions, 'disk'>

/** The whole bot, running: what faces (terminal, chat) are given. */
export type App = {
  readonly lab: Lab
  readonly dispatcher: Dispatcher
  readonly address: string
  /** How the chat platform took the bot, in a sentence, after a few seconds at most; null where there is none. */
  chatWord(): Promise<string | null>
  /** Whoever can reach people registers here; what is owed to them is delivered from then on. */
  addChannel(channel: Channel): void
  reload(): Promise<void>
  /** In the order of design 3: no new work, runs ended on their boards, stored, told, closed. Never throws. */
  stop(): Promise<void>
}

const STOP_HANDS_MS: Millis = 5_000
const FLUSH_MS: Millis = 5_000
const STOP_HTTP_MS: Millis = 5_000

/** The inventory as this process means it. Throws ConfigError with everything that is wrong. */
export async function readBoardsFile(environment: Environment, secrets: Secrets): Promise<Inventory> {
  const inventory = await loadInventory({
    file: environment.boardsFile,
    variables: environment.variables,
    drivers: driverSchemas as unknown as DriverSchemas,
  })
  for (const secret of [...inventory.secrets, ...literalSecrets(inventory)]) secrets.add(secret)
  return { ...inventory, settings: effectiveSettings(inventory.settings, environment) }
}

/** Passwords that were written into the file itself are scrubbed like those of the environment. */
function literalSecrets({ boards }: Inventory): readonly string[] {
  const consoles = boards.flatMap(board => board.consoles.map(console => console.login.password ?? ''))
  const options = boards.flatMap(board => Object.entries(board.power?.options ?? {}))
  const power = options
    .filter(([name]) => /password|community|secret/i.test(name))
    .map(([, value]) => String(value))
  return [...consoles, ...power].filter(value => value !== 'public' && value !== 'private')
}

/**
 * Builds every part, hands each what it needs, and starts them in order. Throws ConfigError, StorageError or LabError
 * (port in use); then nothing is left running.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { environment, log } = options
  // One for all parts: what one stores another compares with now.
  const clock = createSteadyClock(options.clock)
  const stack = new AsyncDisposableStack()
  try {
    const inventory = await readBoardsFile(environment, options.secrets)
    for (const warning of warningsOf(inventory)) log.warn({}, warning)
    const storage = await openStorage({ ...options, clock })
    stack.defer(storage.close)
    const site = createEmbeddedSite({
      id: 'embedded',
      open: board => openBoard(board, { dataDir: environment.dataDir, clock, log }),
      work: perform,
      clock,
      log,
    })
    stack.defer(() => site.close())

    const uptime = uptimeFrom(clock)
    let stopping = false
    let address = environment.publicUrl
    let consoles: OpenConsoles | null = null
    let opened: Lab | null = null
    const settings = (): HttpSettings => (opened?.inventory() ?? inventory).settings.http
    const callers = callersOf(environment, settings)
    const web = createWeb({ rules: () => webRules(settings()), log, clock })
    const lab = await createLab({
      ...storage,
      leaseStore: createMemoryLeaseStore({ clock }),
      siteOf: () => site,
      inventory,
      readInventory: () => readBoardsFile(environment, options.secrets),
      publicUrl: () => address,
      callerRoles: createCallers(callers, { clock }).roleOf,
      web,
      checkCallback: url => web.check(url, 'callback'),
      consoleAddress: () => consoles?.address ?? null,
      clock,
      log,
    })
    opened = lab
    const dispatcher = createDispatcher({ commands, lab, log, clock })
    const { scrub } = options.secrets
    const chat = await openChat(environment, { dispatcher, lab, scrub, clock, log })
    stack.defer(() => chat?.close())
    const http = openEndpoint(environment, {
      ...{ lab, storage, dispatcher, chat, callers, clock, log, version: options.version },
      health: () => ({
        ...healthFacts(lab, storage, options.version, uptime()),
        ...chatHealth(chat),
        stopping,
      }),
    })
    const { port } = await http.start()
    stack.defer(() => http.stop(STOP_HTTP_MS))
    if (environment.port === 0) address = address.replace(/:0$/, `:${port}`)

    const channels = new Map<string, Channel>()
    const outbox = createOutbox({ ...lab.owed, channels, clock, log })
    stack.defer(async () => void (await outbox.flush(FLUSH_MS)))
    stack.defer(lab.subscribe('outbox', outbox.wake))
    stack.defer(() => lab.stop())
    await lab.start()

    const scheduler = createScheduler({ hands: handsOf(lab), intervals: intervalsOf(inventory), log })
    stack.defer(() => scheduler.stop(STOP_HANDS_MS))
    await scheduler.start()
    const retime = (): void => void scheduler.retime(intervalsOf(lab.inventory()))
    stack.defer(lab.subscribe('inventory', retime))
    consoles = await openConsoles(environment, address, { lab, clock, log })
    // The last to come is the first to go: nobody types at a board whose bot is being stopped.
    stack.defer(async () => await consoles?.close())
    const addChannel: App['addChannel'] = channel => {
      channels.set(
        channel.id,
        afterSettled(channel, () => storage.store.settled()),
      )
      outbox.wake()
    }
    const callbacks = callbacksOf(environment, { lab, web, clock, log })
    for (const channel of [...(chat?.channels ?? []), ...(callbacks === null ? [] : [callbacks]), nowhere])
      addChannel(channel)
    await chat?.start()
    http.resume()
    // Nobody is heard any more before all else is stopped; what is owed can still be told.
    stack.defer(async () => await chat?.deafen())
    const running = stack.move()
    const { chat: platform } = environment
    log.info(
      { address, consoles: consoles?.address, chat: platform, version: options.version },
      'the lab is open',
    )

    return {
      lab,
      dispatcher,
      get address() {
        return address
      },
      chatWord: async () => (chat === null ? null : await chatWord(chat, clock)),
      addChannel,
      async reload() {
        const changes = await lab.reload()
        log.info(changes, `${environment.boardsFile} was read again`)
      },
      async stop() {
        stopping = true
        await running
          .disposeAsync()
          .catch((error: unknown) => log.error({ error: messageOf(error) }, 'could not stop in order'))
      },
    }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

import { type App, startApp } from '../../src/app.ts'
import { openLocalFile } from '../../src/bot/terminal/files.ts'
import { drawTelling } from '../../src/cards/tellings.ts'
import { drawTopic, frameOf } from '../../src/cards/topics.ts'
import { type Clock, systemClock } from '../../src/clock.ts'
import type { Outcome } from '../../src/commands/dispatch.ts'
import { readEnvironment } from '../../src/config/index.ts'
import type { Ending, Lab } from '../../src/lab/lab.ts'
import type { Run } from '../../src/lab/types.ts'
import { createSecrets, type Log, type LogFields, silentLog } from '../../src/log.ts'
import type { Channel, OutboxItem } from '../../src/mail/types.ts'
import type { Disk } from '../../src/storage/disk.ts'
import { draw } from '../cards/draw.ts'

/** What somebody was told, in the words of the card. */
export type Told = Pick<OutboxItem, 'topic' | 'kind' | 'to'> & { text: string }
export type Typed = { who: string; line: string }
export type Logged = LogFields & { message: string }

/** The whole bot in this process, on the real clock, and whoever talks to it. */
export type Desk = {
  readonly app: App
  readonly lab: Lab
  readonly told: readonly Told[]
  /** Every line that was typed, in order. */
  readonly typed: readonly Typed[]
  /** What was logged as an error: faults of the product, mostly. */
  readonly errors: readonly Logged[]
  /** A line of somebody's, answered; `mei` types where nobody is named. */
  type(line: string, options?: { as?: string }): Promise<Outcome>
  /** A line that starts something: its id. Throws what was answered when it did not. */
  start(line: string, options?: { as?: string }): Promise<string>
  ended(topic: string, withinMs?: number): Promise<Ending>
  run(id: string): Promise<Run>
  /** Waits for the end of a test, and reads it. */
  finished(id: string, withinMs?: number): Promise<Run>
  /** A topic's card as a terminal shows it. */
  card(topic: string): Promise<string>
  /** The bot: up, away, and back on the same data. */
  open(): Promise<void>
  stop(): Promise<void>
}

export type DeskOptions = {
  file: string
  dataDir: string
  folder: string
  /** Of the bot, in place of a terminal's. */
  env?: Readonly<Record<string, string>>
  clock?: Clock
  /** Everything that is logged, of every level, as it is before it is scrubbed. */
  log?: Log
  disk?: Disk
}

const END_WITHIN_MS = 55_000

export function createDesk({ file, dataDir, folder, ...more }: DeskOptions): Desk {
  const { env = { CHAT: 'terminal' }, clock = systemClock, log = silentLog } = more
  const told: Told[] = []
  const typed: Typed[] = []
  const errors: Logged[] = []
  let app: App | null = null

  const here = (): App => found(app, 'the bot')
  const channel = (id: string): Channel => ({
    id,
    async deliver({ topic, kind, to }) {
      const view = app === null ? null : await drawTelling(topic, app.lab)
      if (view === null) return 'nobody'
      told.push({ topic, kind, to, text: view.summary })
      return 'delivered'
    },
  })
  const type: Desk['type'] = async (line, { as = 'mei' } = {}) => {
    typed.push({ who: as, line })
    return await here().dispatcher.line({
      line,
      person: { id: as, name: as, platform: 'terminal' },
      origin: { channel: 'terminal', place: 'terminal' },
      file: word => openLocalFile(word, folder),
    })
  }
  const ended: Desk['ended'] = async (topic, withinMs = END_WITHIN_MS) => {
    const { lab } = here()
    return await lab.ending(topic, AbortSignal.timeout(withinMs)).catch((error: unknown) => {
      throw new Error(`${topic} did not end: ${standing(lab)} ${JSON.stringify(errors)}`, { cause: error })
    })
  }
  const run: Desk['run'] = async id => found(await here().lab.run(id), id)

  return {
    get app() {
      return here()
    },
    get lab() {
      return here().lab
    },
    ...{ told, typed, errors, type, ended, run },
    async start(line, by) {
      const outcome = await type(line, by)
      if (outcome.kind === 'done' && outcome.started !== null) return outcome.started.split('/')[1] ?? ''
      throw new Error(`"${line}" started nothing: ${wordsOf(outcome)}`)
    },
    async finished(id, withinMs) {
      await ended(`run/${id}`, withinMs)
      return await run(id)
    },
    async card(topic) {
      const { lab } = here()
      return draw(found(await drawTopic(topic, lab), `card of ${topic}`), null, frameOf(lab)).join('\n')
    },
    async open() {
      app = await startApp({
        environment: readEnvironment({ ...env, BOARDS_FILE: file, DATA_DIR: dataDir, PORT: '0' }),
        clock,
        log: errorLog(errors, log),
        secrets: createSecrets(),
        version: '0.0.0',
        exit: error => errors.push({ message: error.message, exit: true }),
        ...(more.disk === undefined ? {} : { disk: more.disk }),
      })
      for (const id of env['CHAT'] === 'terminal' ? ['terminal', 'home'] : ['terminal'])
        app.addChannel(channel(id))
    },
    async stop() {
      const running = app
      await running?.stop()
      app = null
    },
  }
}

/** What somebody sees of an answer: the card in one text. */
export function wordsOf(outcome: Outcome): string {
  return outcome.view.summary
}

export function found<T>(value: T | null | undefined, name: string): T {
  if (value === null || value === undefined) throw new Error(`there is no ${name}`)
  return value
}

function errorLog(errors: Logged[], log: Log): Log {
  const error: Log['error'] = (fields, message) => {
    errors.push({ ...fields, message })
    log.error(fields, message)
  }
  return { ...log, error }
}

/** Where everything stands, for the message of a failing test. */
function standing(lab: Lab): string {
  const runs = Object.values(lab.state().runs).map(({ id, state, attempts, result }) => ({
    ...{ id, state, at: lab.progress(id) },
    ...{ attempts: attempts.map(each => `${each.board}: ${each.message}`), result: result?.message },
  }))
  const boards = lab
    .boards()
    .map(board => `${board.config.id} ${board.status} ${board.heldBy} ${board.reason}`)
  return JSON.stringify({ runs, boards })
}

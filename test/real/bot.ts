import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, startApp } from '../../src/app.ts'
import { openLocalFile } from '../../src/bot/terminal/files.ts'
import { drawTelling } from '../../src/cards/tellings.ts'
import { systemClock } from '../../src/clock.ts'
import type { Outcome } from '../../src/commands/dispatch.ts'
import { readEnvironment } from '../../src/config/index.ts'
import type { Lab } from '../../src/lab/lab.ts'
import type { PowerEvent, Run } from '../../src/lab/types.ts'
import { createLog, createSecrets } from '../../src/log.ts'
import type { Channel } from '../../src/mail/types.ts'

/** The whole bot in this process, on real peers, and a person at it. */
export type Bot = {
  lab(): Lab
  /** What people were told of what ended, a sentence each. */
  readonly told: readonly string[]
  /** Types a command line as `as` (mei); files are looked up in `files`. */
  type(line: string, as?: string): Promise<Outcome>
  /** Types a line that submits a test; the test as it was taken. Fails with the refusal. */
  submit(line: string): Promise<Run>
  /** The test when it has ended and was told. */
  ended(id: string, withinMs?: number): Promise<Run>
  run(line: string, withinMs?: number): Promise<Run>
  /** Types a power command and waits for its end. */
  power(line: string, withinMs?: number): Promise<PowerEvent>
  /** A file of the test as people get it, over HTTP. */
  file(run: Run, name: string): Promise<string>
  /** Stops the bot, does `work` while nobody is at the consoles, and starts it again on what it stored. */
  without<T>(work: () => Promise<T>): Promise<T>
  /** Stops it and removes all it stored. Never throws. */
  close(): Promise<void>
}

export type BotOptions = {
  /** What stands in boards.yaml. */
  inventory: object
  /** Where words for files lead. */
  files: string
  variables?: Readonly<Record<string, string>>
}

const TEST_MS = 120_000

export async function startBot({ inventory, files, variables = {} }: BotOptions): Promise<Bot> {
  const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  const told: string[] = []
  // JSON is YAML.
  await writeFile(join(dir, 'boards.yaml'), JSON.stringify(inventory))
  let app = await start(dir, variables, told).catch(async error => {
    await rm(dir, { recursive: true, force: true })
    throw error
  })

  async function type(line: string, as = 'mei'): Promise<Outcome> {
    const person = { id: as, name: as, platform: 'terminal' }
    const origin = { channel: 'terminal', place: 'terminal' }
    return await app.dispatcher.line({ line, person, origin, file: word => openLocalFile(word, files) })
  }

  async function started(line: string): Promise<{ id: string; topic: string }> {
    const outcome = await type(line)
    if (outcome.kind !== 'done' || outcome.started === null)
      throw new Error(`${line} started nothing: ${outcome.view.summary}`)
    return { id: outcome.started.split('/')[1] ?? '', topic: outcome.started }
  }

  async function submit(line: string): Promise<Run> {
    return await find((await started(line)).id)
  }

  async function find(id: string): Promise<Run> {
    const run = await app.lab.run(id)
    if (run === null) throw new Error(`there is no test ${id}`)
    return run
  }

  async function ended(id: string, withinMs = TEST_MS): Promise<Run> {
    await app.lab.ending(`run/${id}`, AbortSignal.timeout(withinMs))
    return await find(id)
  }

  return {
    lab: () => app.lab,
    told,
    type,
    submit,
    ended,
    run: async (line, withinMs) => await ended((await submit(line)).id, withinMs),
    async power(line, withinMs = TEST_MS) {
      const { id, topic } = await started(line)
      await app.lab.ending(topic, AbortSignal.timeout(withinMs))
      const event = await app.lab.powerEvent(id)
      if (event === null) throw new Error(`there is no power event ${id}`)
      return event
    },
    async file(run, name) {
      const answer = await fetch(app.lab.link(run.id, name), { signal: AbortSignal.timeout(10_000) })
      if (!answer.ok) throw new Error(`${name} of ${run.id}: ${answer.status} ${await answer.text()}`)
      return await answer.text()
    },
    async without(work) {
      await app.stop()
      try {
        return await work()
      } finally {
        app = await start(dir, variables, told)
      }
    },
    async close() {
      await app.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function start(dir: string, variables: Readonly<Record<string, string>>, told: string[]): Promise<App> {
  const environment = readEnvironment({
    ...variables,
    CHAT: 'terminal',
    PORT: '0',
    DATA_DIR: join(dir, 'data'),
    BOARDS_FILE: join(dir, 'boards.yaml'),
  })
  const secrets = createSecrets()
  const log = createLog('error', secrets)
  const exit = (error: Error): void => {
    throw error
  }
  const app = await startApp({ environment, clock: systemClock, log, secrets, version: 'test', exit })
  for (const id of ['terminal', 'home']) app.addChannel(listener(id, app, told))
  return app
}

function listener(id: string, app: App, told: string[]): Channel {
  return {
    id,
    async deliver(item) {
      const view = await drawTelling(item.topic, app.lab)
      if (view !== null) told.push(view.summary)
      return view === null ? 'nobody' : 'delivered'
    },
  }
}

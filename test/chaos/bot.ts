/**
 * The whole bot as a process to be killed, on the environment it is given: `node bot.ts [TRAP]`. Lines of JSON come in
 * on standard input and are carried out as they come; each answer is written out in the same tick.
 */
import { createWriteStream, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startApp } from '../../src/app.ts'
import { openLocalFile } from '../../src/bot/terminal/files.ts'
import { systemClock } from '../../src/clock.ts'
import { readEnvironment } from '../../src/config/index.ts'
import type { Run } from '../../src/lab/types.ts'
import { createLog, createSecrets } from '../../src/log.ts'
import type { Channel } from '../../src/mail/types.ts'
import { createDeadlyDisk } from './deadly-disk.ts'
import type { FromBot, Seen, ToBot, Trap, When } from './words.ts'

const { disk, set } = createDeadlyDisk()
const [trap] = process.argv.slice(2)
if (trap !== undefined) set(JSON.parse(trap) as Trap)

const environment = readEnvironment(process.env)
const folder = join(environment.dataDir, '..')
const secrets = createSecrets()
const logFile = createWriteStream(join(folder, 'bot.log'), { flags: 'a' })
const app = await startApp({
  environment,
  clock: systemClock,
  log: createLog('info', secrets, line => logFile.write(line)),
  secrets,
  version: 'chaos',
  disk,
  exit(error) {
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  },
})
for (const id of ['chaos', 'home']) app.addChannel(channel(id))
say({ say: 'ready' })

function say(answer: FromBot): void {
  writeSync(1, `${JSON.stringify(answer)}\n`)
}

function channel(id: string): Channel {
  return {
    id,
    async deliver({ topic, kind }) {
      const [what, name = ''] = topic.split('/')
      const run = what === 'run' ? await app.lab.run(name) : null
      say({ say: 'told', topic, kind, state: run?.state ?? null })
      return 'delivered'
    },
  }
}

async function typed(n: number, as: string, line: string): Promise<void> {
  const outcome = await app.dispatcher.line({
    line,
    person: { id: as, name: as, platform: 'chaos' },
    origin: { channel: 'chaos', place: 'chaos' },
    file: word => openLocalFile(word, folder),
  })
  const done = outcome.kind === 'done'
  const started = done ? outcome.started : null
  const fault = done ? null : `${outcome.fault.code}: ${outcome.fault.message}`
  say({ say: 'reply', n, started, fault, result: done ? outcome.result : null })
}

async function look(ids: readonly string[]): Promise<Seen> {
  const runs = await Promise.all(ids.map(async id => [id, await app.lab.run(id)] as const))
  const boards = app.lab.boards().map(({ config: { id }, status, usable, reason, heldBy }) => ({
    id,
    status,
    usable,
    why: reason,
    heldBy,
  }))
  return { live: app.lab.state(), runs: Object.fromEntries(runs), boards }
}

function isReached(when: When): boolean {
  const { runs, leases, outbox } = app.lab.state()
  if (when === 'now') return true
  if (Object.keys(outbox).length > 0) return false
  const live = Object.values(runs)
  const held = Object.values(leases)
  return when === 'at the end'
    ? live.length === 0 && held.length === 0
    : live.every(waitsForPeople) && held.every(lease => lease.state !== 'checking')
}

function waitsForPeople({ state, board, family }: Run): boolean {
  const fitting = app.lab
    .boards()
    .filter(({ config }) => (board === null ? config.family === family : config.id === board))
  return state === 'queued' && fitting.every(({ lease }) => lease?.holder.kind === 'person')
}

function reached(when: When): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const check = (): void => {
    if (isReached(when)) resolve()
  }
  const stop = app.lab.subscribe('*', check)
  check()
  return promise.finally(stop)
}

async function answerLook({ n, runs, when }: Extract<ToBot, { say: 'look' }>): Promise<void> {
  await reached(when)
  say({ say: 'seen', n, seen: await look(runs) })
}

async function obey(command: ToBot): Promise<void> {
  if (command.say === 'line') await typed(command.n, command.as, command.line)
  else if (command.say === 'look') await answerLook(command)
  else if (command.say === 'trap') set(command.trap)
  else {
    input.close()
    await app.stop()
    process.exit(0)
  }
}

const input = createInterface({ input: process.stdin })
input.on('line', line => {
  obey(JSON.parse(line) as ToBot).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(3)
  })
})
// Whoever started it is gone.
process.stdin.once('end', () => process.exit(4))

/** The whole bot on the environment it is given, with a stop-watch: says when things happened, told lines of JSON. */
import { createInterface } from 'node:readline'
import { startApp } from '../../../src/app.ts'
import { systemClock } from '../../../src/clock.ts'
import { readEnvironment } from '../../../src/config/index.ts'
import { silentLog } from '../../../src/log.ts'

export type BotSaid =
  | { say: 'ready'; address: string }
  | { say: 'answered'; line: string; started: string | null; fault: string | null; from: number; to: number }
  | { say: 'run'; id: string; state: string; at: number }
  /** CPU milliseconds of the whole process so far, and what it has in memory. */
  | { say: 'usage'; n: number; cpuMs: number; rssBytes: number; connected: number; checked: number }
export type BotTold = { line: string } | { usage: number }

const ADA = { id: 'ada', name: 'ada', platform: 'bench' }

const app = await startApp({
  environment: readEnvironment(process.env),
  clock: systemClock,
  log: silentLog,
  secrets: { add: () => {}, scrub: text => text },
  version: 'bench',
  exit: error => {
    throw error
  },
})
for (const id of ['bench', 'home']) app.addChannel({ id, deliver: async () => 'delivered' })
app.lab.subscribe('*', ({ topic }) => {
  const [kind, id = ''] = topic.split('/')
  const run = kind === 'run' ? app.lab.state().runs[id] : undefined
  if (run === undefined || known.get(id) === run.state) return
  known.set(id, run.state)
  say({ say: 'run', id, state: run.state, at: now() })
})
const known = new Map<string, string>()
say({ say: 'ready', address: app.address })

function now(): number {
  return performance.timeOrigin + performance.now()
}

function say(said: BotSaid): void {
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

async function typed(line: string): Promise<void> {
  const from = now()
  const outcome = await app.dispatcher.line({
    line,
    person: ADA,
    origin: { channel: 'bench', place: 'bench' },
    file: async () => null,
  })
  const to = now()
  const isDone = outcome.kind === 'done'
  const fault = isDone ? null : outcome.fault.message
  say({ say: 'answered', line, started: isDone ? outcome.started : null, fault, from, to })
}

function usage(n: number): void {
  const { user, system } = process.cpuUsage()
  const boards = app.lab.boards()
  const connected = boards.filter(board => board.connected === true).length
  const checked = boards.filter(board => board.state.lastCheckAt !== null).length
  const cpuMs = (user + system) / 1000
  say({ say: 'usage', n, cpuMs, rssBytes: process.memoryUsage.rss(), connected, checked })
}

const input = createInterface({ input: process.stdin })
input.on('line', text => {
  const told = JSON.parse(text) as BotTold
  if ('line' in told) void typed(told.line)
  else usage(told.usage)
})
input.once('close', () => {
  app.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  )
})

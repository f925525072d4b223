import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { until } from '../until.ts'
import type { FromBot, Seen, ToBot, Trap, When } from './words.ts'

type Reply = Extract<FromBot, { say: 'reply' }>

/** One life of the bot. */
export type Victim = {
  /** Types a line; the reply comes to `onReply`, if it comes at all. */
  type(as: string, line: string): void
  /** Resolves when every line was answered, or none will be any more. */
  answered(): Promise<void>
  trap(trap: Trap): void
  /** Null when it died before it could say. */
  look(runs: readonly string[], when: When): Promise<Seen | null>
  kill(): void
  isDead(): boolean
  /** Its last words, all read. Throws when it ended in any other way than by being killed. */
  killed(): Promise<void>
  /** As SIGTERM would: in order. */
  stop(): Promise<void>
}

export type Ears = {
  onTyped(n: number, as: string, line: string): void
  onReply(reply: Reply, line: string): void
  onTold(topic: string, state: string | null): void
}

export type VictimOptions = { dir: string; boardsFile: string; ears: Ears; trap: Trap | null }

const BOT = fileURLToPath(new URL('bot.ts', import.meta.url))
const LOOK_MS = 25_000
const STOP_MS = 30_000
const START_MS = 30_000

let typed = 0

/** Resolves when the bot is up, or dead already. */
export async function startVictim({ dir, boardsFile, ears, trap }: VictimOptions): Promise<Victim> {
  const child = spawn(process.execPath, [BOT, ...(trap === null ? [] : [JSON.stringify(trap)])], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { CHAT: 'terminal', PORT: '0', DATA_DIR: join(dir, 'data'), BOARDS_FILE: boardsFile },
  })
  const closed = once(child, 'close')
  const errors: Buffer[] = []
  child.stderr.on('data', (bytes: Buffer) => errors.push(bytes))
  // It dies while something is being typed at it.
  child.stdin.on('error', () => {})
  const lines = new Map<number, string>()
  const seen = new Map<number, Seen>()
  let ready = false

  const hear = (said: FromBot): void => {
    if (said.say === 'ready') ready = true
    else if (said.say === 'reply') {
      const line = lines.get(said.n) ?? ''
      lines.delete(said.n)
      ears.onReply(said, line)
    } else if (said.say === 'told') ears.onTold(said.topic, said.state)
    else seen.set(said.n, said.seen)
  }
  createInterface({ input: child.stdout }).on('line', line => hear(JSON.parse(line) as FromBot))
  const tell = (command: ToBot): void => void child.stdin.write(`${JSON.stringify(command)}\n`)
  const isDead = (): boolean => child.exitCode !== null || child.signalCode !== null
  const ended = async (): Promise<string> => {
    await closed
    return `${howItEnded(child)}\n${Buffer.concat(errors).toString()}`
  }

  await until(() => ready || isDead(), 'the bot is up', START_MS)
  return {
    type(as, line) {
      const n = ++typed
      lines.set(n, line)
      ears.onTyped(n, as, line)
      tell({ say: 'line', n, as, line })
    },
    async answered() {
      await until(() => lines.size === 0 || isDead(), 'every line is answered', LOOK_MS)
    },
    trap: next => tell({ say: 'trap', trap: next }),
    async look(runs, when) {
      const n = ++typed
      tell({ say: 'look', n, runs, when })
      await until(() => seen.has(n) || isDead(), `the bot is ${when}`, LOOK_MS)
      const found = seen.get(n)
      seen.delete(n)
      return found ?? null
    },
    kill: () => void child.kill('SIGKILL'),
    isDead,
    async killed() {
      const how = await ended()
      if (child.signalCode !== 'SIGKILL') throw new Error(`the bot ended by itself: ${how}`)
    },
    async stop() {
      tell({ say: 'stop' })
      await until(isDead, 'the bot has stopped', STOP_MS)
      const how = await ended()
      if (child.exitCode !== 0) throw new Error(`the bot did not stop in order: ${how}`)
    },
  }
}

function howItEnded(child: ChildProcess): string {
  return child.signalCode ?? `status ${child.exitCode}`
}

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { until } from '../until.ts'

const BOARDROOM = fileURLToPath(new URL('../../bin/boardroom', import.meta.url))
const DEADLINE_MS = 50_000

export type BotEnd = { code: number | null; stdout: string; stderr: string }

/** `bin/boardroom` as a process of its own, as a person starts it. */
export type Bot = {
  readonly pid: number
  type(line: string): void
  signal(name: NodeJS.Signals): void
  /** Waits until its output (both streams) has this text; returns all of it. */
  saw(text: string): Promise<string>
  /** Waits for its end with its input open. */
  gone(): Promise<BotEnd>
  /** Closes its input, and waits for its end. */
  ended(): Promise<BotEnd>
  /** Ends it if it still runs. */
  close(): Promise<void>
}

export type BotOptions = {
  args: readonly string[]
  cwd: string
  env: Readonly<Record<string, string>>
  uid?: number
}

export function startBot({ args, cwd, env, uid }: BotOptions): Bot {
  const own = { PATH: process.env['PATH'] ?? '', HOME: cwd, TMPDIR: cwd, NO_COLOR: '1', ...env }
  const child: ChildProcessWithoutNullStreams = spawn(BOARDROOM, args, {
    cwd,
    env: own,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  // A child that is gone does not read what is typed to it; its end says why.
  child.stdin.on('error', () => {})
  const closed = once(child, 'close')
  const late = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS)
  const gone = async (): Promise<BotEnd> => {
    await closed
    clearTimeout(late)
    return { code: child.exitCode, stdout, stderr }
  }
  const said = (): string => stdout + stderr
  return {
    pid: child.pid ?? -1,
    type: line => void child.stdin.write(`${line}\n`),
    signal: name => void child.kill(name),
    async saw(text) {
      await until(() => said().includes(text) || child.exitCode !== null, `"${text}"`, DEADLINE_MS)
      if (!said().includes(text)) throw new Error(`it ended and never said "${text}":\n${said()}`)
      return said()
    },
    gone,
    ended: () => {
      child.stdin.end()
      return gone()
    },
    async close() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await gone()
    },
  }
}

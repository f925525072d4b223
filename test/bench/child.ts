import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { until } from '../until.ts'

/**
 * What is measured is a process of its own, run by Node as it is: the test runner's own work and its transformed
 * modules are in no figure. It says lines of JSON and is told lines of JSON.
 */
export type Child<Said> = {
  pid: number
  tell(command: unknown): void
  /** Waits for a line of which `pick` makes something, among all that were said so far and will be. */
  hear<T>(pick: (said: Said) => T | null, what: string): Promise<T>
  /** Tells it to end, and waits for it. */
  end(): Promise<void>
}

const HEAR_MS = 90_000
const END_MS = 60_000

export function startChild<Said>(
  name: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Child<Said> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'children', `${name}.ts`), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], ...env },
  })
  const closed = once(child, 'close')
  const said: Said[] = []
  createInterface({ input: child.stdout }).on('line', line => said.push(JSON.parse(line) as Said))
  child.stdin.on('error', () => {})
  return {
    pid: child.pid ?? 0,
    tell: command => void child.stdin.write(`${JSON.stringify(command)}\n`),
    async hear(pick, what) {
      let at = 0
      return await until(
        () => {
          for (; at < said.length; at++) {
            const found = pick(said[at] as Said)
            if (found !== null) return found as NonNullable<typeof found>
          }
          if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode} before: ${what}`)
          return null
        },
        what,
        HEAR_MS,
      )
    },
    async end() {
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS)
      await closed
      clearTimeout(timer)
    },
  }
}

/** Runs it to its end and returns the one line that it says. */
export async function measured<T>(name: string, args: readonly string[] = []): Promise<T> {
  const child = startChild<T>(name, args)
  try {
    return await child.hear(said => said, `the figures of ${name}`)
  } finally {
    await child.end()
  }
}

/** The child's side of leaks.ts: what a script calls that is started by `watchServer`. */

import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import type { Held } from './leaks.ts'

/** Turns of the loop in which what was closed comes to its end. */
const TURNS = 20
/** Rounds of collecting: what is finalized in one is free in the next. */
const COLLECTIONS = 4

export type ServedChild = {
  port: number
  /** Resolves when no request is under way and idle connections are closed; what is open then is left behind. */
  quiet(): Promise<void>
  close(): Promise<void>
  /** What else there may not be more of, counted by name. */
  also?(): Readonly<Record<string, number>>
}

/** Tells the test the port, and what is held whenever it asks; ends with it. Needs --expose-gc. */
export function serveWatched({ port, quiet, close, also = () => ({}) }: ServedChild): void {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('start it with --expose-gc')
  const lines = createInterface({ input: process.stdin })
  lines.on('line', line => {
    const { n } = JSON.parse(line) as { n: number }
    answer(n).catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    })
  })
  lines.once('close', () => {
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  })
  say({ port })

  async function answer(n: number): Promise<void> {
    await quiet()
    for (let turn = 0; turn < TURNS; turn++) await setImmediate()
    for (let n = 0; n < COLLECTIONS; n++) {
      gc?.()
      await setImmediate()
    }
    const { heapUsed, external } = process.memoryUsage()
    say({ n, held: { heap: heapUsed, external, handles: { ...handles(), ...also() } } satisfies Held })
  }
}

function handles(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const type of process.getActiveResourcesInfo()) {
    // Of this very turn of the loop.
    if (type === 'Immediate') continue
    counts[type] = (counts[type] ?? 0) + 1
  }
  return { ...counts, fd: readdirSync('/proc/self/fd').length }
}

function say(said: unknown): void {
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

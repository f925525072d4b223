import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/**
 * Whether requests leave anything behind: a child process serves, the test makes requests, and the child says what it
 * has after each round, once it is quiet and its garbage is collected. Pages of the allocator that are kept for later
 * are no leak, so heap and buffers are looked at, not resident memory.
 */
export type Held = {
  /** Of JavaScript after a collection, in bytes. */
  heap: number
  /** Of buffers and the like. */
  external: number
  /** What keeps the event loop alive, by kind, the way to the test left out; and open descriptors as `fd`. */
  handles: Readonly<Record<string, number>>
}

export type Watched = {
  port: number
  /** What it holds now that it is quiet. */
  held(): Promise<Held>
  /** What it wrote to its stderr, the last of it. */
  errors(): string
  /** Ends it, and waits for it. */
  close(): Promise<void>
}

/** A line of JSON from the child; `ServedChild` in serve-watched.ts says them. */
type Said = { port: number } | { n: number; held: Held }

const START_MS = 60_000
const KEPT = 16 * 1024

/** Starts `script`, which calls `serveWatched` (serve-watched.ts) with its server. */
export async function watchServer(script: string, args: readonly string[] = []): Promise<Watched> {
  const child = spawn(process.execPath, ['--expose-gc', script, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-KEPT)
  })
  child.stdin.on('error', () => {})
  const closed = once(child, 'close')
  const waiting = new Map<number, (held: Held) => void>()
  const failed = Promise.withResolvers<never>()
  const started = Promise.withResolvers<number>()
  failed.promise.catch(() => {})
  closed.then(
    () => failed.reject(new Error(`${script} ended:\n${stderr}`)),
    error => failed.reject(error),
  )
  createInterface({ input: child.stdout }).on('line', line => {
    const said = JSON.parse(line) as Said
    if ('port' in said) started.resolve(said.port)
    else waiting.get(said.n)?.(said.held)
  })
  const timer = setTimeout(() => failed.reject(new Error(`${script} did not start:\n${stderr}`)), START_MS)
  let asked = 0

  async function close(): Promise<void> {
    child.stdin.end()
    await closed
  }

  try {
    const port = await Promise.race([started.promise, failed.promise])
    return {
      port,
      async held() {
        const n = ++asked
        const { promise, resolve } = Promise.withResolvers<Held>()
        waiting.set(n, resolve)
        child.stdin.write(`${JSON.stringify({ n })}\n`)
        return await Promise.race([promise, failed.promise])
      },
      errors: () => stderr,
      close,
    }
  } catch (error) {
    child.kill('SIGKILL')
    await closed
    throw error
  } finally {
    clearTimeout(timer)
  }
}

export type Band = {
  /** Rounds before what is held is taken as what it should be: caches fill, code is compiled. */
  warmUp?: number
  rounds?: number
  /** Heap and buffers may be this much more at the end than after the warm-up. */
  bytes?: number
}

/**
 * Makes `round` of requests again and again. Throws when handles are more than before, or when memory is over its band
 * at the end and rose in most of the rounds: what rises once and stays is a cache.
 */
export async function expectNoLeak(
  server: Pick<Watched, 'held'>,
  round: (n: number) => Promise<void>,
  { warmUp = 3, rounds = 6, bytes = 2 * 1024 * 1024 }: Band = {},
): Promise<readonly Held[]> {
  for (let n = 0; n < warmUp; n++) await round(n)
  const all = [await server.held()]
  for (let n = 0; n < rounds; n++) {
    await round(warmUp + n)
    all.push(await server.held())
  }
  const fault = leakIn(all, bytes)
  if (fault !== null) throw new Error(`${fault}:\n${all.map(held => JSON.stringify(held)).join('\n')}`)
  return all
}

/** What is wrong with what was held from round to round, in a sentence; null when nothing is. Pure. */
export function leakIn(all: readonly Held[], bytes: number): string | null {
  const [first, last] = [all[0], all.at(-1)]
  if (first === undefined || last === undefined || all.length < 2) return null
  for (const [type, count] of Object.entries(last.handles)) {
    const before = first.handles[type] ?? 0
    if (count > before) return `${count} of ${type} are open, ${before} were before`
  }
  for (const kind of ['heap', 'external'] as const) {
    const grown = last[kind] - first[kind]
    const rises = all.slice(1).filter((held, at) => held[kind] > (all[at]?.[kind] ?? 0)).length
    if (grown > bytes && rises * 2 > all.length - 1)
      return `${kind} grew by ${grown} bytes, in ${rises} of ${all.length - 1} rounds`
  }
  return null
}

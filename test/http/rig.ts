import { createHash } from 'node:crypto'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createHttp } from '../../src/http/http.ts'
import type { HealthFacts, HttpOptions, RunFile, RunFiles } from '../../src/http/types.ts'
import type { Run } from '../../src/lab/types.ts'
import { type LogFields, silentLog } from '../../src/log.ts'

/** The run that the links of these tests are about. */
export function aRun(part: Partial<Run> = {}): Run {
  const mei = { id: 'U1', name: 'mei', platform: 'terminal' }
  return {
    id: 'T12',
    rev: 7,
    family: 'socA',
    board: null,
    program: { kind: 'binary', name: 'hello', size: 5, sha256: '0'.repeat(64) },
    args: [],
    env: {},
    priority: 2,
    timeoutMs: 60_000,
    submitter: mei,
    origin: { channel: 'terminal', place: 'terminal' },
    flowRunId: null,
    state: 'passed',
    arrivedAt: Date.UTC(2026, 10, 20, 9, 12),
    times: {},
    attempts: [],
    avoid: [],
    cancelledBy: null,
    result: null,
    ...part,
  }
}

export const WELL: HealthFacts = {
  version: '0.1.0',
  uptimeMs: 12_345.6,
  stopping: false,
  storage: { full: false },
  queue: { waiting: 3, running: 1, limit: 50 },
  boards: { usable: 2, total: 4 },
}

export type Rig = {
  options: HttpOptions
  files: Shelf
  /** Messages and fields of what was logged as a warning or worse. */
  lines: string[]
  port: number
  http: ReturnType<typeof createHttp>
}

export type Shelf = RunFiles & {
  put(run: string, name: string, content: string | Buffer, more?: Partial<RunFile>): Promise<void>
  grow(run: string, name: string, more: string): Promise<void>
  remove(run: string, at: number, reason: string): void
  /** Files held and not yet released. */
  readonly held: number
  readonly holds: number
  dir: string
}

/** Real files in a folder, listed by hand. */
export async function createShelf(): Promise<Shelf> {
  const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const runs = new Map<string, Map<string, RunFile>>()
  const gone = new Map<string, { at: number; reason: string }>()
  const path = (run: string, name: string): string => join(dir, `${run}-${name}`)
  let held = 0
  let holds = 0
  return {
    dir,
    async put(run, name, content, more = {}) {
      await writeFile(path(run, name), content)
      const files = runs.get(run) ?? new Map<string, RunFile>()
      const sha256 = createHash('sha256').update(content).digest('hex')
      const storedAt = Date.UTC(2026, 10, 20, 9, 13)
      files.set(name, {
        name,
        size: Buffer.byteLength(content),
        sha256,
        type: 'text/plain',
        storedAt,
        ...more,
      })
      runs.set(run, files)
    },
    async grow(run, name, more) {
      await appendFile(path(run, name), more)
      const file = runs.get(run)?.get(name)
      if (file !== undefined) runs.get(run)?.set(name, { ...file, size: file.size + Buffer.byteLength(more) })
    },
    remove(run, at, reason) {
      runs.delete(run)
      gone.set(run, { at, reason })
    },
    list: async run => [...(runs.get(run)?.values() ?? [])],
    async hold(run, name) {
      const file = runs.get(run)?.get(name)
      if (file === undefined) return null
      held++
      holds++
      const release = (): void => void held--
      return { ...file, path: path(run, name), release }
    },
    gone: run => gone.get(run) ?? null,
    owners: async () => [],
    get held() {
      return held
    },
    get holds() {
      return holds
    },
  }
}

export async function startRig(part: Partial<HttpOptions> = {}): Promise<Rig> {
  const files = await createShelf()
  const lines: string[] = []
  const keep = (fields: LogFields, text: string): void => void lines.push(`${text} ${JSON.stringify(fields)}`)
  const options: HttpOptions = {
    host: '127.0.0.1',
    port: 0,
    files,
    lab: {
      run: async id => (id === 'T12' ? aRun() : null),
      runs: async () => [aRun({ id: 'T20' })],
      link: (id, file) =>
        `http://lab.test/artifacts/${id}${file === undefined ? '' : `/${encodeURIComponent(file)}`}`,
    },
    handlers: [],
    health: () => WELL,
    timeZone: () => 'UTC',
    log: { ...silentLog, warn: keep, error: keep },
    clock: systemClock,
    ...part,
  }
  const http = createHttp(options)
  const { port } = await http.start()
  onTestFinished(() => http.stop(0))
  return { options, files, lines, port, http }
}

export type Answer = { status: number; headers: IncomingMessage['headers']; text: string; body: Buffer }

/** A request as it is written: no client here tidies the path up. */
export async function get(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  const response = await open(port, path, headers, method)
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  return { status: response.statusCode ?? 0, headers: response.headers, text: body.toString(), body }
}

/** The answer with its body still to be read. */
export async function open(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request({ host: '127.0.0.1', port, path, headers, method, agent: false }, resolve).on('error', reject).end()
  return await promise
}

/** A bare connection, its bytes, and whether the other end has closed it. */
export async function dial(port: number): Promise<{ socket: Socket; seen(): string; closed(): boolean }> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let seen = ''
  let closed = false
  socket.on('data', bytes => {
    seen += bytes.toString('latin1')
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    closed = true
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.on('connect', () => resolve())
  await promise
  return { socket, seen: () => seen, closed: () => closed }
}

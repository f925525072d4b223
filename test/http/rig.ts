import { createHash } from 'node:crypto'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createDispatcher } from '../../src/commands/dispatch.ts'
import { commands } from '../../src/commands/registry.ts'
import { InputError } from '../../src/errors.ts'
import { createHttp } from '../../src/http/http.ts'
import type { HealthFacts, HttpOptions, RunFile, RunFiles, Uploads } from '../../src/http/types.ts'
import type { Lab } from '../../src/lab/lab.ts'
import type { Run } from '../../src/lab/types.ts'
import { type LogFields, silentLog } from '../../src/log.ts'
import { createInbox } from '../../src/mail/inbox.ts'
import { createLabPort, type LabPort } from '../commands/lab-port.ts'

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
  lab: LabPort
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
    owners: async () =>
      [...runs].map(([owner, kept]) => {
        const files = [...kept.values()]
        const bytes = files.reduce((sum, { size }) => sum + size, 0)
        return { owner, bytes, newest: Math.max(...files.map(({ storedAt }) => storedAt)) }
      }),
    get held() {
      return held
    },
    get holds() {
      return holds
    },
  }
}

/** Files that came in, in the shelf's folder. */
function createUploads(dir: string): Uploads {
  let count = 0
  const path = (key: string): string => join(dir, `staged-${key}`)
  return {
    async stage(name, content, limit) {
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of content) {
        chunks.push(chunk as Buffer)
        size += (chunk as Buffer).length
        if (size > limit)
          throw new InputError(`${name} is larger than ${limit} bytes.`, { hint: 'Send less.' })
      }
      const whole = Buffer.concat(chunks)
      const key = String(++count)
      await writeFile(path(key), whole)
      return { key, name, size, sha256: createHash('sha256').update(whole).digest('hex') }
    },
    path: staged => path(staged.key),
    drop: staged => rm(path(staged.key), { force: true }),
  }
}

/** `lab`: what differs from a lab by hand, or a whole one. */
export type RigOptions = Partial<Omit<HttpOptions, 'lab'>> & { lab?: Partial<Lab> }

export async function startRig(part: RigOptions = {}): Promise<Rig> {
  const files = await createShelf()
  const lines: string[] = []
  const keep = (fields: LogFields, text: string): void => void lines.push(`${text} ${JSON.stringify(fields)}`)
  const log = part.log ?? { ...silentLog, warn: keep, error: keep }
  const clock = part.clock ?? systemClock
  const lab = createLabPort({
    run: async id => (id === 'T12' ? aRun() : null),
    runs: async () => [aRun({ id: 'T20' })],
    link: (id, file) =>
      `http://lab.test/artifacts/${id}${file === undefined ? '' : `/${encodeURIComponent(file)}`}`,
    ...part.lab,
  })
  const options: HttpOptions = {
    host: '127.0.0.1',
    port: 0,
    files,
    dispatcher: createDispatcher({ commands, lab, log, clock }),
    inbox: createInbox({ ...lab.inbox, clock, log }),
    uploads: createUploads(files.dir),
    handlers: [],
    callers: {
      keys: [],
      trusted: [],
      keylessRole: () => 'user',
      pagesNeedKey: () => false,
      hosts: [],
    },
    home: {
      origin: request => ({ channel: 'home', place: 'home', ...(request === undefined ? {} : { request }) }),
      posted: () => {},
    },
    jenkinsSecret: null,
    health: () => WELL,
    timeZone: () => 'UTC',
    version: '0.1.0',
    log,
    clock,
    // A law asks some hundred times in a second.
    limits: { perMinute: 1_000_000, burst: 1_000_000 },
    ...part,
    lab,
  }
  const http = createHttp(options)
  const { port } = await http.start()
  onTestFinished(() => http.stop(0))
  return { options, lab, files, lines, port, http }
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

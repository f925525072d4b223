import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request as requestHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import Koa from 'koa'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import type { Uploads } from '../../../src/http/types.ts'
import { bodyProblem } from '../../../src/http/uploads/errors.ts'
import { createGate } from '../../../src/http/uploads/gate.ts'
import { type ReceiveDeps, type Received, receive } from '../../../src/http/uploads/receive.ts'
import { openArtifacts } from '../../../src/storage/artifacts.ts'
import type { Artifacts } from '../../../src/storage/types.ts'
import { testDeps } from '../../storage/toy.ts'

export const LIMITS = { bodyBytes: 10_000, fileBytes: 300_000 }

export type Desk = {
  port: number
  artifacts: Artifacts
  dir: string
  /** What lies in the staging folder. */
  staged(): Promise<string[]>
  /** Errors of bodies that were refused, newest last; others are in `broken`. */
  refused: string[]
  broken: unknown[]
  uploads: Uploads
}

type Options = {
  limits?: ReceiveDeps['limits']
  most?: number
  clock?: Clock
  /** What is done with a body before it is let go of. */
  use?(received: Received): Promise<void>
  uploads?(real: Uploads): Uploads
  dir?: string
}

/** A server that takes bodies into a real store, and answers with what it took: fields, and files by size and sum. */
export async function openDesk(options: Options = {}): Promise<Desk> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'boardroom-')))
  const artifacts = await openArtifacts({ ...testDeps(), dir })
  const real: Uploads = { stage: artifacts.stage, path: artifacts.path, drop: artifacts.drop }
  const uploads = options.uploads?.(real) ?? real
  const gate = createGate(options.most ?? 4)
  const clock = options.clock === undefined ? {} : { clock: options.clock }
  const deps = { uploads, limits: options.limits ?? LIMITS, gate, ...clock }
  const refused: string[] = []
  const broken: unknown[] = []
  const app = new Koa()
  app.on('error', () => {})
  app.use(async ctx => {
    try {
      const received = await receive(ctx, deps)
      try {
        await options.use?.(received)
        ctx.body = { fields: received.fields, files: await told(received) }
      } finally {
        await received.release()
      }
    } catch (error) {
      const problem = bodyProblem(error)
      if (problem === null) broken.push(error)
      else refused.push(problem.code)
      ctx.status = problem?.status ?? 500
      if (problem?.headers !== undefined) ctx.set({ ...problem.headers })
      ctx.body = { code: problem?.code, detail: problem?.detail, hint: problem?.hint }
    }
  })
  const answer = app.callback()
  const server = createServer((request, response) => void answer(request, response))
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await artifacts.close()
    await rm(dir, { recursive: true, force: true })
  })
  const { port } = server.address() as AddressInfo
  const staged = (): Promise<string[]> => readdir(join(dir, '.staging'))
  return { port, artifacts, dir, staged, refused, broken, uploads }
}

async function told({ files }: Received): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {}
  for (const [part, file] of files) {
    const sum = sha256(await buffer(file.open()))
    all[part] = { name: file.name, size: file.size, sum, isSame: sum === file.staged?.sha256 }
  }
  return all
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export type Answer = { status: number; headers: IncomingMessage['headers']; json: Record<string, unknown> }

/** Posts a body whole, or in the pieces it is given in. */
export async function post(
  port: number,
  headers: Record<string, string>,
  body: string | Uint8Array | readonly Uint8Array[],
  path = '/',
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const pieces = typeof body === 'string' || body instanceof Uint8Array ? [Buffer.from(body)] : body
  const length =
    typeof body === 'string' || body instanceof Uint8Array
      ? { 'Content-Length': String(Buffer.byteLength(body)) }
      : {}
  const sent = requestHttp(
    { host: '127.0.0.1', port, path, method: 'POST', agent: false, headers: { ...length, ...headers } },
    resolve,
  )
  // An answer may come before all is sent.
  sent.on('error', reject)
  for (const piece of pieces) sent.write(piece)
  sent.end()
  const response = await promise
  const text = (await buffer(response)).toString()
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    json: JSON.parse(text) as Record<string, unknown>,
  }
}

export const BOUNDARY = 'boundary-of-this-form'
export const FORM = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` }

export type FormPart = { name: string; value: string | Uint8Array; filename?: string; type?: string }

/** A form as programs write it (RFC 7578). */
export function formOf(parts: readonly FormPart[], end = `--${BOUNDARY}--\r\n`): Buffer {
  const pieces = parts.flatMap(({ name, value, filename, type }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`
    const kind = type === undefined ? '' : `\r\nContent-Type: ${type}`
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}${kind}\r\n\r\n`
    return [Buffer.from(head), Buffer.from(value), Buffer.from('\r\n')]
  })
  return Buffer.concat([...pieces, Buffer.from(end)])
}

/** Cut at `cuts`, so that it comes in several pieces. */
export function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...[...cuts].map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at
    .slice(1)
    .map((end, n) => bytes.subarray(at[n], end))
    .filter(piece => piece.length > 0)
}

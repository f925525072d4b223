import { createReadStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import type { Context } from 'koa'
import { type Clock, systemClock } from '../../clock.ts'
import type { IncomingFile } from '../../lab/lab.ts'
import type { HttpLimits, StagedFile, Uploads } from '../types.ts'
import { busy, unsupported } from './errors.ts'
import { feed, letPass } from './feed.ts'
import { readForm } from './form.ts'
import type { Gate } from './gate.ts'
import { collect, parseFields } from './json.ts'
import { nameOfBody } from './name.ts'

export type Received = {
  /** JSON's members, or a form's fields. */
  fields: Record<string, unknown>
  /** By the name of their part; that of a body which is a file and nothing else is `RAW`. */
  files: ReadonlyMap<string, IncomingFile>
  /** Takes away what nobody took over; to be called in any case. Safe to repeat, never throws. */
  release(): Promise<void>
}

export const RAW = 'binary'

export type ReceiveDeps = {
  uploads: Uploads
  limits: Pick<HttpLimits, 'bodyBytes' | 'fileBytes'>
  /** Of uploads at once; JSON does not pass it. */
  gate: Gate
  clock?: Clock
}

/**
 * Reads a body: JSON, a form, or a file as it is. Throws LabError (`bodyProblem` has its status); then nothing of it is
 * left on the disk, and the connection is fit for the answer.
 */
export async function receive(ctx: Context, deps: ReceiveDeps): Promise<Received> {
  const { req: request } = ctx
  if (!hasBody(request)) return received({}, new Map(), deps.uploads)
  try {
    return await read(ctx, deps, deps.clock ?? systemClock)
  } catch (error) {
    letPass(request, deps.clock ?? systemClock)
    throw error
  }
}

async function read(ctx: Context, { uploads, limits, gate }: ReceiveDeps, clock: Clock): Promise<Received> {
  const { req: request } = ctx
  checkEncoding(request)
  const type = typeOf(request)
  if (type === 'application/json') {
    const { target, bytes } = collect()
    await feed(request, target, limits.bodyBytes, clock)
    return received(parseFields(bytes()), new Map(), uploads)
  }
  if (type !== 'multipart/form-data' && type !== OCTETS && type !== '') throw notTaken(type)
  if (!gate.take()) throw busy()
  try {
    if (type === 'multipart/form-data') {
      const { fields, files } = await readForm(request, uploads, limits, clock)
      return received(fields, files, uploads)
    }
    const file = await readRaw(request, nameOfBody(ctx), uploads, limits.fileBytes, clock)
    return received({}, new Map([[RAW, file]]), uploads)
  } finally {
    gate.release()
  }
}

const OCTETS = 'application/octet-stream'

/** RFC 9112, 6.3: a request has a body when one of these says so. */
function hasBody({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined) return true
  return Number(headers['content-length'] ?? 0) > 0
}

function typeOf({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Nothing is unpacked here: some kilobytes can become terabytes. */
function checkEncoding({ headers }: IncomingMessage): void {
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (coding === 'identity' || coding === '') return
  throw unsupported(
    `A body in the encoding ${JSON.stringify(coding.slice(0, 80))} is not taken.`,
    'Send it as it is, without Content-Encoding.',
  )
}

function notTaken(type: string): Error {
  const isCurls = type === 'application/x-www-form-urlencoded'
  return unsupported(
    `A body of the type ${JSON.stringify(type.slice(0, 80))} is not taken.`,
    isCurls
      ? 'Send JSON (-H "Content-Type: application/json"), a form (curl -F), or a file (curl -X POST -T hello).'
      : `Send application/json, multipart/form-data, or a file as ${OCTETS}.`,
  )
}

async function readRaw(
  request: IncomingMessage,
  name: string,
  uploads: Uploads,
  limit: number,
  clock: Clock,
): Promise<StagedFile> {
  const content = new PassThrough()
  content.on('error', () => {})
  const staged = uploads.stage(name, content, limit)
  try {
    await feed(request, content, limit, clock, staged)
  } catch (error) {
    const left = await staged.catch(() => null)
    if (left !== null) await uploads.drop(left).catch(() => {})
    throw error
  }
  return await staged
}

function received(
  fields: Record<string, unknown>,
  files: ReadonlyMap<string, StagedFile>,
  uploads: Uploads,
): Received {
  const incoming = new Map<string, IncomingFile>()
  for (const [part, staged] of files) {
    const { name, size } = staged
    const open = (): Readable => {
      const content = createReadStream(uploads.path(staged))
      // Whoever reads it is told; one that nobody reads and that is dropped must not bring the process down.
      content.on('error', () => {})
      return content
    }
    incoming.set(part, { name, size, staged, open })
  }
  return {
    fields,
    files: incoming,
    async release() {
      for (const staged of files.values()) await uploads.drop(staged).catch(() => {})
    },
  }
}

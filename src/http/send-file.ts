import { lstat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { finished } from 'node:stream'
import type { Context } from 'koa'
import send from 'send'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { contentOf } from './content.ts'
import { answerProblem, notFound, type Problem } from './problem.ts'
import type { HeldFile } from './types.ts'

/** A page made of an artifact is nobody's page: no script, no origin, no request (CSP 3, sandbox). */
const SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"

/**
 * Sends a held file, or the range of it that was asked for; settles when the last byte went or the reader left.
 * `isDownload`: it is to be saved, even where it could be shown.
 */
export async function sendFile(
  ctx: Context,
  file: HeldFile,
  log: Log,
  { isDownload = false }: { isDownload?: boolean } = {},
): Promise<void> {
  // Whatever else lies there, nobody of us put it there: a link must not lead out of the store.
  if (!(await lstat(file.path)).isFile()) {
    log.warn({ file: file.name }, 'what is stored under this name is no file')
    answerProblem(ctx, notFound(`${file.name} is no file.`, 'Tell an admin: the store was changed by hand.'))
    return
  }
  const before = ctx.res.getHeaderNames()
  setHeaders(ctx, file, isDownload)
  if (file.size === 0) {
    // `send` would read a byte of a file that grew since, after it announced none.
    ctx.body = ''
    return
  }
  const refused = await transfer(ctx, file)
  if (refused === null) return
  if (ctx.res.headersSent) {
    // Too late for words: a cut connection is what tells the reader that bytes are missing.
    log.warn({ file: file.name, error: messageOf(refused) }, 'a file could not be read to its end')
    ctx.res.destroy()
    return
  }
  const range = ctx.res.getHeader('Content-Range')
  for (const name of ctx.res.getHeaderNames()) if (!before.includes(name)) ctx.remove(name)
  ctx.respond = true
  answerProblem(ctx, refusal(refused, file, range === undefined ? {} : { 'Content-Range': String(range) }))
}

function setHeaders(ctx: Context, file: HeldFile, isDownload: boolean): void {
  const { type, disposition } = contentOf(file.name, file.type)
  ctx.attachment(savedName(file.name), { type: isDownload ? 'attachment' : disposition })
  ctx.set('Content-Type', type)
  ctx.set('Content-Security-Policy', SANDBOX)
  // Asked again each time: a sum never changes its bytes, but retention takes the file away.
  if (file.sha256 === '') ctx.set('Cache-Control', 'no-store')
  else ctx.set({ ETag: `"${file.sha256}"`, 'Cache-Control': 'no-cache' })
}

/** As a reader's disk is told of it (RFC 6266): a name that reads backwards would hide what kind of file it is. */
function savedName(name: string): string {
  return name.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '_')
}

type Refused = Error & { status?: number }

/** Null when it was sent, or there is nobody left to send it to. */
function transfer(ctx: Context, file: HeldFile): Promise<Refused | null> {
  ctx.respond = false
  // Koa presets 404, and `send` leaves the status of a whole file as it finds it (stack.md 9).
  ctx.res.statusCode = 200
  const { promise, resolve } = Promise.withResolvers<Refused | null>()
  send(ctx.req, encodeURIComponent(basename(file.path)), {
    root: dirname(file.path),
    end: file.size - 1,
    dotfiles: 'allow',
    index: false,
    etag: false,
    lastModified: file.sha256 !== '',
    cacheControl: false,
  })
    .on('error', resolve)
    .on('directory', () => resolve(new Error('it is a directory')))
    .pipe(ctx.res)
  finished(ctx.res, () => resolve(null))
  return promise
}

function refusal(error: Refused, file: HeldFile, headers: Record<string, string>): Problem {
  const status = error.status ?? 500
  if (status === 416)
    return {
      status,
      code: 'range',
      detail: `${file.name} has ${file.size} bytes; the range asked for is not among them.`,
      hint: 'Ask for a range within the file, or for all of it.',
      headers,
    }
  if (status === 412)
    return { status, code: 'changed', detail: `${file.name} is not what you have.`, hint: 'Get it again.' }
  throw error
}

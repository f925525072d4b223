import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import busboy, { type Busboy } from 'busboy'
import type { Clock } from '../../clock.ts'
import { LabError } from '../../errors.ts'
import type { HttpLimits, StagedFile, Uploads } from '../types.ts'
import { malformed, tooLarge } from './errors.ts'
import { feed } from './feed.ts'

/** Of one form, or one object of JSON; nothing of ours needs a tenth of it. */
export const MOST_FIELDS = 200
const MOST_FILES = 8

export type Form = { fields: Record<string, unknown>; files: ReadonlyMap<string, StagedFile> }
type Limits = Pick<HttpLimits, 'bodyBytes' | 'fileBytes'>
type GiveUp = (error: Error) => void
type Part = { name: string; isNamed: boolean; staged: Promise<StagedFile> }

/**
 * Reads multipart/form-data (RFC 7578): fields into memory, files into the store, in whatever order they come. A field
 * that comes more than once is a list. Throws LabError; then nothing of it is left.
 */
export async function readForm(
  request: IncomingMessage,
  uploads: Uploads,
  limits: Limits,
  clock: Clock,
): Promise<Form> {
  const form = parserOf(request, limits)
  let why: Error | null = null
  const giveUp = (error: Error): void => {
    // What fails because it was given up is no reason of its own.
    if (form.destroyed) return
    why = error
    form.destroy(error)
  }
  const fields = takeFields(form, limits.bodyBytes, giveUp)
  const parts = takeFiles(form, uploads, limits.fileBytes, giveUp)
  form.on('filesLimit', () => giveUp(malformed(`There are more than ${MOST_FILES} files.`, FEWER)))
  form.on('fieldsLimit', () => giveUp(malformed(`There are more than ${MOST_FIELDS} fields.`, FEWER)))
  form.on('partsLimit', () => giveUp(malformed('There are too many parts.', FEWER)))
  try {
    await feed(request, form, limits.fileBytes + limits.bodyBytes, clock).catch((error: unknown) => {
      throw why ?? asOurs(error)
    })
    return { fields: Object.fromEntries(fields), files: await whole(parts, uploads) }
  } catch (error) {
    const settled = await Promise.allSettled(Array.from(parts.values(), part => part.staged))
    for (const each of settled)
      if (each.status === 'fulfilled') await uploads.drop(each.value).catch(() => {})
    throw error
  }
}

const FEWER = 'Send fewer of them; a folder goes as one .tar.gz.'

function parserOf(request: IncomingMessage, { bodyBytes, fileBytes }: Limits): Busboy {
  try {
    return busboy({
      headers: request.headers,
      // Browsers and curl write file names in UTF-8; what stands for latin1 in the RFC is nobody's.
      defParamCharset: 'utf8',
      limits: {
        fields: MOST_FIELDS,
        files: MOST_FILES,
        // Says `limit` at this many: one more than may be.
        fileSize: fileBytes + 1,
        fieldSize: bodyBytes + 1,
        // One more than there may be of both: the parser says so when it has come to it.
        parts: MOST_FIELDS + MOST_FILES + 1,
      },
    })
  } catch (error) {
    throw malformed(
      'The form cannot be read: its boundary is missing.',
      'Let your program write Content-Type itself, as curl -F does.',
      error,
    )
  }
}

function takeFields(form: Busboy, limit: number, giveUp: GiveUp): Map<string, unknown> {
  const fields = new Map<string, unknown>()
  let size = 0
  form.on('field', (name: string | undefined, value, { valueTruncated }) => {
    size += value.length + (name?.length ?? 0)
    if (valueTruncated || size > limit) return giveUp(tooLarge('What is in the fields', limit))
    if (name === undefined) return giveUp(nameless())
    fields.set(name, fields.has(name) ? [fields.get(name), value].flat() : value)
  })
  return fields
}

function takeFiles(form: Busboy, uploads: Uploads, limit: number, giveUp: GiveUp): Map<string, Part> {
  const parts = new Map<string, Part>()
  form.on('file', (name: string | undefined, content: Readable, { filename }) => {
    // It fails with the form; whoever stages it says so.
    content.on('error', () => {})
    // What was parsed already when it was given up still comes out of it.
    if (form.destroyed) return void content.destroy()
    if (name === undefined || parts.has(name)) {
      content.resume()
      giveUp(name === undefined ? nameless() : twice(name))
      return
    }
    content.on('limit', () => giveUp(tooLarge(`The file ${JSON.stringify(name)}`, limit)))
    const staged = uploads.stage(filename ?? 'binary', content, limit)
    // What the store refuses ends the form; what fails with the form is waited for by whoever reads it.
    staged.catch((error: unknown) => giveUp(error instanceof Error ? error : new Error(String(error))))
    parts.set(name, { name, isNamed: filename !== undefined, staged })
  })
  return parts
}

async function whole(parts: ReadonlyMap<string, Part>, uploads: Uploads): Promise<Map<string, StagedFile>> {
  const files = new Map<string, StagedFile>()
  for (const { name, isNamed, staged } of parts.values()) {
    const file = await staged
    // What a browser sends where no file was chosen.
    if (file.size === 0 && !isNamed) await uploads.drop(file)
    else files.set(name, file)
  }
  return files
}

/** The parser's own errors are plain ones: it was no form, or its end is missing. */
function asOurs(error: unknown): unknown {
  return error instanceof LabError
    ? error
    : malformed(
        'The form cannot be read: it is damaged, or its end is missing.',
        'Send it again; curl -F writes it as it must be.',
        error,
      )
}

function nameless(): Error {
  return malformed('A part of the form has no name.', 'Give each a name: curl -F binary=@hello')
}

function twice(name: string): Error {
  return malformed(
    `Two files are called ${JSON.stringify(name.slice(0, 80))}.`,
    'Send one; a folder goes as one .tar.gz.',
  )
}

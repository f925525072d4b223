/** A form with files as it is sent: its parts one after the other, no file read into memory (RFC 7578). */

import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { InputError } from '../errors.ts'
import type { LocalFile } from './local-files.ts'

export type Form = {
  type: string
  /** All of it, in bytes. */
  length: number
  /** Its bytes from the beginning. Throws InputError when a file is no longer as long as it was. */
  open(): Readable
}

export function formOf(
  fields: Readonly<Record<string, string>>,
  files: readonly (readonly [name: string, file: LocalFile])[],
): Form {
  const boundary = `boardroom-${randomBytes(16).toString('hex')}`
  const texts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${boundary}\r\n${disposition(name)}\r\n\r\n${value}\r\n`),
  )
  const heads = files.map(([name, file]) =>
    Buffer.from(
      `--${boundary}\r\n${disposition(name)}; filename="${escaped(file.name)}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
  )
  const tail = Buffer.from(`--${boundary}--\r\n`)
  const fixed = [...texts, ...heads, tail].reduce((sum, { length }) => sum + length, 0)
  const content = files.reduce((sum, [, { size }]) => sum + size + LINE_END.length, 0)

  async function* bytes(): AsyncGenerator<Buffer> {
    yield* texts
    for (const [index, [, file]] of files.entries()) {
      yield heads[index] ?? Buffer.alloc(0)
      yield* whole(file)
      yield LINE_END
    }
    yield tail
  }

  return {
    type: `multipart/form-data; boundary=${boundary}`,
    length: fixed + content,
    open: () => Readable.from(bytes(), { objectMode: false }),
  }
}

const LINE_END = Buffer.from('\r\n')

/** Its length was announced: one byte more or less would be taken for the form's own. */
async function* whole({ name, size, open }: LocalFile): AsyncGenerator<Buffer> {
  let sent = 0
  for await (const chunk of open()) {
    const bytes = chunk as Buffer
    sent += bytes.length
    if (sent > size) break
    yield bytes
  }
  if (sent !== size)
    throw new InputError(`${name} changed while it was sent: it had ${size} bytes.`, {
      hint: 'Send it again when nothing writes it; nothing was begun.',
    })
}

function disposition(name: string): string {
  return `Content-Disposition: form-data; name="${escaped(name)}"`
}

/** As the HTML standard has it (multipart/form-data, 4.10.22.7). */
function escaped(text: string): string {
  return text.replace(/[\r\n"]/g, encodeURIComponent)
}

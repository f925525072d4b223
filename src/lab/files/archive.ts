import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { InputError } from '../../errors.ts'
import { cleanName, createTarReader, type TarReader } from './tar.ts'

const ARCHIVE = /\.(tar|tar\.gz|tgz)$/i
const OTHER_ARCHIVE = /\.(zip|7z|rar|tbz2?|txz|tar\.[a-z0-9]+)$/i
const LONGEST_ENTRY = 200
/** Unpacked. An archive that goes on behind it is listed by the board alone: some kilobytes can become terabytes. */
const MOST_READ = 256 * 1024 * 1024

/**
 * Whether a file and the word for its entry go together, by name alone; the entry as it is typed on the board, null
 * where the file is a program itself. Throws InputError with what to do.
 */
export function checkEntry(name: string, entry: string | undefined): string | null {
  if (!ARCHIVE.test(name) && OTHER_ARCHIVE.test(name))
    throw new InputError(`${name} cannot be unpacked on a board: only .tar, .tar.gz and .tgz can.`, {
      field: 'binary',
      hint: 'Pack the folder so: tar czf suite.tar.gz -C suite . ; then name what to run: --entry run.sh',
    })
  if (!ARCHIVE.test(name)) {
    if (entry === undefined) return null
    throw wrong(`${name} is no archive, so it has no entry.`, 'Leave --entry out, or submit a .tar.gz.')
  }
  if (entry === undefined)
    throw wrong(
      `${name} is an archive: what in it is to be run?`,
      `Name it from the top of the archive on: --entry run.sh (see: tar tf ${name})`,
    )
  return checkedPath(entry)
}

function checkedPath(entry: string): string {
  const path = cleanName(entry)
  const fault =
    path === ''
      ? 'it is empty'
      : entry.startsWith('/')
        ? 'it begins with a slash'
        : path.split('/').includes('..')
          ? 'it leads out with ..'
          : entry.endsWith('/')
            ? 'it is a folder'
            : /[\u0000-\u001f\u007f]/.test(entry) || !entry.isWellFormed()
              ? 'it has a control character in it'
              : entry.length > LONGEST_ENTRY
                ? `it is longer than ${LONGEST_ENTRY} characters`
                : null
  if (fault === null) return path
  throw wrong(
    `${JSON.stringify(entry.slice(0, 80))} is no entry of an archive: ${fault}.`,
    'Name a file from the top of the archive on: --entry run.sh, --entry bin/run.sh',
  )
}

/** The archive as it passes by, on its way into the store, and what is found out about it meanwhile. */
export type Passing = {
  bytes: AsyncIterable<Uint8Array>
  /** Throws InputError when it is no archive, or has no such file. Says nothing where it is too large to know. */
  check(): void
}

export function passing(name: string, entry: string, content: Readable): Passing {
  const reader = createTarReader()
  const source = /\.tar$/i.test(name) ? plain(reader) : gunzipped(reader)
  let fault: string | null = null
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const piece of content as AsyncIterable<Uint8Array>) {
      fault ??= await source.push(piece)
      yield piece
    }
    fault ??= await source.end()
  }
  return {
    bytes: bytes(),
    check() {
      if (fault !== null || reader.state() === 'wrong') throw noArchive(name, fault)
      if (source.isAll() && !reader.names().has(entry)) throw noEntry(name, entry, reader)
    },
  }
}

/** `push` and `end` give what is wrong with it, or null. */
type Source = {
  push(bytes: Uint8Array): Promise<string | null>
  end(): Promise<string | null>
  /** Its end was read. */
  isAll(): boolean
}

function plain(reader: TarReader): Source {
  return {
    push: async bytes => {
      reader.push(bytes)
      return null
    },
    end: async () => {
      reader.end()
      return null
    },
    isAll: () => reader.state() === 'whole',
  }
}

function gunzipped(reader: TarReader): Source {
  const gunzip = createGunzip()
  let read = 0
  let fault: string | null = null
  const over = Promise.withResolvers<void>()
  const isDone = (): boolean => fault !== null || gunzip.destroyed
  gunzip.on('data', (bytes: Buffer) => {
    reader.push(bytes)
    read += bytes.length
    if (reader.state() !== 'more' || read > MOST_READ) gunzip.destroy()
  })
  gunzip.on('error', error => {
    fault = error.message
  })
  gunzip.on('close', () => over.resolve())
  gunzip.on('end', () => {
    reader.end()
    over.resolve()
  })
  return {
    async push(bytes) {
      if (isDone()) return fault
      // What it makes of it is read before more is given: at most this piece, unpacked, is on its way.
      await Promise.race([new Promise(resolve => gunzip.write(bytes, resolve)), over.promise])
      return fault
    },
    async end() {
      if (isDone()) return fault
      gunzip.end()
      await over.promise
      return fault
    },
    isAll: () => reader.state() === 'whole',
  }
}

const MOST_NAMES = 8

function noEntry(name: string, entry: string, reader: TarReader): InputError {
  const last = entry.split('/').at(-1)
  const names = [...reader.names()].sort()
  const near = names.filter(each => each.split('/').at(-1) === last)
  const shown = (near.length > 0 ? near : names).slice(0, MOST_NAMES)
  const more = names.length > shown.length && near.length === 0 ? ', …' : ''
  const hint = near.length > 0 ? `Did you mean ${shown.join(', ')}?` : `It has: ${shown.join(', ')}${more}.`
  return wrong(`${name} has no file ${entry}.`, names.length === 0 ? 'It has no files at all.' : hint)
}

function noArchive(name: string, fault: string | null): InputError {
  return new InputError(
    `${name} is no ${/\.tar$/i.test(name) ? 'tar' : 'gzipped tar'} archive${fault === null ? '' : `: ${fault}`}.`,
    {
      field: 'binary',
      hint: `Look at it: tar tf ${name}; then pack it again.`,
    },
  )
}

function wrong(message: string, hint: string): InputError {
  return new InputError(message, { field: 'entry', hint })
}

/** Files that words stand for on every face: an address of another server, and what is kept of a test or a lease. */

import { createReadStream } from 'node:fs'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Millis } from '../../clock.ts'
import { distance } from '../../distance.ts'
import { InputError, LabError, NotFoundError, RefusedError } from '../../errors.ts'
import type { Core } from '../core.ts'
import type { IncomingFile, Lab } from '../lab.ts'

/** Other servers that a program may be fetched from; `app` fills it. */
export type FileServers = {
  /** Throws InputError, saying what may be used, when the address may not be. */
  check(url: string, purpose: 'binary'): void
  /** Throws InputError and LabError, as does the body while it is read. */
  fetch(url: string, signal: AbortSignal): Promise<{ body: Readable }>
}

export type NamedFiles = Pick<Lab, 'fileAt' | 'storedFile'> & {
  /** Nothing more is fetched. */
  stop(): void
}

/** For the whole of a file: a server may give a byte now and then for ever. */
const FETCH_WITHIN_MS: Millis = 15 * 60 * 1000
const MOST_NAMES = 5

export function createNamedFiles(core: Core): NamedFiles {
  const { artifacts, clock, web } = core
  const stopping = new AbortController()

  async function fetchInto(into: PassThrough, url: string, server: FileServers): Promise<void> {
    const late = new AbortController()
    const timer = clock.after(FETCH_WITHIN_MS, () => late.abort(tooSlow()))
    // Whoever reads it may have had enough of it, or too much.
    into.once('close', () => late.abort(new Error('nobody reads it')))
    try {
      const { body } = await server.fetch(url, AbortSignal.any([late.signal, stopping.signal]))
      await pipeline(body, into)
    } finally {
      timer.cancel()
    }
  }

  async function readInto(into: PassThrough, owner: string, name: string): Promise<void> {
    const held = await artifacts.hold(owner, name)
    if (held === null) throw await notKept(owner, name)
    try {
      const { size } = held.file
      // A log may go on growing while it is read.
      const kept = createReadStream(held.path, size === 0 ? {} : { end: size - 1 })
      // One that nobody reads any more by now fails for nobody.
      kept.on('error', () => {})
      await pipeline(kept, into)
    } finally {
      held.release()
    }
  }

  async function notKept(owner: string, name: string): Promise<InputError> {
    const gone = artifacts.tombstone(owner)
    if (gone !== null)
      return new NotFoundError(
        `${owner}'s files were removed on ${new Date(gone.at).toISOString().slice(0, 10)}: ${gone.reason}.`,
        { hint: 'Submit the file itself again.' },
      )
    const names = (await artifacts.list(owner)).map(file => file.name)
    if (names.length === 0)
      return new NotFoundError(`There are no files of ${owner}.`, {
        hint: 'Tests and their files: tests, tests show T12',
      })
    const away = (each: string): number => distance(name.toLowerCase(), each.toLowerCase())
    const nearest = names.toSorted((a, b) => away(a) - away(b)).slice(0, MOST_NAMES)
    const more = names.length > nearest.length ? ', …' : ''
    return new NotFoundError(`${owner} has no file ${JSON.stringify(name)}.`, {
      hint: `It has: ${nearest.join(', ')}${more}.`,
    })
  }

  return {
    async fileAt(url) {
      if (web === undefined)
        throw new InputError('No addresses of other servers may be used here.', {
          hint: 'Give the file itself; an admin allows addresses in settings.http.binaries.',
        })
      web.check(url, 'binary')
      return { name: nameIn(url), size: null, open: () => opened(into => fetchInto(into, url, web)) }
    },
    async storedFile(typed, name) {
      const owner = typed.toUpperCase()
      const file = (await artifacts.list(owner)).find(each => each.name === name)
      if (file === undefined) throw await notKept(owner, name)
      return {
        name,
        size: file.size,
        open: () => opened(into => readInto(into, owner, name)),
      } satisfies IncomingFile
    },
    stop: () => stopping.abort(cutShort()),
  }
}

/** Begins at once: what is opened is read, and what it holds goes with it. */
function opened(fill: (into: PassThrough) => Promise<void>): Readable {
  const into = new PassThrough()
  // Whoever reads it is told; where nobody does any more it must not bring the process down.
  into.on('error', () => {})
  fill(into).catch((error: unknown) =>
    into.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  return into
}

/** Last part of its path; `binary` when there is none. */
function nameIn(url: string): string {
  const segment = URL.parse(url)?.pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(segment) || 'binary'
  } catch {
    return segment
  }
}

function tooSlow(): LabError {
  return new LabError('web', `The file was not here within ${FETCH_WITHIN_MS / 60_000} min.`, {
    hint: 'Try again, or upload the file instead.',
    failure: 'infrastructure',
  })
}

function cutShort(): RefusedError {
  return new RefusedError('stopping', 'The lab is being stopped.', {
    hint: 'Submit it again when it is back.',
  })
}

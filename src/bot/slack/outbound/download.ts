/** Bytes of a file that somebody posted, with the bot's token, which is shown to Slack's file hosts only. */

import { Readable } from 'node:stream'
import type { Clock, Millis } from '../../../clock.ts'
import { InputError } from '../../../errors.ts'
import { SlackError } from '../slack-error.ts'
import type { SlackFile } from '../types.ts'
import { httpFacts, networkFacts } from './wire-error.ts'

export type DownloadDeps = {
  botToken: string
  apiUrl: string | null
  clock: Clock
  /** No file is larger; Slack's own limit is 1 GB. */
  fileLimitBytes?: number
  /** How long no byte may come. */
  idleMs?: Millis
}

const METHOD = 'file'
const FILE_HOSTS = ['files.slack.com', 'slack-files.com']
const MOST_REDIRECTS = 3
const LIMIT_BYTES = 2 ** 30
const IDLE_MS: Millis = 30_000

export function createDownload(deps: DownloadDeps): (file: SlackFile) => Readable {
  return file => Readable.from(bytesOf(file, deps), { objectMode: false })
}

async function* bytesOf(file: SlackFile, deps: DownloadDeps): AsyncGenerator<Uint8Array> {
  const { clock, fileLimitBytes = LIMIT_BYTES, idleMs = IDLE_MS } = deps
  if ((file.size ?? 0) > fileLimitBytes) throw tooLarge(file, fileLimitBytes)
  const stopper = new AbortController()
  const idle = (): void => stopper.abort(new DOMException(`no byte for ${idleMs} ms`, 'TimeoutError'))
  let timer = clock.after(idleMs, idle)
  let got = 0
  try {
    const response = await fetched(file, deps, stopper.signal)
    for await (const chunk of response.body ?? []) {
      timer.cancel()
      got += chunk.length
      if (got > fileLimitBytes) throw tooLarge(file, fileLimitBytes)
      if (file.size !== null && got > file.size) break
      yield chunk
      timer = clock.after(idleMs, idle)
    }
  } catch (cause) {
    throw cause instanceof SlackError || cause instanceof InputError
      ? cause
      : new SlackError({ ...networkFacts(cause, METHOD), about: file.name, cause })
  } finally {
    timer.cancel()
    stopper.abort()
  }
  if (file.size !== null && got !== file.size) throw notAsPosted(file, got)
}

/** Redirects are followed by hand: the token goes to no other host, and the log-in page is none of the file. */
async function fetched(file: SlackFile, deps: DownloadDeps, signal: AbortSignal): Promise<Response> {
  let url = file.url
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    if (!isFileHost(url, deps.apiUrl))
      throw new SlackError({
        word: hop === 0 ? 'foreign_file' : 'file_not_handed_out',
        method: METHOD,
        about: file.name,
      })
    const headers = { authorization: `Bearer ${deps.botToken}` }
    const response = await fetch(url, { headers, redirect: 'manual', signal })
    const next = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null
    if (next === null) return checked(response, file)
    await response.body?.cancel()
    url = URL.canParse(next, url) ? new URL(next, url).href : ''
  }
  throw new SlackError({ word: 'file_not_handed_out', method: METHOD, about: file.name })
}

function checked(response: Response, file: SlackFile): Response {
  const { status } = response
  if (status === 404 || status === 410)
    throw new SlackError({ word: 'file_deleted', method: METHOD, about: file.name })
  if (!response.ok) throw new SlackError({ ...httpFacts(status, METHOD), about: file.name })
  const isPage = (response.headers.get('content-type') ?? '').startsWith('text/html')
  // Slack answers 200 and its log-in page where the token lacks files:read.
  if (isPage && !/\.html?$/i.test(file.name))
    throw new SlackError({ word: 'file_not_handed_out', method: METHOD, about: file.name })
  return response
}

function isFileHost(url: string, apiUrl: string | null): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host, origin } = new URL(url)
  if (protocol === 'https:' && FILE_HOSTS.includes(host)) return true
  return apiUrl !== null && URL.canParse(apiUrl) && new URL(apiUrl).origin === origin
}

function tooLarge(file: SlackFile, most: number): InputError {
  return new InputError(`${file.name} is larger than ${most} bytes, the most that is taken.`, {
    hint: 'Post a smaller file: strip it, or pack it.',
    details: { id: file.id, size: file.size },
  })
}

function notAsPosted(file: SlackFile, got: number): InputError {
  const came = got > (file.size ?? 0) ? 'more came' : `${got} came`
  return new InputError(`${file.name} was posted with ${file.size ?? 0} bytes, and ${came}.`, {
    hint: 'Nothing was run. Post the file again.',
    details: { id: file.id, got },
  })
}

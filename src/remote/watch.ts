/** Server-sent events to their end, over connections that break and a bot that is started again. */

import type { IncomingMessage } from 'node:http'
import { span } from '../cards/words.ts'
import { type Clock, type Millis, pause, type Timer } from '../clock.ts'
import { InputError, LabError } from '../errors.ts'
import { isObject, jsonOf, refusalOf } from './answer.ts'
import { createEventParser } from './event-parser.ts'
import { type Server, send } from './server.ts'
import { noBoardroom, trouble, unreachable } from './unreachable.ts'

/** The server gives a sign of life every 15 s. */
const SILENCE_MS: Millis = 50_000
const FIRST_PAUSE_MS: Millis = 500
const LONGEST_PAUSE_MS: Millis = 10_000
/** A bot that is installed anew is back by then; a job in CI must not wait for ever. */
const PATIENCE_MS: Millis = 15 * 60_000

export type Watched = {
  /** Below the server's address. */
  path: string
  query: Readonly<Record<string, string>>
  /** True when it was the last. What is no JSON comes as null. */
  on(name: string, data: unknown): boolean
}

export type WatchDeps = {
  server: Server
  clock: Clock
  /** The connection was lost (a sentence), or is back (null). */
  wavered(why: string | null): void
  signal: AbortSignal
}

type Contact = 'over' | 'heard' | 'refused'

/**
 * Resolves when `on` said that it was the last, or the server that there is no more. Rejects with a LabError when it
 * is refused, or cannot be reached for a quarter of an hour, and with the signal's reason.
 */
export async function watch(watched: Watched, deps: WatchDeps): Promise<void> {
  const { server, clock, wavered, signal } = deps
  const place = { id: '' }
  let lastHeard = clock.mono()
  let pauseMs = FIRST_PAUSE_MS
  let isAway = false

  const heard = (): void => {
    lastHeard = clock.mono()
    pauseMs = FIRST_PAUSE_MS
    if (isAway) wavered(null)
    isAway = false
  }
  for (;;) {
    signal.throwIfAborted()
    try {
      if ((await contact(watched, place, heard, deps)) === 'over') return
      if (!isAway) wavered('the stream ended')
    } catch (error) {
      signal.throwIfAborted()
      const known = error instanceof LabError ? error : unreachable(server, error)
      if (known instanceof InputError || known.code === REFUSED) throw known
      if (clock.mono() - lastHeard > PATIENCE_MS) throw givenUp(known)
      if (!isAway) wavered(known.message)
    }
    isAway = true
    await pause(clock, pauseMs, signal)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

const REFUSED = 'refused'
/** What a bot or a proxy answers that is stopping, starting, or has too much to do. */
const PASSING = new Set([429, 500, 502, 503, 504])

/** One connection, from its beginning to its end. */
async function contact(
  { path, query, on }: Watched,
  place: { id: string },
  heard: () => void,
  { server, clock, signal }: WatchDeps,
): Promise<Contact> {
  const headers = { Accept: 'text/event-stream', ...(place.id === '' ? {} : { 'Last-Event-ID': place.id }) }
  const answer = await send(server, { method: 'GET', path, query, headers, signal })
  if (answer.statusCode === 204) {
    answer.resume()
    return 'over'
  }
  if (answer.statusCode !== 200) {
    const refusal = await refusalOf(server, answer)
    if (PASSING.has(answer.statusCode ?? 0)) throw refusal
    throw refusal instanceof InputError ? refusal : refused(refusal)
  }
  if (!(answer.headers['content-type'] ?? '').startsWith('text/event-stream')) {
    answer.destroy()
    throw refused(noBoardroom(server, `it answered with ${answer.headers['content-type'] ?? 'no type'}`))
  }
  heard()
  const parser = createEventParser(place.id)
  const alive = whileAlive(answer, clock)
  try {
    for await (const chunk of answer) {
      alive.beat()
      heard()
      for (const { name, data, id } of parser.push(chunk as Buffer)) {
        const isLast = on(name, jsonOf(data))
        // Only what was taken is not asked for again.
        place.id = id
        if (isLast) return 'over'
      }
    }
    return 'heard'
  } finally {
    alive.stop()
    answer.destroy()
  }
}

/** Cuts an answer that gives no sign of life: a network that went away tells nobody. */
function whileAlive(answer: IncomingMessage, clock: Clock): { beat(): void; stop(): void } {
  let timer: Timer | null = null
  const stop = (): void => timer?.cancel()
  const beat = (): void => {
    stop()
    timer = clock.after(SILENCE_MS, () =>
      answer.destroy(trouble(`nothing was heard for ${span(SILENCE_MS)}`, 'It is tried again.')),
    )
  }
  beat()
  return { beat, stop }
}

function refused({ message, hint, failure }: LabError): LabError {
  return new LabError(REFUSED, message, { hint, failure })
}

function givenUp({ message, hint }: LabError): LabError {
  return trouble(`Given up after ${span(PATIENCE_MS)}: ${message}`, hint)
}

/** The member of an event's data, where it is a list of texts. */
export function textsIn(data: unknown, name: string): readonly string[] {
  const value = isObject(data) ? data[name] : null
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : []
}

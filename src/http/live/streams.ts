/** Answers that do not end by themselves: server-sent events (HTML standard, 9.2) and logs as they come. */

import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { Context } from 'koa'
import type { Clock, Millis, Timer } from '../../clock.ts'

/** Proxies cut what is silent for a minute. */
export const HEARTBEAT_MS: Millis = 15_000
/** When a reader that lost its connection comes again. */
const RETRY_MS: Millis = 2_000
/** Whose other end vanished without a word (a laptop that was closed) is asked by TCP itself. */
const KEEP_ALIVE_MS: Millis = 60_000
/** With more than this unread its reader is too slow: it is cut off and may come again. */
const MOST_UNREAD = 1024 * 1024
const ROOM = 64 * 1024
const EVENTS = 'text/event-stream'

export type Stream = {
  /** False when its reader has left, or was too slow and is cut off. */
  write(text: string): boolean
  /** Resolves when there is room for more, or nobody reads any more: for writers that can wait. Never rejects. */
  room(): Promise<void>
  /** Aborted when the reader left, was too slow, or the process stops. */
  readonly signal: AbortSignal
  end(): void
}

export type Events = Omit<Stream, 'write'> & {
  /** `data` as JSON; with `id` a reader that comes again says where it was (`Last-Event-ID`). */
  send(event: string, data: unknown, id?: number): boolean
}

export type Streams = {
  /**
   * Null when there are too many: answer 503. Sets status, headers and body, which is sent when the handler has
   * returned: do not wait for the stream's end in it.
   */
  open(ctx: Context, type: string): Stream | null
  /** The same for events, with a sign of life for proxies. */
  events(ctx: Context): Events | null
  readonly count: number
  /**
   * Ends all of them, for the end of the process; no more are opened. Who reads events comes again by itself; plain text
   * is cut, since its end would say that there is no more.
   */
  closeAll(): void
}

export function createStreams(deps: { clock: Clock; most: number }): Streams {
  const { clock, most } = deps
  /** Each with how it ends when the process does. */
  const all = new Map<Stream, () => void>()
  let closed = false

  function open(ctx: Context, type: string): Stream | null {
    if (closed || all.size >= most) return null
    const body = new PassThrough({ highWaterMark: ROOM })
    const over = new AbortController()
    const unread = (): number => body.writableLength + body.readableLength
    const stop = (why: string): void => {
      if (over.signal.aborted) return
      all.delete(stream)
      over.abort(new Error(why))
    }
    const cut = (): void => {
      stop('the process stops')
      // What was written is on its way by then.
      body.write('', () => void setImmediate(() => ctx.res.destroy()))
    }
    const stream: Stream = {
      signal: over.signal,
      write(text) {
        if (over.signal.aborted) return false
        // Looked at before, not after: one long text is no slow reader.
        if (unread() > MOST_UNREAD) {
          stop('its reader is too slow')
          // No end of its own: the reader must see that something is missing.
          ctx.res.destroy()
          return false
        }
        body.write(text)
        return true
      },
      async room() {
        if (body.writableNeedDrain && !over.signal.aborted)
          await once(body, 'drain', { signal: over.signal }).catch(() => {})
      },
      end() {
        if (over.signal.aborted) return
        stop('it is over')
        body.end()
      },
    }
    all.set(stream, type === EVENTS ? stream.end : cut)
    ctx.res.once('close', () => stop('its reader left'))
    ctx.status = 200
    ctx.set({ 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
    ctx.body = body
    if (ctx.res.destroyed || ctx.res.closed) {
      // It left while the handler was looking something up: its `close` has been and does not come again.
      stop('its reader left')
      body.destroy()
      return stream
    }
    ctx.req.socket.setKeepAlive(true, KEEP_ALIVE_MS)
    // A reader knows at once that it is heard, however long the first line takes.
    ctx.flushHeaders()
    return stream
  }

  function events(ctx: Context): Events | null {
    const stream = open(ctx, EVENTS)
    if (stream === null) return null
    let timer: Timer | null = null
    const beat = (): void => {
      if (stream.write(': here\n\n')) timer = clock.after(HEARTBEAT_MS, beat)
    }
    stream.write(`retry: ${RETRY_MS}\n`)
    beat()
    stream.signal.addEventListener('abort', () => timer?.cancel(), { once: true })
    const { signal, end, room } = stream
    return {
      ...{ signal, end, room },
      send(event, data, id) {
        const named = id === undefined ? '' : `id: ${id}\n`
        return stream.write(`${named}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      },
    }
  }

  return {
    open,
    events,
    get count() {
      return all.size
    },
    closeAll() {
      closed = true
      for (const close of [...all.values()]) close()
    },
  }
}

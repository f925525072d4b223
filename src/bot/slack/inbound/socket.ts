import { SocketModeReceiver } from '@slack/bolt'
import { type Clock, type Millis, pause, type Timer, within } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { backoffMs } from '../../../mail/delivery.ts'
import { asSlackError } from '../outbound/wire-error.ts'
import { isRevoked } from '../slack-error.ts'
import { boltLog } from './bolt.ts'

export type SocketDeps = { appToken: string; apiUrl: string | null; clock: Clock; log: Log }

export type Socket = {
  /** For Bolt. */
  receiver: SocketModeReceiver
  /** Connects, and goes on connecting until `stop`. */
  start(): void
  stop(): Promise<void>
  health(): { up: boolean; since: Millis; why?: string }
}

const ASK_WITHIN_MS: Millis = 10_000
const CONNECT_WITHIN_MS: Millis = 20_000
/** One that lived this long was a good one: its end is no failure. */
const GOOD_MS: Millis = 10_000
const LONGEST_WAIT_MS: Millis = 60_000
const LOOK_EVERY_MS: Millis = 5_000
/** Without an answer to its pings for so long Bolt's client gives a connection up; a busy machine is late at times. */
const PONG_WITHIN_MS: Millis = 10_000

/**
 * Socket Mode, kept up by us. Bolt's client reconnects by itself in a way that nobody can catch: a refusal then is an
 * unhandled rejection that ends the process, and one in its second try hangs for ever (SocketModeClient.js,
 * delayReconnectAttempt). So it may not, and each connection is asked for here.
 */
export function createSocket({ appToken, apiUrl, clock, log }: SocketDeps): Socket {
  const stopper = new AbortController()
  const receiver = new SocketModeReceiver({
    appToken,
    logger: boltLog(log, true),
    autoReconnectEnabled: false,
    clientPingTimeout: PONG_WITHIN_MS,
    installerOptions: {
      // An object of its own: the client writes into it (chat-platforms.md 1.5).
      clientOptions: {
        ...(apiUrl !== null && { slackApiUrl: apiUrl }),
        timeout: ASK_WITHIN_MS,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        fetch: (url, init) => fetch(url, { ...init, signal: signalFor(init?.signal) }),
      },
    },
  })
  const { client } = receiver
  let state: { up: boolean; since: Millis; why?: string } = { up: false, since: clock.now() }
  let running: Promise<void> | null = null
  guardMessages()

  function signalFor(signal: AbortSignal | null | undefined): AbortSignal {
    return signal == null ? stopper.signal : AbortSignal.any([signal, stopper.signal])
  }

  /** A frame that is not as it should be throws in an async listener of the client's own: nobody would catch it. */
  function guardMessages(): void {
    const listeners = client.listeners('ws_message')
    client.removeAllListeners('ws_message')
    client.on('ws_message', (...frame: unknown[]) => {
      tellOthers(frame[0])
      for (const listener of listeners)
        Promise.resolve(listener(...frame)).catch((error: unknown) => {
          log.warn({ why: messageOf(error) }, 'a frame of Slack could not be read')
        })
    })
  }

  /** Slack gives each delivery to one of an app's connections: what another bot takes is not heard here. */
  function tellOthers(frame: unknown): void {
    const others = connectionsIn(frame) - 1
    if (others > 0)
      log.warn(
        { others },
        'another bot is connected to Slack with the same SLACK_APP_TOKEN, and gets a part of what people do: stop it, or give each lab an app of its own',
      )
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!stopper.signal.aborted) {
      const from = clock.mono()
      const trouble = await live()
      if (stopper.signal.aborted) return
      failures = trouble === null && clock.mono() - from >= GOOD_MS ? 0 : failures + 1
      // Between two connections clicks and commands are lost: after a good one the next is asked for at once.
      if (failures === 0) continue
      const waitMs = Math.max(Math.min(LONGEST_WAIT_MS, backoffMs(failures)), trouble?.waitMs ?? 0)
      await pause(clock, waitMs, stopper.signal).catch(() => {})
    }
  }

  /** One connection, from asking for it to its end; null when there was one. */
  async function live(): Promise<{ waitMs: Millis } | null> {
    const end = Promise.withResolvers<void>()
    client.once('disconnected', end.resolve)
    const started = client.start()
    try {
      await within(clock, CONNECT_WITHIN_MS, started, late, stopper.signal)
    } catch (error) {
      client.removeListener('disconnected', end.resolve)
      drop()
      // It may still come up, and nobody would hold it.
      started.then(drop, () => {})
      return failed(error)
    }
    state = { up: true, since: clock.now() }
    log.info({}, 'connected to Slack')
    const watch = keepLooking()
    await end.promise
    watch.cancel()
    drop()
    setDown('the connection to Slack ended; it is made again')
    log.info({}, 'the connection to Slack ended')
    return null
  }

  function failed(caught: unknown): { waitMs: Millis } {
    const error = asSlackError(caught, 'apps.connections.open')
    const why = isRevoked(error)
      ? `Slack does not take the app token (${error.word}): an admin gives the bot a new SLACK_APP_TOKEN`
      : `no connection to Slack: ${error.message}`
    // The error's own words are those of calls, which are made with the other token.
    if (!stopper.signal.aborted && why !== state.why)
      log.error({ word: error.word, cause: messageOf(caught) }, why)
    setDown(why)
    return { waitMs: error.retryAfterMs ?? 0 }
  }

  function setDown(why: string): void {
    state = { up: false, since: state.up || state.why === undefined ? clock.now() : state.since, why }
  }

  /** A side that is gone does not answer the closing handshake, and the client waits half a minute for that. */
  function keepLooking(): Timer {
    let timer: Timer | null = null
    const look = (): void => {
      if (client.websocket?.isActive() === true) timer = clock.after(LOOK_EVERY_MS, look)
      else drop()
    }
    timer = clock.after(LOOK_EVERY_MS, look)
    return { cancel: () => timer?.cancel() }
  }

  /** The first call asks the other side to close, the second does not wait for it (SlackWebSocket.js, disconnect). */
  function drop(): void {
    if (client.websocket?.readyState === undefined) return
    client.websocket.disconnect()
    if (client.websocket.readyState !== undefined) client.websocket.disconnect()
  }

  return {
    receiver,
    start() {
      running ??= run()
    },
    async stop() {
      stopper.abort(new Error('stopping'))
      drop()
      await running
      setDown('stopped')
    },
    health: () =>
      state.up && client.websocket?.isActive() !== true
        ? { ...state, up: false, why: 'the connection to Slack is closing' }
        : state,
  }
}

/** Of this app, as its greeting tells (docs.slack.dev, using Socket Mode, "hello"); 0 for any other frame. */
function connectionsIn(frame: unknown): number {
  if (typeof frame !== 'string' || !frame.includes('num_connections')) return 0
  try {
    const { type, num_connections: count } = JSON.parse(frame) as Record<string, unknown>
    return type === 'hello' && typeof count === 'number' ? count : 0
  } catch {
    return 0
  }
}

function late(): Error {
  return new Error(`not connected within ${CONNECT_WITHIN_MS} ms`)
}

import { HTTPReceiver } from '@slack/bolt'
import type { Clock, Millis } from '../../../clock.ts'
import type { SlackSettings } from '../../../config/types.ts'
import { ConfigError } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import type { Inbox } from '../../../mail/inbox.ts'
import { WEBHOOK_PATH } from '../manifest.ts'
import type { Heard } from '../types.ts'
import { boltLog, mountBolt } from './bolt.ts'
import { createCarrier } from './carry-out.ts'
import { createWebhook, type Tries, type Webhook } from './http.ts'
import { createReception, SOURCE, STALE_MS } from './reception.ts'
import { createSocket, type Socket } from './socket.ts'
import type {
  Change,
  InboundHealth,
  LostWhy,
  OptionsAnswer,
  OptionsQuery,
  Submission,
  Submitted,
} from './types.ts'

export type * from './types.ts'

export type InboundDeps = {
  settings: SlackSettings
  inbox: Inbox
  /** Carries out what was stored and acknowledged. */
  handle(heard: Heard, key: string): Promise<void>
  /** Left behind by a process that was killed, `began`: it may have had an effect. It is not carried out. */
  interrupted(heard: Heard, key: string, began: boolean): Promise<void> | void
  /** Acknowledged, and not carried out: the disk took it not, or Slack told it too late. */
  lost(heard: Heard, why: LostWhy, key: string): Promise<void> | void
  /** Answered in the acknowledgement, so at once: from memory alone. */
  submitted(submission: Submission): Submitted
  options(query: OptionsQuery): OptionsAnswer
  /** After the acknowledgement; not stored. */
  changed(change: Change): Promise<void>
  /** Of the HTTP way in. */
  tries: Tries
  clock: Clock
  log: Log
}

export type Inbound = {
  /** For `http`, in mode http; null in mode socket. */
  handler: Webhook | null
  /** Goes on with what was left, then hears what is new. Neither waits for Slack nor throws because of it. */
  start(): Promise<void>
  /** Hears nothing new; waits a while for what was begun. */
  stop(): Promise<void>
  health(): InboundHealth
}

const STOP_WITHIN_MS: Millis = 5_000

/** All that Slack tells the bot: verified, understood, stored, acknowledged, and carried out, in that order. */
export function createInbound(deps: InboundDeps): Inbound {
  const { settings, clock, log } = deps
  const carrier = createCarrier(deps)
  const reception = createReception({ ...deps, carrier })
  const since = clock.now()
  let isOpen = false
  const { botToken, apiUrl } = settings
  const way = settings.mode === 'http' ? overHttp() : overSocket()

  function overHttp(): { webhook: Webhook } {
    const secret = settings.signingSecret
    // A signature made with nothing is anybody's.
    if (secret === null || secret === '')
      throw new ConfigError(['SLACK_SIGNING_SECRET: missing.'], 'It is under Basic Information of the app.')
    // Ours is the only check: it is stricter, over the same bytes, and by the same clock as all the rest.
    const receiver = new HTTPReceiver({
      signingSecret: secret,
      signatureVerification: false,
      endpoints: [WEBHOOK_PATH],
      logger: boltLog(log),
    })
    mountBolt({ botToken, apiUrl, receiver, reception, log })
    const listener = receiver.requestListener
    return {
      webhook: createWebhook({ secret, listener, isOpen: () => isOpen, tries: deps.tries, clock, log }),
    }
  }

  function overSocket(): { socket: Socket } {
    const socket = createSocket({ appToken: settings.appToken ?? '', apiUrl, clock, log })
    mountBolt({ botToken, apiUrl, receiver: socket.receiver, reception, log })
    return { socket }
  }

  return {
    handler: 'webhook' in way ? way.webhook : null,
    async start() {
      isOpen = true
      carrier.resume(SOURCE, STALE_MS)
      if ('socket' in way) way.socket.start()
    },
    async stop() {
      isOpen = false
      if ('socket' in way) await way.socket.stop()
      await carrier.stop(STOP_WITHIN_MS)
    },
    health() {
      const lastEventAt = reception.lastEventAt()
      if ('socket' in way) return { mode: 'socket', ...way.socket.health(), lastEventAt, refused: 0 }
      return { mode: 'http', up: isOpen, since, lastEventAt, refused: way.webhook.refused() }
    },
  }
}

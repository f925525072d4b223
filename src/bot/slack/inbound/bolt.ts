import { App, type Logger, LogLevel, type Receiver, type ReceiverEvent } from '@slack/bolt'
import { messageOf } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import type { Delivery, Reception } from './reception.ts'

export type BoltDeps = {
  botToken: string
  apiUrl: string | null
  /** Bolt's own, for one of the two ways in. */
  receiver: Receiver
  reception: Reception
  log: Log
}

/**
 * Bolt between its receiver and our reception. It acknowledges events before anybody heard them, and knows no
 * duplicates (App.js, processEvent): so what it calls to acknowledge is the reception, which stores first.
 */
export function mountBolt({ botToken, apiUrl, receiver, reception, log }: BoltDeps): void {
  const app = new App({
    receiver,
    // No call at the start: the lab begins without Slack (chat-platforms.md 1.2).
    tokenVerificationEnabled: false,
    authorize: async () => ({ botToken }),
    clientOptions: apiUrl === null ? {} : { slackApiUrl: apiUrl },
    logger: boltLog(log),
    // Who is a bot is seen before anything is stored.
    ignoreSelf: false,
    convoStore: false,
  })
  app.use(async ({ context }) => {
    const delivery = context['delivery'] as Delivery
    await delivery.acknowledge()
    delivery.carryOut()
  })
  app.error(async error => log.error({ error }, 'Bolt could not handle a delivery'))
  receiver.init(Object.create(app, { processEvent: { value: processEvent } }) as App)

  async function processEvent({ body, ack, ...event }: ReceiverEvent): Promise<void> {
    const delivery = reception.open(body, async answer => await ack(answer))
    try {
      await app.processEvent({
        ...event,
        body,
        ack: () => delivery.acknowledge(),
        customProperties: { delivery },
      })
    } catch (error) {
      log.warn({ error }, 'Bolt does not know this kind of delivery')
    }
    // Whatever Bolt made of it: nothing stays unacknowledged, and nothing stored stays undone.
    await delivery.acknowledge()
    delivery.carryOut()
  }
}

/** Its lesser words hold whole messages of people. `isTold`: what goes wrong is told in our own words already. */
export function boltLog(log: Log, isTold = false): Logger {
  const text = (words: readonly unknown[]): string => `Bolt: ${words.map(messageOf).join(' ')}`
  return {
    debug() {},
    info() {},
    warn: (...words) => log[isTold ? 'debug' : 'warn']({}, text(words)),
    error: (...words) => log[isTold ? 'debug' : 'error']({}, text(words)),
    setLevel() {},
    getLevel: () => LogLevel.WARN,
    setName() {},
  }
}

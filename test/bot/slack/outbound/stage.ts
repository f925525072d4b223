import { randomUUID } from 'node:crypto'
import { createSlackApi } from '../../../../src/bot/slack/outbound/api.ts'
import { createSlackCards } from '../../../../src/bot/slack/outbound/cards.ts'
import { createSlackChannel } from '../../../../src/bot/slack/outbound/channel.ts'
import { createUpdates } from '../../../../src/bot/slack/outbound/updates.ts'
import type { DrawFrame } from '../../../../src/bot/slack/render/draw.ts'
import { renderMessage } from '../../../../src/bot/slack/render/render.ts'
import type { Message } from '../../../../src/bot/slack/types.ts'
import type { View } from '../../../../src/cards/view.ts'
import type { Lab } from '../../../../src/lab/lab.ts'
import type { LiveCard, Run } from '../../../../src/lab/types.ts'
import { type LogFields, silentLog } from '../../../../src/log.ts'
import { createOutbox } from '../../../../src/mail/outbox.ts'
import type { Channel, OutboxItem } from '../../../../src/mail/types.ts'
import { draw } from '../../../cards/draw.ts'
import { createLabPort, type LabPort, makeRun, NOON } from '../../../commands/lab-port.ts'
import { createFakeClock, type FakeClock } from '../../../fake-clock.ts'
import { createShelf, type Shelf } from '../../../mail/shelf.ts'
import { until } from '../../../until.ts'
import type { SlackServer } from './slack-server.ts'

export const FRAME = { now: NOON, timeZone: 'UTC' }
export const MEI = { id: 'U0MEI', name: 'mei', platform: 'slack' }

/** The message as it is, with what a person reads in its blocks as text, too. */
export function render(view: View, frame: DrawFrame): Message {
  const message = renderMessage(view, frame)
  return { ...message, text: [message.text, ...draw(view, null)].join('\n') }
}

/** The outward half of the face on a lab by hand, over HTTP; `begin` is a process, `kill` its end without a word. */
export type Stage = {
  clock: FakeClock
  lab: LabPort
  shelf: Shelf
  logged: { fields: LogFields; message: string }[]
  /** Runs as they are now; setting one is news. */
  setRun(run: Run): void
  cards(): readonly LiveCard[]
  owe(more: Partial<OutboxItem> & { topic: string }): void
  begin(more?: { home?: string | null }): Process
  /** Time goes on until it is so. */
  passUntil<T>(ask: () => T, what: string): Promise<NonNullable<Exclude<T, false>>>
}
export type Process = {
  live: ReturnType<typeof createSlackCards>
  api: ReturnType<typeof createSlackApi>
  deliver(): void
  kill(): void
}

export function createStage(slack: SlackServer, more: Partial<Lab> = {}): Stage {
  const clock = createFakeClock(NOON)
  const shelf = createShelf()
  const logged: Stage['logged'] = []
  const say = (fields: LogFields, message: string): void => void logged.push({ fields, message })
  const log = { ...silentLog, info: say, warn: say, error: say }
  const cards = new Map<string, LiveCard>()
  const lab: LabPort = createLabPort({
    now: () => clock.now(),
    async card(card) {
      const id = `${card.topic}@${card.place}`
      if (card.told) cards.delete(id)
      else cards.set(id, card)
      Object.assign(lab.state(), { cards: Object.fromEntries(cards) })
    },
    owed: {
      items: shelf.items,
      async tried(key, nextAt, attempts) {
        await shelf.tried(key, nextAt, attempts)
      },
      async settled(key, outcome) {
        await shelf.settled(key, outcome)
        lab.publish('outbox')
      },
    },
    ...more,
  })
  let count = 0

  return {
    clock,
    lab,
    shelf,
    logged,
    cards: () => [...cards.values()],
    setRun(run) {
      lab.state().runs[run.id] = run
      lab.publish(`run/${run.id}`)
    },
    owe(item) {
      const now = clock.now()
      const to = {
        key: `${item.topic}/${++count}`,
        channel: 'slack',
        kind: 'run-ended',
        to: MEI.id,
        attempts: 0,
      }
      shelf.add({ ...to, createdAt: now, nextAt: now, ...item })
    },
    begin({ home = 'CHOME' } = {}) {
      let isAlive = true
      const botToken = `xoxb-${randomUUID()}`
      // A process that was killed stores nothing more, whatever of it still runs here.
      const mine: Lab = {
        ...lab,
        card: card => (isAlive ? lab.card(card) : new Promise(() => {})),
        owed: {
          items: () => (isAlive ? shelf.items() : []),
          tried: (...args) => (isAlive ? lab.owed.tried(...args) : new Promise(() => {})),
          settled: (...args) => (isAlive ? lab.owed.settled(...args) : new Promise(() => {})),
        },
      }
      const timeoutMs = { now: 500, later: 500 }
      const api = createSlackApi({ botToken, apiUrl: slack.url, clock, log, timeoutMs })
      const updates = createUpdates({ api, clock, log })
      const common = { lab: mine, api, clock, log, frame: () => FRAME, render }
      const live = createSlackCards({ ...common, updates })
      const channels = new Map<string, Channel>(
        (['slack', 'home'] as const).map(id => [
          id,
          createSlackChannel(id, { ...common, cards: live, home }),
        ]),
      )
      const outbox = createOutbox({ ...mine.owed, channels, clock, log })
      return {
        live,
        api,
        deliver: outbox.wake,
        kill() {
          isAlive = false
          slack.dead.add(`Bearer ${botToken}`)
          live.close()
          updates.close()
        },
      }
    },
    passUntil: (ask, what) =>
      until(async () => {
        await clock.pass(250)
        return ask()
      }, what),
  }
}

export function runOf(more: Partial<Run> = {}): Run {
  return makeRun({ id: 'T1', submitter: MEI, origin: { channel: 'slack', place: 'C1' }, ...more })
}

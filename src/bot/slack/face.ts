/** Slack as a face of the lab: hears people there, answers them, keeps cards up to date, and tells what is owed. */

import { drawTopic, frameOf } from '../../cards/topics.ts'
import type { View } from '../../cards/view.ts'
import type { Clock, Millis } from '../../clock.ts'
import type { Dispatcher } from '../../commands/dispatch.ts'
import type { SlackSettings } from '../../config/types.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Log } from '../../log.ts'
import type { Inbox } from '../../mail/inbox.ts'
import type { Channel } from '../../mail/types.ts'
import { createCounter } from './counter/counter.ts'
import { createDrawing } from './counter/drawing.ts'
import { type Scrub, withoutSecrets } from './hidden.ts'
import { createInbound, type InboundDeps, type InboundHealth } from './inbound/index.ts'
import { createIntroduction } from './introduction.ts'
import { createSlackApi } from './outbound/api.ts'
import { createSlackCards } from './outbound/cards.ts'
import { createSlackChannel, type SlackChannelDeps } from './outbound/channel.ts'
import { createUpdates } from './outbound/updates.ts'
import { renderMessage } from './render/render.ts'

export type SlackFaceDeps = {
  settings: SlackSettings
  dispatcher: Dispatcher
  lab: Lab
  inbox: Inbox
  tries: InboundDeps['tries']
  scrub: Scrub
  clock: Clock
  log: Log
}

export type SlackHealth = InboundHealth & {
  /** Why what the bot says does not get through; null while it does. */
  trouble: { message: string; hint: string; since: Millis } | null
  /** What the workspace calls the bot; null until Slack said so. */
  name: string | null
}

export type SlackFace = {
  /** Where Slack's requests come in, in mode http; null in mode socket. */
  readonly handler: ReturnType<typeof createInbound>['handler']
  /** For the outbox: what is one person's, and what concerns all. */
  readonly channels: readonly Channel[]
  /** Neither waits for Slack nor throws because of it: the lab runs anyway. */
  start(): Promise<void>
  /** Hears nothing new; what is owed can still be told. */
  deafen(): Promise<void>
  close(): void
  /** Posts the live card of a topic in the home channel, where there is one. Throws where Slack does not take it. */
  show(topic: string): Promise<void>
  health(): SlackHealth
}

/** Throws ConfigError for settings that a mode lacks. */
export function createSlackFace(deps: SlackFaceDeps): SlackFace {
  const { settings, lab, clock, log } = deps
  const api = createSlackApi({ ...settings, clock, log })
  const updates = createUpdates({ api, clock, log })
  const frame = () => frameOf(lab)
  const shown = (view: View): View => withoutSecrets(view, deps.scrub)
  const render: SlackChannelDeps['render'] = (view, drawn) => renderMessage(shown(view), drawn)
  const cards = createSlackCards({ lab, api, updates, clock, log, frame, render })
  const isTroubled = (): boolean => api.health().trouble !== null
  const introduction = createIntroduction({ api, isTroubled, clock, log })
  const counter = createCounter({
    ...{ ...deps, cards, home: settings.home, commands: settings.commands },
    // Somebody waits for these edits, and they count like all others.
    api: { ...api, edit: updates.reply },
    draw: createDrawing(lab, shown),
    self: () => introduction.self()?.user ?? '',
  })
  const inbound = createInbound({
    ...deps,
    handle: counter.carryOut,
    interrupted: counter.interrupted,
    lost: counter.lost,
    submitted: counter.submitted,
    options: counter.options,
    changed: counter.changed,
  })
  const tells = { lab, api, cards, home: settings.home, clock, log, frame, render }

  return {
    handler: inbound.handler,
    channels: [createSlackChannel('slack', tells), createSlackChannel('home', tells)],
    async start() {
      introduction.start()
      cards.resume()
      await inbound.start()
    },
    deafen: inbound.stop,
    async show(topic) {
      const view = settings.home === null ? null : await drawTopic(topic, lab)
      if (view !== null && settings.home !== null)
        await cards.post(view, { channel: settings.home, thread: null })
    },
    close() {
      introduction.stop()
      counter.close()
      cards.close()
      updates.close()
    },
    health() {
      const { trouble } = api.health()
      return { ...inbound.health(), trouble, name: introduction.self()?.name ?? null }
    },
  }
}

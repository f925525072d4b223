import { createCounter } from '../../../../src/bot/slack/counter/counter.ts'
import { createDrawing } from '../../../../src/bot/slack/counter/drawing.ts'
import { createInbound } from '../../../../src/bot/slack/inbound/index.ts'
import { slackManifest } from '../../../../src/bot/slack/manifest.ts'
import { createSlackApi } from '../../../../src/bot/slack/outbound/api.ts'
import { createSlackCards } from '../../../../src/bot/slack/outbound/cards.ts'
import { createUpdates } from '../../../../src/bot/slack/outbound/updates.ts'
import { renderMessage } from '../../../../src/bot/slack/render/render.ts'
import { frameOf } from '../../../../src/cards/topics.ts'
import { createDispatcher } from '../../../../src/commands/dispatch.ts'
import { commands } from '../../../../src/commands/registry.ts'
import type { Inventory } from '../../../../src/config/types.ts'
import { createTries } from '../../../../src/gateway/tries.ts'
import { silentLog as log } from '../../../../src/log.ts'
import { createInbox } from '../../../../src/mail/inbox.ts'
import { type LabUnderTest, openLab } from '../../../lab/harness.ts'
import { aBoard } from '../../../lab/samples.ts'
import { type SlackStub, startSlackStub } from '../../../slack/stub.ts'

/** The Slack face of a real lab, before a workspace on loopback; time is the test's. */
export type Face = { stub: SlackStub; under: LabUnderTest; close(): Promise<void> }

const MOST_TRIES = 20

export async function openFace(inventory: Partial<Inventory> = {}): Promise<Face> {
  const boards = [aBoard('a1'), aBoard('b1', { family: 'socB' })]
  const under = await openLab({ boards, inventory })
  const { lab, clock } = under
  const stub = await startSlackStub({ clock, manifest: slackManifest(commands, 'all', null) })
  const env = stub.env()
  const settings = {
    botToken: env['SLACK_BOT_TOKEN'] ?? '',
    appToken: env['SLACK_APP_TOKEN'] ?? null,
    signingSecret: env['SLACK_SIGNING_SECRET'] ?? null,
    mode: 'socket',
    apiUrl: env['SLACK_API_URL'] ?? null,
    home: env['SLACK_CHANNEL'] ?? null,
    commands: 'all',
  } as const
  const api = createSlackApi({ ...settings, clock, log })
  const updates = createUpdates({ api, clock, log })
  const cards = createSlackCards({
    ...{ lab, api, updates, clock, log },
    frame: () => frameOf(lab),
    render: renderMessage,
  })
  const { user } = await api.self()
  const counter = createCounter({
    ...{ lab, api, cards, clock, log, home: settings.home, commands: settings.commands },
    dispatcher: createDispatcher({ commands, lab, log, clock }),
    draw: createDrawing(lab),
    self: () => user,
  })
  const inbound = createInbound({
    ...{ settings, clock, log, tries: createTries(clock, MOST_TRIES) },
    inbox: createInbox({ ...lab.inbox, clock, log }),
    handle: counter.carryOut,
    interrupted: counter.interrupted,
    lost: counter.lost,
    submitted: counter.submitted,
    options: counter.options,
    changed: counter.changed,
  })
  await inbound.start()
  return {
    stub,
    under,
    async close() {
      const stopped = inbound.stop()
      await clock.pass(60_000)
      await stopped
      counter.close()
      cards.close()
      updates.close()
      await stub.close()
      await under.close()
    },
  }
}

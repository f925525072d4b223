import { createSlackFace } from '../../../../src/bot/slack/face.ts'
import { slackManifest } from '../../../../src/bot/slack/manifest.ts'
import { createDispatcher } from '../../../../src/commands/dispatch.ts'
import { commands } from '../../../../src/commands/registry.ts'
import { readEnvironment } from '../../../../src/config/index.ts'
import type { Inventory } from '../../../../src/config/types.ts'
import { createTries } from '../../../../src/gateway/tries.ts'
import { silentLog as log } from '../../../../src/log.ts'
import { createInbox } from '../../../../src/mail/inbox.ts'
import { found } from '../../../flows/desk.ts'
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
  const { slack } = readEnvironment({ CHAT: 'slack', ...stub.env() })
  const face = createSlackFace({
    ...{ lab, clock, log, settings: found(slack, 'Slack'), tries: createTries(clock, MOST_TRIES) },
    dispatcher: createDispatcher({ commands, lab, log, clock }),
    inbox: createInbox({ ...lab.inbox, clock, log }),
    scrub: text => text,
  })
  await face.start()
  return {
    stub,
    under,
    async close() {
      const deaf = face.deafen()
      await clock.pass(60_000)
      await deaf
      face.close()
      await stub.close()
      await under.close()
    },
  }
}

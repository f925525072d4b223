import { expect, onTestFinished, test } from 'vitest'
import { createSlackFace, type SlackFace } from '../../../src/bot/slack/face.ts'
import { slackManifest } from '../../../src/bot/slack/manifest.ts'
import { createDispatcher } from '../../../src/commands/dispatch.ts'
import { commands } from '../../../src/commands/registry.ts'
import { readEnvironment } from '../../../src/config/index.ts'
import { createTries } from '../../../src/gateway/tries.ts'
import { silentLog as log } from '../../../src/log.ts'
import { createInbox } from '../../../src/mail/inbox.ts'
import { found } from '../../flows/desk.ts'
import { HERE, KAI, openLab } from '../../lab/harness.ts'
import { aBoard, aRequest } from '../../lab/samples.ts'
import { startSlackStub } from '../../slack/stub.ts'

/** The face of a lab with one test, before a workspace; `env` is what differs from the usual. */
async function stage(env: Record<string, string> = {}) {
  const under = await openLab({ boards: [aBoard('a1')] })
  const { lab, clock } = under
  const slack = await startSlackStub({ clock, manifest: slackManifest(commands, 'all', null) })
  const { slack: settings } = readEnvironment({ CHAT: 'slack', ...slack.env(), ...env })
  const face: SlackFace = createSlackFace({
    ...{ lab, clock, log, settings: found(settings, 'Slack'), tries: createTries(clock, 20) },
    dispatcher: createDispatcher({ commands, lab, log, clock }),
    inbox: createInbox({ ...lab.inbox, clock, log }),
    scrub: text => text,
  })
  onTestFinished(async () => {
    face.close()
    await slack.close()
    await under.close()
  })
  const run = await lab.submit(aRequest(), KAI, HERE)
  const posts = () =>
    slack.calls('chat.postMessage').map(({ args, answer }) => [args['channel'], answer['ok']])
  return { slack, face, topic: `run/${run.id}`, posts }
}

test('a topic is shown in the home channel by one card, however often it is asked for', async () => {
  const { slack, face, topic, posts } = await stage()
  await face.show(topic)
  await face.show(topic)
  expect(posts()).toEqual([[slack.channel('lab').id, true]])
  expect(slack.complaints).toEqual([])
})

test('without a home channel nothing is posted, and nothing of what is not there', async () => {
  const none = await stage({ SLACK_CHANNEL: '' })
  await none.face.show(none.topic)
  const here = await stage()
  await here.face.show('run/T99')
  expect([none.posts(), here.posts()]).toEqual([[], []])
})

test('a home channel that the bot may not post in is said to who asked', async () => {
  const { face, topic, posts } = await stage({ SLACK_CHANNEL: 'C0NOWHERE' })
  await expect(face.show(topic)).rejects.toThrow(/There is no such channel.*C0NOWHERE/)
  expect(posts()).toEqual([['C0NOWHERE', false]])
})

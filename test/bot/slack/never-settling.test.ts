import { WebClient } from '@slack/web-api'
import { afterEach, expect, test } from 'vitest'
import { buttonValue } from '../../../src/bot/slack/button-value.ts'
import { createSlackFace, type SlackFace } from '../../../src/bot/slack/face.ts'
import { slackManifest } from '../../../src/bot/slack/manifest.ts'
import { createDispatcher } from '../../../src/commands/dispatch.ts'
import { commands } from '../../../src/commands/registry.ts'
import { createTries } from '../../../src/gateway/tries.ts'
import type { Lab } from '../../../src/lab/lab.ts'
import { silentLog as log } from '../../../src/log.ts'
import { createInbox } from '../../../src/mail/inbox.ts'
import { type LabUnderTest, openLab } from '../../lab/harness.ts'
import { aBoard } from '../../lab/samples.ts'
import { type SlackStub, startSlackStub } from '../../slack/stub.ts'
import { until } from '../../until.ts'

let under: LabUnderTest
let stub: SlackStub
let face: SlackFace
afterEach(async () => {
  const deaf = face.deafen()
  await under.clock.pass(60_000)
  await deaf
  face.close()
  await stub.close()
  await under.close()
})

/** All that has to be waited for is waited for in vain, but for the inbox. */
function neverSettling(lab: Lab): Lab {
  return new Proxy(lab, {
    get(target, name, receiver): unknown {
      const value: unknown = Reflect.get(target, name, receiver)
      if (name === 'inbox' || typeof value !== 'function') return value
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args)
        if (!(result instanceof Promise)) return result
        result.catch(() => {})
        return new Promise(() => {})
      }
    },
  })
}

/** A message of the bot's with a button, from a time when the lab still answered. */
async function buttonOf(line: string): Promise<void> {
  const text = { type: 'plain_text', text: 'Press', emoji: false } as const
  const button = {
    type: 'button' as const,
    action_id: 'b:0:press',
    text,
    value: buttonValue({ line }),
  }
  const { SLACK_API_URL = '', SLACK_BOT_TOKEN = '' } = stub.env()
  await new WebClient(SLACK_BOT_TOKEN, { slackApiUrl: SLACK_API_URL }).chat.postMessage({
    channel: stub.channel('lab').id,
    text: 'an old card',
    blocks: [{ type: 'actions', elements: [button] }],
  })
}

test('P27 the acknowledgement does not wait for the lab: commands, mentions, words, clicks, forms and searches are heard while no call into it ever settles (chat-platforms 6.11) (chat-platforms 6.23)', async () => {
  under = await openLab({ boards: [aBoard('a1')] })
  const { clock } = under
  const lab = neverSettling(under.lab)
  stub = await startSlackStub({ manifest: slackManifest(commands, 'all', null) })
  const env = stub.env()
  const dispatcher = createDispatcher({ commands, lab, log, clock })
  face = createSlackFace({
    settings: {
      botToken: env['SLACK_BOT_TOKEN'] ?? '',
      appToken: env['SLACK_APP_TOKEN'] ?? null,
      signingSecret: null,
      mode: 'socket',
      apiUrl: env['SLACK_API_URL'] ?? null,
      home: env['SLACK_CHANNEL'] ?? null,
      commands: 'all',
    },
    inbox: createInbox({ ...lab.inbox, clock, log }),
    tries: createTries(clock, 20),
    scrub: text => text,
    ...{ dispatcher, lab, clock, log },
  })
  await face.start()
  await until(() => stub.socket.connections > 0, 'the face listens')

  const [mei, room] = [stub.person('mei'), stub.channel('lab')]
  for (const [command, text] of [
    ['/lab', 'queue'],
    ['/lab', 'lease list'],
    ['/run-test', 'socA --shell true'],
    ['/lease', 'a1 1h'],
    ['/run-test', ''],
  ] as const)
    expect((await mei.slash(command, text, room))?.kind, `${command} ${text}`).toBe('ack')
  mei.say(room, '@boardroom boards')
  mei.tell('status')
  mei.openHome()
  const message = mei.upload(room, 'hello', Buffer.from('hello'))
  expect((await mei.shortcut('Run this file on a board', message)).kind).toBe('ack')
  // A form opens without the lab, and says that it is looked at.
  await mei.waitsFor('modal', /^run-test\nOne moment/)
  await mei.close()
  mei.leaveHome()
  await buttonOf('power off a1')
  expect((await mei.click('Press')).answer?.kind).toBe('ack')
  const heard = (): number => under.lab.inbox.entries().length
  await until(() => heard() === 10, 'all is on disk')
  expect(mei.troubles).toEqual([])
  expect(stub.complaints).toEqual([])
})

import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { clientOf, socketClientOf, withStub } from './clients.ts'
import { rightsOf } from './rights.ts'

type Heard = { ack(): Promise<void>; body: { text: string; event?: { text: string; bot_id?: string } } }

const MANIFEST = {
  display_information: { name: 'Boardroom' },
  features: {
    app_home: { home_tab_enabled: false },
    slash_commands: [{ command: '/lab', description: 'The lab', should_escape: true }],
    shortcuts: [
      { name: 'Run this file on a board', type: 'message', callback_id: 'run-file', description: 'x' },
      { name: 'Boards', type: 'global', callback_id: 'boards', description: 'x' },
    ],
  },
  oauth_config: { scopes: { bot: ['chat:write', 'commands', 'im:history'] } },
  settings: { event_subscriptions: { bot_events: ['message.im', 'message.channels'] } },
}

test('scopes, events, commands and shortcuts are those of the manifest', () => {
  expect(rightsOf(MANIFEST)).toEqual({
    ...{ scopes: ['chat:write', 'commands', 'im:history'], events: ['message.im', 'message.channels'] },
    ...{ commands: ['/lab'], hasHome: false, escapes: true },
    shortcuts: [{ name: 'Run this file on a board', callback_id: 'run-file' }],
  })
})

test('the app is told only of what it asked for and may read, and only where it is', async () => {
  await withStub({ manifest: MANIFEST }, async stub => {
    const heard: string[] = []
    const client = socketClientOf(stub)
    client.on('slack_event', ({ ack, body }: Heard) => {
      heard.push(`${body.event?.text}${body.event?.bot_id === undefined ? '' : ' (a bot)'}`)
      void ack()
    })
    await client.start()
    const mei = stub.person('mei')
    // No scope channels:history, no event app_mention.
    mei.say(stub.channel('lab'), '@boardroom in the channel')
    mei.openHome()
    mei.tell('told alone')
    await clientOf(stub).chat.postMessage({ channel: mei.id, text: 'my own word' })
    stub.botSays(mei.direct, 'jenkins', 'built')
    await until(() => heard.length >= 3, 'three messages')
    expect(heard).toEqual(['told alone', 'my own word (a bot)', 'built (a bot)'])
    await client.disconnect()
  })
})

test('Slack itself answers a command that the manifest has not, and any command in a thread', async () => {
  await withStub({ manifest: MANIFEST }, async stub => {
    const mei = stub.person('mei')
    const lab = stub.channel('lab')
    await mei.slash('/other', '', lab)
    await mei.slash('/lab', '', lab, { thread: mei.say(lab, 'a thread') })
    expect(mei.troubles).toEqual([
      '/other is not a valid command.',
      '/lab is not supported in threads. Sorry!',
    ])
    await expect(mei.shortcut('Boards', mei.say(lab, 'x'))).rejects.toThrow('no shortcut "Boards"')
  })
})

test('a command’s text is escaped, and names people where the manifest asks for it', async () => {
  await withStub({ manifest: MANIFEST }, async stub => {
    const texts: string[] = []
    const client = socketClientOf(stub)
    client.on('slash_commands', ({ ack, body }: Heard) => {
      texts.push(body.text)
      void ack()
    })
    await client.start()
    const tom = stub.person('tom')
    await stub.person('mei').slash('/lab', 'grant @tom a&b', stub.channel('lab'))
    expect(texts).toEqual([`grant <@${tom.id}|tom> a&amp;b`])
    await client.disconnect()
  })
})

test('a home tab that the manifest has switched off cannot be published; blocks can be checked beforehand', async () => {
  await withStub({ manifest: MANIFEST }, async stub => {
    const view = { type: 'home' as const, blocks: [] }
    const call = clientOf(stub).views.publish({ user_id: stub.person('mei').id, view })
    await expect(call).rejects.toThrow(/not_enabled|invalid_arguments/)
    const blocks = [{ type: 'header' as const, text: { type: 'plain_text' as const, text: 'x'.repeat(151) } }]
    const { errors } = await clientOf(stub).blocks.validate({ blocks })
    expect(errors).toMatchObject([{ pointer: '/blocks/0/text/text' }])
  })
})

test('text above 40 000 characters is cut, or refused: never taken in silence', async () => {
  await withStub({}, async stub => {
    const channel = stub.channel('lab').id
    await clientOf(stub)
      .chat.postMessage({ channel, text: 'x'.repeat(40_001) })
      .catch(() => {})
    expect(stub.complaints).toHaveLength(1)
  })
})

import { readFileSync } from 'node:fs'
import type { KnownBlock } from '@slack/types'
import { WebAPIPlatformError } from '@slack/web-api'
import { expect, test } from 'vitest'
import { clientOf, refusalOf, withStub } from './clients.ts'

const SECTION = (text: string): KnownBlock => ({ type: 'section', text: { type: 'plain_text', text } })

test('a token is asked for its name, and refused when it is another one, of the wrong kind, or revoked', async () => {
  await withStub({}, async stub => {
    const { SLACK_APP_TOKEN: app = '' } = stub.env()
    const self = await clientOf(stub).auth.test()
    expect(self).toMatchObject({ user_id: stub.bot.user, bot_id: stub.bot.id, user: 'boardroom' })
    expect(await refusalOf(clientOf(stub, { token: 'xoxb-other' }).auth.test())).toBe('invalid_auth')
    expect(await refusalOf(clientOf(stub, { token: '' }).auth.test())).toBe('not_authed')
    expect(await refusalOf(clientOf(stub, { token: app }).auth.test())).toBe('not_allowed_token_type')
    expect(await refusalOf(clientOf(stub).apps.connections.open({}))).toBe('not_allowed_token_type')
    stub.revoke('account_inactive')
    expect(await refusalOf(clientOf(stub).auth.test())).toBe('account_inactive')
    stub.restore()
    expect(await refusalOf(clientOf(stub).auth.test())).toBe('ok')
  })
})

test('a missing scope is named, with what is there; an unknown method is known as such', async () => {
  await withStub({ rights: { scopes: ['channels:read'] } }, async stub => {
    const call = clientOf(stub).chat.postMessage({ channel: stub.channel('lab').id, text: 'hello' })
    const error = await call.then(String, (reason: unknown) => reason)
    expect(error).toBeInstanceOf(WebAPIPlatformError)
    if (error instanceof WebAPIPlatformError)
      expect(error.data).toMatchObject({
        error: 'missing_scope',
        needed: 'chat:write',
        provided: 'channels:read',
      })
    expect(await refusalOf(clientOf(stub).apiCall('chat.sing'))).toBe('unknown_method')
    expect(stub.complaints.map(({ code }) => code)).toEqual(['missing_scope', 'unknown_method'])
  })
})

test('a message goes only where the app is: not into a channel that it is not in, hidden from it, or archived', async () => {
  await withStub({}, async stub => {
    const post = async (channel: string): Promise<string> =>
      await refusalOf(clientOf(stub).chat.postMessage({ channel, text: 'hello' }))
    const old = stub.channel('old')
    old.archive()
    expect(await post(stub.channel('lab').id)).toBe('ok')
    expect(await post(stub.channel('other', { hasBot: false }).id)).toBe('not_in_channel')
    expect(await post(stub.channel('secret', { kind: 'private', hasBot: false }).id)).toBe(
      'channel_not_found',
    )
    expect(await post(old.id)).toBe('is_archived')
    expect(await post('C0NOWHERE')).toBe('channel_not_found')
    expect(await post(stub.person('mei').id)).toBe('ok')
    expect(stub.person('mei').direct.text()).toBe('boardroom: hello')
    stub.channel('lab').kick()
    expect(await post(stub.channel('lab').id)).toBe('not_in_channel')
    await clientOf(stub).conversations.join({ channel: stub.channel('lab').id })
    expect(await post(stub.channel('lab').id)).toBe('ok')
  })
})

test('what breaks the rules of blocks is refused, and every fault named with its place', async () => {
  await withStub({}, async stub => {
    const channel = stub.channel('lab').id
    const client = clientOf(stub)
    const post = async (blocks: KnownBlock[]): Promise<string> =>
      await refusalOf(client.chat.postMessage({ channel, text: 'x', blocks }))
    expect(await post([SECTION('x'.repeat(3000))])).toBe('ok')
    expect(await post(Array.from({ length: 51 }, () => SECTION('x')))).toBe('invalid_blocks')
    expect(await post([SECTION('')])).toBe('invalid_blocks')
    const error = await client.chat
      .postMessage({ channel, text: 'x', blocks: [SECTION('x'.repeat(3001))] })
      .catch((reason: unknown) => reason)
    if (!(error instanceof WebAPIPlatformError)) throw new Error('not refused')
    expect(error.data.response_metadata?.messages?.[0]).toMatch(
      /^\[ERROR\] .* \[json-pointer:\/blocks\/0\/text/,
    )
    expect(await refusalOf(client.chat.postMessage({ channel, text: '' }))).toBe('no_text')
    expect(stub.channel('lab').messages()).toHaveLength(1)
  })
})

test('an edit is limited to 4000 characters of text, makes no sound, and keeps the blocks that are not given', async () => {
  await withStub({}, async stub => {
    const mei = stub.person('mei')
    const client = clientOf(stub)
    const channel = stub.channel('lab').id
    const mention = `<@${mei.id}>`
    const { ts = '' } = await client.chat.postMessage({
      channel,
      text: 'run T1',
      blocks: [SECTION('building')],
    })
    const long = await refusalOf(client.chat.update({ channel, ts, text: 'x'.repeat(4001) }))
    expect(long).toBe('msg_too_long')
    await client.chat.update({ channel, ts, text: `done ${mention}` })
    expect(stub.channel('lab').text()).toBe('boardroom: building')
    expect(stub.channel('lab').message('building').short).toBe(`done ${mention}`)
    await client.chat.update({ channel, ts, text: 'done', blocks: [SECTION('passed')] })
    expect(stub.channel('lab').text()).toBe('boardroom: passed')
    expect(mei.notices).toEqual([])
    await client.chat.postMessage({ channel, thread_ts: ts, text: `T1 passed ${mention}` })
    expect(mei.notices).toMatchObject([{ why: 'mention', text: `T1 passed ${mention}` }])
    expect(stub.channel('lab').text()).toBe('boardroom: passed\n  | boardroom: T1 passed @mei')
    expect(await refusalOf(client.chat.update({ channel, ts: '1.000001', text: 'x' }))).toBe(
      'message_not_found',
    )
    const own = mei.say(stub.channel('lab'), 'mine')
    expect(await refusalOf(client.chat.update({ channel, ts: own.ts, text: 'x' }))).toBe(
      'cant_update_message',
    )
  })
})

test('a message is found again by its metadata, in the channel and in its thread', async () => {
  await withStub({}, async stub => {
    const client = clientOf(stub)
    const channel = stub.channel('lab').id
    const metadata = { event_type: 'boardroom', event_payload: { key: 'k1' } }
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'one', metadata })
    await client.chat.postMessage({ channel, text: 'two', thread_ts: ts, metadata })
    const found = await client.conversations.history({ channel, include_all_metadata: true, limit: 20 })
    expect(found.messages).toMatchObject([{ text: 'one', metadata, reply_count: 1 }])
    const replies = await client.conversations.replies({ channel, ts, include_all_metadata: true })
    expect(replies.messages).toMatchObject([{ text: 'one' }, { text: 'two', metadata, thread_ts: ts }])
    const without = await client.conversations.history({ channel })
    expect(without.messages?.[0]).not.toHaveProperty('metadata')
    expect(await refusalOf(client.conversations.replies({ channel, ts: '1.1' }))).toBe('thread_not_found')
    expect(await refusalOf(client.chat.postMessage({ channel, text: 'x', thread_ts: '1.1' }))).toBe(
      'thread_not_found',
    )
    const link = await client.chat.getPermalink({ channel, message_ts: ts })
    expect(link.permalink).toContain(`/archives/${channel}/p`)
  })
})

test('an ephemeral message is for one member, and can be neither edited nor found', async () => {
  await withStub({}, async stub => {
    const client = clientOf(stub)
    const channel = stub.channel('lab').id
    const mei = stub.person('mei')
    const { message_ts: ts = '' } = await client.chat.postEphemeral({ channel, user: mei.id, text: 'psst' })
    expect(mei.sees(stub.channel('lab'))).toBe('(only you) boardroom: psst')
    expect(stub.channel('lab').text()).toBe('')
    expect(await refusalOf(client.chat.update({ channel, ts, text: 'x' }))).toBe('message_not_found')
    expect((await client.conversations.history({ channel })).messages).toEqual([])
    const other = await refusalOf(client.chat.postEphemeral({ channel, user: 'U0NOBODY', text: 'psst' }))
    expect(other).toBe('user_not_in_channel')
  })
})

test('a file goes up by uploadV2 and comes down with the token alone; without it there is a page to log in', async () => {
  await withStub({}, async stub => {
    const file = readFileSync(import.meta.filename)
    const channel = stub.channel('lab')
    await clientOf(stub).files.uploadV2({
      channel_id: channel.id,
      file,
      filename: 'log.txt',
      initial_comment: 'the log',
    })
    await channel.waitsFor(/the log\n\(file: log\.txt\)/)
    const posted = stub.person('mei').upload(channel, 'boot.elf', Buffer.from([0, 255, 7]))
    const [{ url_private_download: url }] = posted.raw['files'] as [{ url_private_download: string }]
    const token = stub.env()['SLACK_BOT_TOKEN'] ?? ''
    const got = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    expect([...new Uint8Array(await got.arrayBuffer())]).toEqual([0, 255, 7])
    const page = await fetch(url)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await page.text()).toContain('Sign in')
    expect(stub.complaints).toEqual([])
  })
})

test('without files:read a file is the page to log in, though the token is right', async () => {
  await withStub({ rights: { scopes: ['chat:write'] } }, async stub => {
    const posted = stub.person('mei').upload(stub.channel('lab'), 'a', Buffer.from('x'))
    const [{ url_private: url }] = posted.raw['files'] as [{ url_private: string }]
    const got = await fetch(url, { headers: { authorization: `Bearer ${stub.env()['SLACK_BOT_TOKEN']}` } })
    expect(await got.text()).toContain('Sign in')
  })
})

test('JSON is taken where Slack takes it, with the token as bearer, and refused where it only reads', async () => {
  await withStub({}, async stub => {
    const channel = stub.channel('lab').id
    const call = async (
      method: string,
      body: string,
      type = 'application/json; charset=utf-8',
    ): Promise<unknown> => {
      const headers = { 'content-type': type, authorization: `Bearer ${stub.env()['SLACK_BOT_TOKEN']}` }
      return await (await fetch(`${stub.url}/api/${method}`, { method: 'POST', headers, body })).json()
    }
    expect(await call('chat.postMessage', JSON.stringify({ channel, text: 'hello' }))).toMatchObject({
      ok: true,
    })
    expect(await call('chat.postMessage', '{')).toMatchObject({ error: 'invalid_json' })
    expect(await call('chat.postMessage', '[]')).toMatchObject({ error: 'json_not_object' })
    expect(await call('chat.postMessage', 'x', 'text/plain')).toMatchObject({ error: 'invalid_post_type' })
    expect(await call('conversations.info', JSON.stringify({ channel }))).toMatchObject({
      error: 'invalid_arguments',
    })
  })
})

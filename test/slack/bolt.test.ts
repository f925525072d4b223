import type { App } from '@slack/bolt'
import { describe, expect, test } from 'vitest'
import { until } from '../until.ts'
import { startBolt, withStub } from './clients.ts'
import type { SlackStub } from './stub.ts'

type Setting = { stub: SlackStub; prepare(app: App): void; act(): Promise<void> }

/** The same story by socket and by HTTP: Slack's own App takes the stub for Slack. */
async function story(
  mode: 'socket' | 'http',
  set: (stub: SlackStub) => Omit<Setting, 'stub'>,
): Promise<void> {
  await withStub({ mode }, async stub => {
    const { prepare, act } = set(stub)
    const running = await startBolt(stub, mode, prepare)
    try {
      await act()
    } finally {
      await running.stop()
    }
  })
}

const PLAIN = (text: string) => ({ type: 'plain_text' as const, text })

const FORM = {
  type: 'modal' as const,
  callback_id: 'run',
  private_metadata: '{"c":"run-test"}',
  title: PLAIN('Run a test'),
  submit: PLAIN('Run'),
  close: PLAIN('Cancel'),
  blocks: [
    {
      ...{ type: 'input' as const, block_id: 'f:board', label: PLAIN('Board') },
      element: { type: 'external_select' as const, action_id: 'lookup', min_query_length: 0 },
    },
    {
      ...{ type: 'input' as const, block_id: 'f:family', label: PLAIN('Family'), dispatch_action: true },
      element: {
        ...{ type: 'static_select' as const, action_id: 'v' },
        options: [
          { text: PLAIN('Arm'), value: 'arm' },
          { text: PLAIN('RISC-V'), value: 'riscv' },
        ],
      },
    },
    {
      ...{ type: 'input' as const, block_id: 'f:file', label: PLAIN('File'), optional: true },
      element: { type: 'file_input' as const, action_id: 'v', max_files: 1 },
    },
  ],
}

describe.each(['socket', 'http'] as const)('by %s', mode => {
  test('a slash command is acknowledged, answered for one pair of eyes, and in the channel', async () => {
    await story(mode, stub => ({
      prepare(app) {
        app.command('/lab', async ({ ack, respond, say, command }) => {
          await ack()
          await respond({ text: `only for you: ${command.text}`, response_type: 'ephemeral' })
          await say('for all: Tom & Mei'.replace('&', '&amp;'))
        })
      },
      async act() {
        const [mei, tom] = [stub.person('mei'), stub.person('tom')]
        const lab = stub.channel('lab')
        expect(await mei.slash('/lab', 'boards free', lab)).toMatchObject({ kind: 'ack' })
        await tom.waitsFor(lab, /for all: Tom & Mei/)
        expect(mei.sees(lab)).toContain('(only you) boardroom: only for you: boards free')
        expect(tom.sees(lab)).not.toContain('only for you')
        mei.reload()
        expect(mei.sees(lab)).not.toContain('only for you')
        expect(stub.complaints).toEqual([])
      },
    }))
  })

  test('a modal is opened by its trigger, filled in, refused at a field, and sent', async () => {
    const submitted: unknown[] = []
    const families: unknown[] = []
    await story(mode, stub => ({
      prepare(app) {
        app.command('/run-test', async ({ ack, client, command }) => {
          await ack()
          await client.views.open({ trigger_id: command.trigger_id, view: FORM })
        })
        app.options('lookup', async ({ ack, payload }) => {
          const all = ['pi-1', 'pi-2'].filter(id => id.startsWith(payload.value))
          await ack({ options: all.map(id => ({ text: PLAIN(id), value: `board:${id}` })) })
        })
        app.action({ block_id: 'f:family' }, async ({ ack, body }) => {
          await ack()
          if (body.type === 'block_actions')
            families.push(body.view?.state.values['f:family']?.['v'], body.container)
        })
        app.view('run', async ({ ack, view }) => {
          submitted.push(view.state.values, view.private_metadata)
          if (submitted.length > 2) return await ack()
          await ack({ response_action: 'errors', errors: { 'f:board': 'pi-1 is leased by tom until 14:20' } })
        })
      },
      async act() {
        const mei = stub.person('mei')
        await mei.slash('/run-test', '', stub.channel('lab'))
        await mei.waitsFor('modal', /Run a test/)
        expect(await mei.submit()).toBeNull()
        expect(mei.sees()).toContain('! Please complete this required field.')
        expect(await mei.typeAhead('Board', '')).toEqual(['pi-1', 'pi-2'])
        await expect(mei.fill({ Board: 'pi-9' })).rejects.toThrow('no option "pi-9"')
        await mei.fill({
          Board: 'pi-1',
          Family: 'Arm',
          File: [{ name: 'boot.elf', bytes: Buffer.from('elf') }],
        })
        await mei.submit()
        expect(mei.sees()).toMatch(/Board: \[pi-1\]\n {2}! pi-1 is leased by tom until 14:20/)
        await mei.fill({ Board: 'pi-2' })
        expect(mei.sees()).not.toContain('leased by tom')
        await mei.submit()
        expect(mei.sees()).toBe('')
        expect(stub.complaints).toEqual([])
      },
    }))
    const option = { text: PLAIN('pi-2'), value: 'board:pi-2' }
    expect(submitted[2]).toMatchObject({
      'f:board': { lookup: { type: 'external_select', selected_option: option } },
      'f:family': { v: { type: 'static_select', selected_option: { value: 'arm' } } },
      'f:file': { v: { type: 'file_input', files: [{ name: 'boot.elf', size: 3, mode: 'hosted' }] } },
    })
    expect(submitted[3]).toBe('{"c":"run-test"}')
    expect(families).toMatchObject([{ selected_option: { value: 'arm' } }, { type: 'view' }])
  })

  test('a mention in a thread, a direct message and a file arrive as Slack sends them', async () => {
    const heard: unknown[] = []
    await story(mode, stub => ({
      prepare(app) {
        app.event('app_mention', async ({ event, say }) => {
          heard.push({ text: event.text, thread: event.thread_ts, ts: event.ts })
          await say({ text: `heard, <@${event.user}>`, thread_ts: event.thread_ts ?? event.ts })
        })
        app.message(async ({ message }) => void heard.push(message))
      },
      async act() {
        const [mei, lab] = [stub.person('mei'), stub.channel('lab')]
        const said = mei.say(lab, '@boardroom run https://ci.test/a?b&c')
        await mei.waitsFor(lab, / {2}\| boardroom: heard, @mei/)
        mei.say(lab, '@boardroom again', { thread: said })
        mei.upload(mei.direct, 'boot.elf', Buffer.from([1, 2, 3]), 'here')
        await until(() => heard.some(each => JSON.stringify(each).includes('boot.elf')), 'the file')
        const bot = `<@${stub.bot.user}>`
        expect(heard).toContainEqual({
          ...{ text: `${bot} run <https://ci.test/a?b&amp;c>`, thread: undefined, ts: said.ts },
        })
        expect(heard).toContainEqual(expect.objectContaining({ text: `${bot} again`, thread: said.ts }))
        expect(heard).toContainEqual(
          expect.objectContaining({ subtype: 'file_share', channel_type: 'im', text: 'here' }),
        )
        expect(mei.notices.map(({ why }) => why)).toContain('mention')
        expect(stub.complaints).toEqual([])
      },
    }))
  })

  test('a button asks first, its click carries the message, and the message is replaced', async () => {
    const clicks: unknown[] = []
    const button = (isConfirmed: boolean, text: string) => ({
      ...{ type: 'button' as const, text: PLAIN(text), action_id: `b:${text}`, value: '{"l":"cancel T1"}' },
      ...(isConfirmed ? { confirm: { title: PLAIN('Sure?'), text: PLAIN('T1 is lost.') } } : {}),
    })
    await story(mode, stub => ({
      prepare(app) {
        app.command('/lab', async ({ ack, say, respond }) => {
          await ack()
          const blocks = [
            { type: 'actions' as const, elements: [button(true, 'Cancel'), button(false, 'Log')] },
          ]
          await say({ text: 'run T1', blocks })
          await respond({ text: 'mine', blocks: [{ type: 'actions', elements: [button(false, 'Mine')] }] })
        })
        app.action(/^b:/, async ({ ack, body, respond }) => {
          await ack()
          clicks.push(body)
          await respond({ text: 'cancelled by mei', replace_original: true })
        })
      },
      async act() {
        const [mei, lab] = [stub.person('mei'), stub.channel('lab')]
        await mei.slash('/lab', 'run', lab)
        await mei.waitsFor(lab, /\[Mine\]/)
        await expect(mei.click('Cancel')).rejects.toThrow('Sure?: T1 is lost. [Yes] [Cancel]')
        expect((await mei.click('Cancel', { confirm: false })).answer).toBeNull()
        await mei.click('Cancel', { confirm: true })
        await mei.waitsFor(lab, /cancelled by mei/)
        await mei.click('Mine')
        await mei.waitsFor(lab, /\(only you\) boardroom: cancelled by mei/)
        expect(lab.messages()).toHaveLength(1)
        expect(stub.complaints).toEqual([])
      },
    }))
    expect(clicks[0]).toMatchObject({
      container: { type: 'message', is_ephemeral: false },
      actions: [{ action_id: 'b:Cancel', value: '{"l":"cancel T1"}', type: 'button' }],
      message: { text: 'run T1' },
    })
    expect(clicks[1]).toMatchObject({ container: { is_ephemeral: true } })
    expect(clicks[1]).not.toHaveProperty('message')
  })

  test('the home tab is published when it is opened; its buttons and those of a message menu arrive', async () => {
    const used: string[] = []
    await story(mode, stub => ({
      prepare(app) {
        app.event('app_home_opened', async ({ event, client }) => {
          const options = [{ text: PLAIN('Boards'), value: 'boards' }]
          const elements = [
            { type: 'button' as const, text: PLAIN('Refresh'), action_id: 'b:refresh' },
            { type: 'overflow' as const, action_id: 'b:more', options },
          ]
          const blocks = [{ type: 'actions' as const, elements }]
          await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } })
        })
        app.action('b:refresh', async ({ ack, body }) => {
          await ack()
          if (body.type === 'block_actions') used.push(`${body.container['type']} ${body.view?.type}`)
        })
        app.action('b:more', async ({ ack, action }) => {
          await ack()
          if (action.type === 'overflow') used.push(action.selected_option.value)
        })
        app.shortcut('run-file', async ({ ack, body }) => {
          await ack()
          if (body.type === 'message_action') used.push(String(body.message['files']?.[0]?.name))
        })
        app.event('member_joined_channel', async ({ event }) => void used.push(`joined by ${event.inviter}`))
      },
      async act() {
        const mei = stub.person('mei')
        mei.openHome()
        await mei.waitsFor('home', /\[Refresh\] \[… Boards\]/)
        await mei.click('Refresh')
        await mei.click('Boards')
        mei.leaveHome()
        const file = mei.upload(stub.channel('lab'), 'a.elf', Buffer.from('x'))
        await mei.shortcut('Run this file on a board', file)
        mei.invite(stub.channel('other', { hasBot: false }))
        await until(() => used.length === 4, 'what was done')
        expect(used).toEqual(['view home', 'boards', 'a.elf', `joined by ${mei.id}`])
      },
    }))
  })
})

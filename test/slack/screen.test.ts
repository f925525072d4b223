import type { KnownBlock } from '@slack/types'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../fake-clock.ts'
import { clientOf, withStub } from './clients.ts'
import { USUAL_RIGHTS } from './rights.ts'
import { readMrkdwn, writeMrkdwn } from './screen/mrkdwn.ts'
import { createWorkspace } from './workspace.ts'

const BLOCKS: KnownBlock[] = [
  { type: 'header', text: { type: 'plain_text', text: 'T12 passed' } },
  {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'by ' },
          { type: 'user', user_id: 'U0NOBODY' },
          { type: 'date', timestamp: 1_795_176_000, format: ' at {time}' },
        ],
      },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'boot ok\n# ' }] },
      {
        ...{ type: 'rich_text_list', style: 'bullet' },
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'one' }] }],
      },
    ],
  },
  {
    type: 'table',
    rows: [
      [
        { type: 'raw_text', text: 'board' },
        { type: 'raw_text', text: 'state' },
      ],
      [
        { type: 'raw_text', text: 'pi-1' },
        { type: 'raw_text', text: 'free' },
      ],
    ],
  },
  { type: 'section', text: { type: 'mrkdwn', text: '*bold* &lt;b&gt; <https://ci.test|the log>' } },
  { type: 'divider' },
  { type: 'context', elements: [{ type: 'mrkdwn', text: 'refreshed 12:00' }] },
  {
    type: 'actions',
    elements: [
      { type: 'button', text: { type: 'plain_text', text: 'Log' }, action_id: 'b:1:log' },
      {
        ...{ type: 'overflow', action_id: 'b:2:more' },
        options: [{ text: { type: 'plain_text', text: 'Re-run' }, value: 'run' }],
      },
    ],
  },
]

test('a message is read as a person sees it: blocks, not the short form; buttons in brackets', async () => {
  await withStub({}, async stub => {
    const channel = stub.channel('lab')
    await clientOf(stub).chat.postMessage({ channel: channel.id, text: 'T12 passed on pi-1', blocks: BLOCKS })
    const [message] = channel.messages()
    expect(message?.text.split('\n')).toEqual([
      ...['T12 passed', 'by @U0NOBODY at 12:00', 'boot ok', '# ', '• one', 'board | state', 'pi-1 | free'],
      ...['bold <b> the log', '---', 'refreshed 12:00', '[Log] [… Re-run]'],
    ])
    expect(message?.short).toBe('T12 passed on pi-1')
    expect(message?.labels).toEqual(['Log', 'Re-run'])
    expect(stub.complaints).toEqual([])
  })
})

test('nobody is told by an edit, by text beside blocks, or by a name that is only text', async () => {
  await withStub({}, async stub => {
    const mei = stub.person('mei')
    const channel = stub.channel('lab').id
    const text = `see <@${mei.id}>`
    const plain: KnownBlock[] = [{ type: 'section', text: { type: 'plain_text', text } }]
    await clientOf(stub).chat.postMessage({ channel, text, blocks: plain })
    expect(mei.notices).toEqual([])
    await clientOf(stub).chat.postMessage({ channel, text })
    expect(mei.notices).toMatchObject([{ why: 'mention' }])
    const { ts } = mei.say(stub.channel('lab'), 'a thread')
    await clientOf(stub).chat.postMessage({ channel, text: 'a reply', thread_ts: ts })
    await clientOf(stub).chat.postMessage({ channel: mei.id, text: 'a word' })
    expect(mei.notices.map(({ why }) => why)).toEqual(['mention', 'thread', 'direct'])
  })
})

test('whatever is typed without markup is stored escaped, and read back as it was typed', () => {
  const workspace = createWorkspace(createFakeClock(), 'boardroom', USUAL_RIGHTS)
  const word = fc
    .stringMatching(/^[a-z0-9&<> ;:/.#-]{0,40}$/)
    .filter(text => !/<[@#!]|<https?:|https?:\/\//.test(text))
  fc.assert(
    fc.property(word, typed => {
      const stored = writeMrkdwn(workspace, typed)
      expect(stored).not.toMatch(/<|>|&(?!lt;|gt;|amp;)/)
      expect(readMrkdwn(workspace, stored)).toBe(typed)
    }),
    { numRuns: 300 },
  )
})

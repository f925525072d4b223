import fc from 'fast-check'
import { expect, test } from 'vitest'
import { understand } from '../../../../src/bot/slack/inbound/parse.ts'
import type { Understood } from '../../../../src/bot/slack/inbound/types.ts'
import type { Heard } from '../../../../src/bot/slack/types.ts'
import * as payloads from './payloads.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const TS = payloads.tsOf(NOW)

function heardIn(body: unknown): Heard | string {
  const one = understand(body, NOW)
  return one.kind === 'heard' ? one.heard : one.kind === 'nothing' ? one.why : one.kind
}
const lineOf = (body: unknown): string | null => {
  const heard = heardIn(body)
  return typeof heard === 'object' && heard.kind === 'line' ? heard.line : null
}
const idOf = (one: Understood): string | null => ('id' in one ? one.id : null)

test('a slash command is the line behind its name, by whom and where, with its ways of answering', () => {
  const body = payloads.slash('tests show T12')
  expect(heardIn(body)).toEqual({
    kind: 'line',
    how: 'slash',
    by: { id: 'U1', name: 'mei' },
    place: { channel: 'C1', thread: null, isDirect: false },
    line: '/lab tests show T12',
    expect: null,
    files: [],
    message: null,
    reply: {
      responseUrl: 'https://hooks.slack.com/commands/1234/5678',
      trigger: body['trigger_id'],
      at: NOW,
    },
  })
  expect(heardIn(payloads.slash('', { channel_id: 'D9' }))).toMatchObject({
    line: '/lab',
    place: { isDirect: true },
  })
})

test('a mention is heard with its thread and its files; so is a direct message, with a file and no words', () => {
  const files = [payloads.file('hello'), { id: 'F1', file_access: 'check_file_info' }]
  expect(
    heardIn(payloads.mention('<@UBOT> run-test socA hello', NOW, { thread_ts: '1.2', files })),
  ).toMatchObject({
    how: 'mention',
    by: { id: 'U1', name: null },
    place: { channel: 'C1', thread: '1.2', isDirect: false },
    line: '<@UBOT> run-test socA hello',
    files: [{ id: 'F0S43P1CZ', name: 'hello', size: 7_968, url: expect.stringContaining('/download/hello') }],
    message: { ts: TS, isEphemeral: false },
  })
  expect(heardIn(payloads.direct('', NOW, { subtype: 'file_share', files }))).toMatchObject({
    how: 'direct',
    place: { channel: 'D1', thread: null, isDirect: true },
    line: '',
    files: [{ name: 'hello' }],
  })
})

test('a click is the line of its button, and what it was drawn from; one in App Home is between two', () => {
  expect(heardIn(payloads.click('tests cancel T12', NOW))).toMatchObject({
    how: 'click',
    by: { id: 'U1', name: 'mei' },
    place: { channel: 'C1', thread: null, isDirect: false },
    line: 'tests cancel T12',
    expect: { topic: 'run/T12', rev: 7 },
    message: { ts: '1548261231.000200', isEphemeral: false },
  })
  const ephemeral = {
    type: 'message',
    message_ts: '5.6',
    channel_id: 'C1',
    is_ephemeral: true,
    thread_ts: '1.2',
  }
  expect(heardIn(payloads.click('queue', NOW, { container: ephemeral, message: undefined }))).toMatchObject({
    place: { channel: 'C1', thread: '1.2' },
    message: { ts: '5.6', isEphemeral: true },
  })
  const home = { container: { type: 'view', view_id: 'V1' }, view: { id: 'V1', type: 'home' } }
  expect(
    heardIn(payloads.click('queue', NOW, { ...home, channel: undefined, message: undefined })),
  ).toMatchObject({ place: { channel: 'U1', thread: null, isDirect: true }, message: null })
})

test('a click on a message that has a thread is said beside it, not in its thread; one in the thread is', () => {
  // The head of a thread names itself as its thread (docs.slack.dev, messaging/retrieving-messages).
  const on = (ts: string, thread: string) => ({
    message: { ts, thread_ts: thread },
    container: { message_ts: ts },
  })
  const at = (where: Record<string, unknown>) => heardIn(payloads.click('tests rerun T12', NOW, where))
  expect(at(on('1.2', '1.2'))).toMatchObject({ place: { thread: null } })
  expect(at(on('5.6', '1.2'))).toMatchObject({ place: { thread: '1.2' } })
})

test('a link button, and one that we did not draw, ask for nothing', () => {
  for (const action of [{ type: 'button', action_id: 'open', url: 'https://x' }, { value: 'not ours' }, null])
    expect(heardIn(payloads.click('x', NOW, { actions: [action] }))).toMatch(/no line/)
})

test('a form, a field of it, a search in it and the file of a message', () => {
  expect(understand(payloads.submission(), NOW)).toMatchObject({
    kind: 'submission',
    submission: {
      by: { id: 'U1' },
      view: {
        id: 'VNHU13V36',
        hash: '156663117.cd33ad1f',
        callbackId: 'form',
        metadata: '{"c":"run-test"}',
        state: { values: { 'f:family': { v: { value: 'socA' } } } },
      },
    },
  })
  expect(understand(payloads.change(NOW), NOW)).toMatchObject({
    kind: 'change',
    change: { field: 'f:family' },
  })
  expect(understand(payloads.search('soc'), NOW)).toMatchObject({
    kind: 'options',
    query: { field: 'f:board', action: 'lookup', typed: 'soc', view: { id: 'VNHU13V36' } },
  })
  expect(heardIn(payloads.shortcut(NOW))).toMatchObject({
    kind: 'shortcut',
    by: { id: 'U1' },
    place: { channel: 'C1' },
    file: { name: 'hello' },
  })
  expect(heardIn(payloads.shortcut(NOW, { callback_id: 'other' }))).toMatch(/not ours/)
  expect(heardIn(payloads.shortcut(NOW, { message: { text: 'no file' } }))).toMatchObject({ file: null })
})

test('App Home, an invitation of the bot alone, and the end of its rights', () => {
  const opened = { type: 'app_home_opened', user: 'U1', channel: 'D1', tab: 'home', event_ts: TS }
  expect(heardIn(payloads.event(opened))).toEqual({ kind: 'home', by: { id: 'U1', name: null } })
  expect(heardIn(payloads.event({ ...opened, tab: 'messages' }))).toMatch(/another tab/)
  const joined = { type: 'member_joined_channel', user: 'UBOT', channel: 'C1', inviter: 'U2', event_ts: TS }
  expect(heardIn(payloads.event(joined))).toEqual({
    kind: 'joined',
    place: { channel: 'C1', thread: null, isDirect: false },
    by: { id: 'U2', name: null },
  })
  expect(heardIn(payloads.event({ ...joined, user: 'U3' }))).toMatch(/somebody else/)
  expect(heardIn(payloads.event({ type: 'app_uninstalled' }))).toEqual({
    kind: 'revoked',
    why: 'app_uninstalled',
  })
  const revoked = (tokens: unknown) => heardIn(payloads.event({ type: 'tokens_revoked', tokens }))
  expect(revoked({ oauth: [], bot: ['UBOT'] })).toEqual({ kind: 'revoked', why: 'tokens_revoked' })
  expect(revoked({ oauth: ['U1'], bot: [] })).toMatch(/of people/)
})

test('incident 16: what bots say is not heard, ours or others, new or changed', () => {
  for (const of of [{ bot_id: 'B1' }, { app_id: 'A1' }, { bot_profile: {} }, { user: 'USLACKBOT' }]) {
    expect(heardIn(payloads.direct('queue', NOW, of))).toMatch(/by a bot/)
    expect(heardIn(payloads.mention('<@UBOT> queue', NOW, of))).toMatch(/by a bot/)
    const message = { user: 'U1', text: 'queue', ts: TS, edited: { user: 'U1', ts: TS }, ...of }
    expect(heardIn(payloads.direct('', NOW, { subtype: 'message_changed', message }))).toMatch(/by a bot/)
  }
  for (const subtype of ['message_deleted', 'channel_join', 'bot_message', 'thread_broadcast'])
    expect(heardIn(payloads.direct('queue', NOW, { subtype }))).toMatch(/of the kind/)
  expect(heardIn(payloads.direct('queue', NOW, { channel_type: 'channel', channel: 'C1' }))).toMatch(
    /not said to/,
  )
})

test('incident 17: a message that is corrected within 30 s is offered, and is never a command', () => {
  const changed = (afterMs: number, before = 'qeue', text = 'queue') =>
    payloads.direct('', NOW, {
      subtype: 'message_changed',
      user: undefined,
      message: { user: 'U1', text, ts: TS, edited: { user: 'U1', ts: payloads.tsOf(NOW + afterMs) } },
      previous_message: { user: 'U1', text: before, ts: TS },
    })
  expect(heardIn(changed(29_000))).toEqual({
    kind: 'edited',
    self: 'UBOT',
    files: [],
    by: { id: 'U1', name: null },
    place: { channel: 'D1', thread: null, isDirect: true },
    line: 'queue',
    message: TS,
  })
  expect(heardIn(changed(31_000))).toMatch(/long after/)
  // A link that unfolds.
  expect(heardIn(changed(1_000, 'queue'))).toMatch(/nobody changed/)
  const mention = payloads.mention('<@UBOT> queue', NOW, {
    edited: { user: 'U1', ts: payloads.tsOf(NOW + 5_000) },
  })
  expect(heardIn(mention)).toMatchObject({ kind: 'edited', line: '<@UBOT> queue' })
})

test('incident 1: the same thing told again has the same name, whatever tells it; two things have two', () => {
  const same = (a: payloads.Payload, b: payloads.Payload): boolean => {
    const [one, other] = [idOf(understand(a, NOW)), idOf(understand(b, NOW + 5_000))]
    expect(one).not.toBeNull()
    return one === other
  }
  const again = (body: payloads.Payload): payloads.Payload =>
    JSON.parse(JSON.stringify(body)) as payloads.Payload
  for (const body of [
    payloads.slash('queue'),
    payloads.click('queue', NOW),
    payloads.shortcut(NOW),
    payloads.submission(),
    payloads.direct('queue', NOW),
    payloads.event({ type: 'app_uninstalled' }),
  ])
    expect(same(body, again(body))).toBe(true)
  // Two events, one message.
  expect(same(payloads.direct('queue', NOW, { channel: 'C1' }), payloads.mention('queue', NOW))).toBe(true)
  expect(same(payloads.slash('queue'), payloads.slash('queue'))).toBe(false)
  expect(same(payloads.click('queue', NOW), payloads.click('queue', NOW))).toBe(false)
  expect(same(payloads.direct('queue', NOW), payloads.direct('queue', NOW + 1_000))).toBe(false)
  const nameless = payloads.slash('queue', { trigger_id: undefined })
  expect(same(nameless, again(nameless))).toBe(true)
})

test('any JSON is answered, never thrown', () => {
  fc.assert(
    fc.property(fc.jsonValue(), body => {
      expect(understand(body, NOW).kind).toBe('nothing')
    }),
    { numRuns: 200 },
  )
})

const KNOWN = (): payloads.Payload[] => [
  payloads.slash('queue'),
  payloads.mention('<@UBOT> queue', NOW),
  payloads.direct('queue', NOW),
  payloads.direct('', NOW, {
    subtype: 'message_changed',
    message: { user: 'U1', text: 'queue', ts: TS, edited: { user: 'U1', ts: TS } },
  }),
  payloads.click('queue', NOW),
  payloads.change(NOW),
  payloads.search('s'),
  payloads.submission(),
  payloads.shortcut(NOW),
  payloads.event({ type: 'member_joined_channel', user: 'UBOT', channel: 'C1' }),
]

test('a payload of Slack with anything in any of its places is answered, and what is heard of it is whole', () => {
  fc.assert(
    fc.property(
      fc.nat(KNOWN().length - 1),
      fc.array(fc.tuple(fc.nat(), fc.jsonValue()), { maxLength: 4 }),
      (which, changes) => {
        const body = JSON.parse(JSON.stringify(KNOWN()[which])) as payloads.Payload
        for (const [where, value] of changes) {
          const places = placesIn(body)
          const place = places[where % places.length]
          if (place !== undefined) place.holder[place.name] = value
        }
        const one = understand(body, NOW)
        if (one.kind !== 'heard') return
        expect(one.id).not.toBe('')
        expect(Number.isFinite(one.at)).toBe(true)
        const { heard } = one
        // It is stored as it is.
        expect(JSON.parse(JSON.stringify(heard))).toEqual(heard)
        if ('by' in heard && heard.by !== null) expect(heard.by.id).toMatch(/./)
        if ('place' in heard) expect(heard.place.channel).toMatch(/./)
        if ('line' in heard) expect(typeof heard.line).toBe('string')
      },
    ),
    { numRuns: 500 },
  )
})

type Spot = { holder: Record<string, unknown>; name: string }

function placesIn(value: unknown): Spot[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap(name => [{ holder, name }, ...placesIn(holder[name])])
}

test('a line is what was typed, however it looks', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), text => {
      expect(lineOf(payloads.mention(text, NOW))).toBe(text)
      expect(lineOf(payloads.direct(text, NOW))).toBe(text)
      expect(lineOf(payloads.click(text, NOW))).toBe(text)
    }),
    { numRuns: 100 },
  )
})

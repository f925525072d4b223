import { buttonValue } from '../../../../src/bot/slack/button-value.ts'

/** What Slack sends, as docs.slack.dev shows it (reference/interaction-payloads, reference/events, slash commands). */

export type Payload = Record<string, unknown>

const TEAM = { id: 'T9TK3CUKW', domain: 'example' }
const USER = { id: 'U1', username: 'mei', name: 'mei', team_id: 'T9TK3CUKW' }
export const BOT = 'UBOT'

let count = 0
const next = (prefix: string): string => `${prefix}${++count}`

export const tsOf = (ms: number): string => (ms / 1_000).toFixed(6)

export function slash(text: string, more: Payload = {}): Payload {
  return {
    token: 'gIkuvaNzQIHg97ATvDxqgjtO',
    team_id: TEAM.id,
    team_domain: TEAM.domain,
    channel_id: 'C1',
    channel_name: 'boards',
    user_id: 'U1',
    user_name: 'mei',
    command: '/lab',
    text,
    api_app_id: 'A123456',
    is_enterprise_install: 'false',
    response_url: 'https://hooks.slack.com/commands/1234/5678',
    trigger_id: next('13345224609.738474920.'),
    ...more,
  }
}

export function event(one: Payload, more: Payload = {}): Payload {
  return {
    token: 'ZZZZZZWSxiZZZ2yIvs3peJ',
    team_id: TEAM.id,
    api_app_id: 'A123456',
    event: one,
    type: 'event_callback',
    event_id: next('Ev'),
    event_time: 1_515_449_522,
    authorizations: [
      { enterprise_id: null, team_id: TEAM.id, user_id: BOT, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    ...more,
  }
}

export function mention(text: string, at: number, more: Payload = {}): Payload {
  const ts = tsOf(at)
  return event({ type: 'app_mention', user: 'U1', text, ts, channel: 'C1', event_ts: ts, ...more })
}

export function direct(text: string, at: number, more: Payload = {}): Payload {
  const ts = tsOf(at)
  return event({
    type: 'message',
    channel: 'D1',
    channel_type: 'im',
    user: 'U1',
    text,
    ts,
    event_ts: ts,
    ...more,
  })
}

export function click(line: string, at: number, more: Payload = {}): Payload {
  return {
    type: 'block_actions',
    team: TEAM,
    user: USER,
    api_app_id: 'A123456',
    token: '9s8d9as89d8as9d8as989',
    container: {
      type: 'message',
      message_ts: '1548261231.000200',
      channel_id: 'C1',
      is_ephemeral: false,
    },
    trigger_id: next('12466734323.1395872398.'),
    channel: { id: 'C1', name: 'boards' },
    message: { bot_id: 'B1', type: 'message', text: 'x', user: BOT, ts: '1548261231.000200' },
    response_url: 'https://hooks.slack.com/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209',
    actions: [
      {
        action_id: 'b:0:cancel',
        block_id: 'q1',
        text: { type: 'plain_text', text: 'Cancel', emoji: true },
        value: buttonValue({ line, expect: { topic: 'run/T12', rev: 7 } }),
        type: 'button',
        action_ts: tsOf(at),
      },
    ],
    ...more,
  }
}

const VIEW = {
  id: 'VNHU13V36',
  team_id: TEAM.id,
  type: 'modal',
  title: { type: 'plain_text', text: 'Run a test' },
  blocks: [],
  private_metadata: '{"c":"run-test"}',
  callback_id: 'form',
  state: { values: { 'f:family': { v: { type: 'plain_text_input', value: 'socA' } } } },
  hash: '156663117.cd33ad1f',
  app_id: 'A123456',
  bot_id: 'B1',
}

export function submission(more: Payload = {}): Payload {
  return {
    type: 'view_submission',
    team: TEAM,
    user: USER,
    api_app_id: 'A123456',
    token: '9s8d9as89d8as9d8as989',
    trigger_id: next('12466734323.1395872398.'),
    view: VIEW,
    response_urls: [],
    ...more,
  }
}

export function change(at: number): Payload {
  return click('x', at, {
    container: { type: 'view', view_id: VIEW.id },
    channel: undefined,
    message: undefined,
    response_url: undefined,
    view: VIEW,
    actions: [
      {
        type: 'static_select',
        action_id: 'v',
        block_id: 'f:family',
        selected_option: { value: 'socA' },
        action_ts: tsOf(at),
      },
    ],
  })
}

export function search(typed: string): Payload {
  return {
    type: 'block_suggestion',
    user: USER,
    team: TEAM,
    container: { type: 'view', view_id: VIEW.id },
    api_app_id: 'A123456',
    token: '9s8d9as89d8as9d8as989',
    action_id: 'lookup',
    block_id: 'f:board',
    value: typed,
    view: VIEW,
  }
}

export function shortcut(at: number, more: Payload = {}): Payload {
  return {
    type: 'message_action',
    token: 'Nj2rfC2hU8mAfgaJLemZgO7H',
    callback_id: 'run-file',
    trigger_id: next('13345224609.8534564800.'),
    response_url: 'https://hooks.slack.com/app/T0MJR11A4/21974584944/yk1S9ndf35Q1flupVG5JbpM6',
    team: TEAM,
    channel: { id: 'C1', name: 'boards' },
    user: USER,
    action_ts: tsOf(at),
    message_ts: '1516229207.000133',
    message: {
      type: 'message',
      user: 'U2',
      ts: '1516229207.000133',
      text: 'try this',
      files: [file('hello')],
    },
    ...more,
  }
}

export function file(name: string): Payload {
  return {
    id: 'F0S43P1CZ',
    created: 1_531_763_254,
    name,
    title: name,
    mimetype: 'application/octet-stream',
    size: 7_968,
    url_private: `https://files.slack.com/files-pri/T0-F0/${name}`,
    url_private_download: `https://files.slack.com/files-pri/T0-F0/download/${name}`,
  }
}

import type { Core } from './core.ts'
import { inputsOf, keyOf, valueAtFirst } from './elements.ts'
import { type Json, textOf } from './loose.ts'
import { messageOf } from './postings.ts'
import { nameOf, writeCommand } from './screen/mrkdwn.ts'
import { type OpenView, stateOf } from './screens.ts'
import type { Conversation, Posting } from './workspace.ts'

/** Payloads of what people do, as Slack sends them (docs.slack.dev, reference/interaction-payloads). */

/** Where the element is that somebody used. */
export type Surface =
  | { kind: 'message'; conversation: Conversation; posting: Posting }
  | { kind: 'view'; open: OpenView }

export function commandOf(
  core: Core,
  user: string,
  conversation: Conversation,
  command: string,
  text: string,
): Json {
  const { team, app, tokens } = core.workspace
  const name = { public: conversation.name, private: 'privategroup', im: 'directmessage' }[conversation.kind]
  return {
    ...{ token: tokens.verification, team_id: team.id, team_domain: team.domain },
    ...{ channel_id: conversation.id, channel_name: name },
    ...{ user_id: user, user_name: nameOf(core.workspace, user), command },
    ...{ api_app_id: app.id, is_enterprise_install: 'false' },
    text: writeCommand(core.workspace, text, app.rights.escapes),
    response_url: core.replies.mint({ user, conversation, thread: null, message: null }),
    trigger_id: core.triggers.mint(user, null),
  }
}

function commonOf(core: Core, type: string, user: string): Json {
  const { team, app, tokens } = core.workspace
  const name = nameOf(core.workspace, user)
  return {
    ...{ type, user: { id: user, username: name, name, team_id: team.id } },
    ...{ api_app_id: app.id, token: tokens.verification, team: { ...team } },
    ...{ enterprise: null, is_enterprise_install: false },
  }
}

/** Of an ephemeral message the content is not sent along: the app must know by itself what was in it. */
export function surfaceOf(core: Core, surface: Surface, chosen: ReadonlyMap<string, Json>): Json {
  if (surface.kind === 'view') {
    const { open } = surface
    return { container: { type: 'view', view_id: open.id }, view: core.screens.shown(open) }
  }
  const { conversation, posting } = surface
  const isEphemeral = posting.onlyFor !== null
  const thread = posting.thread === null ? {} : { thread_ts: posting.thread }
  const place = { message_ts: posting.ts, channel_id: conversation.id, is_ephemeral: isEphemeral, ...thread }
  const name = conversation.kind === 'im' ? 'directmessage' : conversation.name
  const first = inputsOf(posting.blocks).map(
    each => [keyOf(each.block, each.element), valueAtFirst(each.element)] as const,
  )
  return {
    container: { type: 'message', ...place },
    channel: { id: conversation.id, name },
    ...(isEphemeral ? {} : { message: messageOf(core, conversation, posting, true) }),
    state: stateOf(new Map([...first, ...chosen])),
  }
}

/** `value`: what was chosen, as of the element's kind; a button has none of its own. */
export function actionOf(
  core: Core,
  user: string,
  surface: Surface,
  block: Json,
  element: Json,
  value: Json,
): Json {
  const stamp = core.workspace.ts()
  const { type, action_id, text, style } = element
  const action = { type, action_id, block_id: block['block_id'], action_ts: stamp, ...value }
  const button = type === 'button' ? { text, value: element['value'], ...(style ? { style } : {}) } : {}
  const chosen = new Map(type === 'button' ? [] : [[keyOf(block, element), { type, ...value }]])
  return {
    ...commonOf(core, 'block_actions', user),
    ...surfaceOf(core, surface, chosen),
    trigger_id: core.triggers.mint(user, surface.kind === 'view' ? surface.open.id : null),
    ...(surface.kind === 'message' ? { response_url: responseUrl(core, user, surface) } : {}),
    actions: [{ ...action, ...button }],
  }
}

function responseUrl(
  core: Core,
  user: string,
  { conversation, posting }: Surface & { kind: 'message' },
): string {
  return core.replies.mint({ user, conversation, thread: posting.thread, message: posting })
}

export function suggestionOf(
  core: Core,
  user: string,
  surface: Surface,
  block: Json,
  element: Json,
  typed: string,
): Json {
  return {
    ...commonOf(core, 'block_suggestion', user),
    ...surfaceOf(core, surface, new Map()),
    ...{ action_id: element['action_id'], block_id: block['block_id'], value: typed },
  }
}

export function submissionOf(core: Core, open: OpenView): Json {
  return {
    ...commonOf(core, 'view_submission', open.user),
    trigger_id: core.triggers.mint(open.user, open.id),
    view: core.screens.shown(open),
    response_urls: [],
  }
}

export function closingOf(core: Core, open: OpenView, isCleared: boolean): Json {
  return {
    ...commonOf(core, 'view_closed', open.user),
    view: core.screens.shown(open),
    is_cleared: isCleared,
  }
}

export function shortcutOf(
  core: Core,
  user: string,
  callback: string,
  surface: Surface & { kind: 'message' },
): Json {
  const { conversation, posting } = surface
  const name = conversation.kind === 'im' ? 'directmessage' : conversation.name
  return {
    ...commonOf(core, 'message_action', user),
    ...{ callback_id: callback, action_ts: core.workspace.ts(), message_ts: posting.ts },
    trigger_id: core.triggers.mint(user, null),
    response_url: responseUrl(core, user, surface),
    channel: { id: conversation.id, name },
    message: messageOf(core, conversation, posting, true),
  }
}

/** The word by which a payload is known in complaints and troubles. */
export function kindOf(payload: Json): string {
  return textOf(payload['type']) || textOf(payload['command'])
}

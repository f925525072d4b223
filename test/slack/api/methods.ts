import { checkHome, checkMessage, checkModal } from '../../../src/bot/slack/rules/rules.ts'
import type { Core } from '../core.ts'
import type { Tier } from '../limits.ts'
import { type Json, recordOf, textOf } from '../loose.ts'
import { Refused, refuseIf } from '../refused.ts'
import { type Call, refuseWithout } from './call.ts'
import * as chat from './chat.ts'
import * as conversations from './conversations.ts'
import * as files from './files.ts'
import * as views from './views.ts'

/** The methods of the Web API that a bot such as ours calls: what each needs, how often it may, what it does. */

export type Method = {
  token: 'bot' | 'app'
  scope: string | null
  tier: Tier
  /** Arguments may come as JSON; what only reads takes a form alone. */
  takesJson: boolean
  run(call: Call): Json
}

function bot(scope: string | null, tier: Tier, act: Method['run'], takesJson = true): Method {
  return { token: 'bot', scope, tier, takesJson, run: act }
}

function reading(scope: string | null, tier: Tier, act: Method['run']): Method {
  return bot(scope, tier, act, false)
}

export const METHODS: Readonly<Record<string, Method>> = {
  'apps.connections.open': { token: 'app', scope: null, tier: 'connect', takesJson: true, run: connect },
  'auth.test': bot(null, 'special', self),
  'blocks.validate': bot(null, 'tier4', validate),
  'chat.delete': bot('chat:write', 'tier3', chat.remove),
  'chat.getPermalink': reading(null, 'special', chat.getPermalink),
  'chat.postEphemeral': bot('chat:write', 'tier4', chat.postEphemeral),
  'chat.postMessage': bot('chat:write', 'post', chat.postMessage),
  'chat.update': bot('chat:write', 'tier3', chat.update),
  'conversations.history': reading(null, 'tier3', conversations.history),
  'conversations.info': reading(null, 'tier3', conversations.info),
  'conversations.join': bot('channels:join', 'tier3', conversations.join),
  'conversations.list': reading(null, 'tier2', conversations.list),
  'conversations.members': reading(null, 'tier4', conversations.members),
  'conversations.open': bot('im:write', 'tier3', conversations.open),
  'conversations.replies': reading(null, 'tier3', conversations.replies),
  'files.completeUploadExternal': bot('files:write', 'tier4', files.completeUploadExternal),
  'files.delete': bot('files:write', 'tier3', files.remove),
  'files.getUploadURLExternal': reading('files:write', 'tier4', files.getUploadURLExternal),
  'files.info': reading('files:read', 'tier4', files.info),
  'reactions.add': bot('reactions:write', 'tier3', chat.addReaction),
  'users.info': reading('users:read', 'tier4', conversations.userInfo),
  'users.list': reading('users:read', 'tier2', conversations.userList),
  'views.open': bot(null, 'tier4', views.open),
  'views.publish': bot(null, 'tier4', views.publish),
  'views.push': bot(null, 'tier4', views.push),
  'views.update': bot(null, 'tier4', views.update),
}

function validate({ args }: Call): Json {
  const message = args['message'] ?? { blocks: args['blocks'] }
  const issues =
    args['view'] === undefined ? checkMessage(message, 'post') : checkView(recordOf(args['view']))
  return { errors: issues.map(({ pointer, code, message: words }) => ({ pointer, code, message: words })) }
}

function checkView(view: Json): ReturnType<typeof checkModal> {
  return view['type'] === 'home' ? checkHome(view) : checkModal(view)
}

function connect({ core }: Call): Json {
  return { url: core.socketMode.address() }
}

function self({ core }: Call): Json {
  const { team, bot: own } = core.workspace
  const url = `https://${team.domain}.slack.com/`
  const who = { user: own.name, user_id: own.user, bot_id: own.id, is_enterprise_install: false }
  return { url, team: team.domain, team_id: team.id, ...who }
}

/** Throws Refused for all but a token that is good for the method. */
export function authorised(core: Core, method: Method, token: string): void {
  const { tokens, revoked } = core.workspace
  refuseIf(token === '', 'not_authed')
  const kind = token === tokens.bot ? 'bot' : token === tokens.app ? 'app' : null
  if (kind === null) throw new Refused('invalid_auth')
  const gone = revoked[kind]
  if (gone !== null) throw new Refused(gone)
  if (kind === method.token) return
  core.workspace.complain(
    'not_allowed_token_type',
    'token',
    `a token of the ${kind}, not of the ${method.token}`,
  )
  throw new Refused('not_allowed_token_type')
}

/** Null: go on. Else for how many seconds it is too early. */
export function tooEarly(core: Core, name: string, method: Method, args: Json): number | null {
  const seconds = core.limits.take(name, method.tier, textOf(args['channel']))
  if (seconds !== null) core.workspace.complain('ratelimited', name, `${method.tier}: again in ${seconds} s`)
  return seconds
}

export function run(call: Call, method: Method): Json {
  if (method.scope !== null) refuseWithout(call, method.scope)
  return { ok: true, ...method.run(call) }
}

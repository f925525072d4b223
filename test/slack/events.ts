import type { Core } from './core.ts'
import { type Json, textOf } from './loose.ts'
import type { Conversation } from './workspace.ts'

/** What the app is told of: what its manifest asks for, its scopes allow, and where it is a member. */

const MESSAGES = {
  public: { event: 'message.channels', scope: 'channels:history' },
  private: { event: 'message.groups', scope: 'groups:history' },
  im: { event: 'message.im', scope: 'im:history' },
} as const

/** A message, and when it names the app, also an app_mention. */
export function tellApp(core: Core, conversation: Conversation, event: Json): void {
  const { bot } = core.workspace
  if (!conversation.members.has(bot.user)) return
  const { event: kind, scope } = MESSAGES[conversation.kind]
  const isByPerson = event['bot_id'] === undefined
  const isNew = event['subtype'] === undefined || event['subtype'] === 'file_share'
  const isNamed = textOf(event['text']).includes(`<@${bot.user}>`)
  if (isByPerson && isNew && isNamed && conversation.kind !== 'im') {
    const { channel_type: _, subtype: __, ...mention } = event
    tell(core, 'app_mention', 'app_mentions:read', { ...mention, type: 'app_mention' })
  }
  tell(core, kind, scope, event)
}

export function tell(core: Core, kind: string, scope: string | null, event: Json): void {
  const { rights } = core.workspace.app
  if (!rights.events.includes(kind)) return
  if (scope !== null && !rights.scopes.includes(scope)) return
  void core.delivery.tell(wrapped(core, event))
}

/** docs.slack.dev, apis/events-api: "Event type structure". */
function wrapped({ workspace }: Core, event: Json): Json {
  const { team, app, bot, tokens } = workspace
  return {
    ...{
      token: tokens.verification,
      team_id: team.id,
      context_team_id: team.id,
      context_enterprise_id: null,
    },
    api_app_id: app.id,
    event,
    type: 'event_callback',
    event_id: workspace.id('Ev'),
    event_time: Math.floor(workspace.clock.now() / 1000),
    authorizations: [
      {
        ...{ enterprise_id: null, team_id: team.id, user_id: bot.user },
        ...{ is_bot: true, is_enterprise_install: false },
      },
    ],
    is_ext_shared_channel: false,
    event_context: `4-${team.id}`,
  }
}

/** Somebody came into a channel: the app is told when it is there itself, and of itself. */
export function tellJoined(
  core: Core,
  conversation: Conversation,
  user: string,
  inviter: string | null,
): void {
  if (!conversation.members.has(core.workspace.bot.user)) return
  const isPublic = conversation.kind === 'public'
  tell(core, 'member_joined_channel', isPublic ? 'channels:read' : 'groups:read', {
    ...{ type: 'member_joined_channel', user, channel: conversation.id },
    ...{ channel_type: isPublic ? 'C' : 'G', team: core.workspace.team.id },
    ...(inviter === null ? {} : { inviter }),
    event_ts: core.workspace.ts(),
  })
}

/** What Slack must know of the app (docs.slack.dev, App manifest reference): made from the commands, so that it stays true. */

import type { AppsManifestCreateArguments } from '@slack/web-api'
import { slashNames } from '../../commands/slash.ts'
import { slashCommandsOf } from '../../commands/surfaces.ts'
import type { AnyCommand } from '../../commands/types.ts'

export type Manifest = AppsManifestCreateArguments['manifest']
type Features = NonNullable<Manifest['features']>
type Slash = NonNullable<Features['slash_commands']>[number]
type Scopes = NonNullable<NonNullable<NonNullable<Manifest['oauth_config']>['scopes']>['bot']>
type Events = NonNullable<NonNullable<NonNullable<Manifest['settings']>['event_subscriptions']>['bot_events']>

/** Callback of "Run this file on a board". */
export const RUN_FILE = 'run-file'
/** Where Slack calls over HTTP. */
export const WEBHOOK_PATH = '/webhooks/slack'

/** The least that what is called and heard needs (docs.slack.dev, Scopes; each method's and event's page). */
const SCOPES: Scopes = [
  'app_mentions:read',
  // A message whose posting broke off is looked for by its metadata before it is posted again.
  'channels:history',
  'channels:join',
  // Being invited is heard of in channels that may be read.
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'groups:history',
  'groups:read',
  'im:history',
  'im:write',
  'users:read',
]

const EVENTS: Events = [
  'app_home_opened',
  'app_mention',
  'app_uninstalled',
  'member_joined_channel',
  'message.im',
  'tokens_revoked',
]

/** `slash` is SLACK_COMMANDS; `url` null: socket mode, else what Slack's calls begin with (https). */
export function slackManifest(commands: readonly AnyCommand[], slash: string, url: string | null): Manifest {
  const called = url === null ? null : `${url.replace(/\/+$/, '')}${WEBHOOK_PATH}`
  return {
    display_information: {
      name: 'Boardroom',
      description: 'Runs tests on the boards of a lab, lends boards, and tells how it went.',
      background_color: '#1f3a5f',
    },
    features: featuresOf(commands, slash, called),
    oauth_config: { scopes: { bot: SCOPES } },
    settings: settingsOf(called),
  }
}

function featuresOf(commands: readonly AnyCommand[], slash: string, called: string | null): Features {
  return {
    app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
    // Never shown as present by itself: a bot that is down would be too.
    bot_user: { display_name: 'boardroom', always_online: false },
    shortcuts: [
      {
        name: 'Run this file on a board',
        type: 'message',
        callback_id: RUN_FILE,
        description: 'Opens the form of a test with the file of this message in it.',
      },
    ],
    slash_commands: slashesOf(commands, slash).map(each =>
      called === null ? each : { ...each, url: called },
    ),
  }
}

function settingsOf(called: string | null): NonNullable<Manifest['settings']> {
  const events = called === null ? {} : { request_url: called }
  const interactivity = called === null ? {} : { request_url: called, message_menu_options_url: called }
  return {
    event_subscriptions: { ...events, bot_events: EVENTS },
    interactivity: { is_enabled: true, ...interactivity },
    org_deploy_enabled: false,
    socket_mode_enabled: called === null,
    token_rotation_enabled: false,
  }
}

/** What people look for first comes first in the hint, whatever else there is. */
const FIRST = ['help', 'run-test', 'lease', 'boards', 'queue', 'tests', 'status']

function slashesOf(commands: readonly AnyCommand[], setting: string): Slash[] {
  const known = slashCommandsOf(commands)
  const nouns = known.map(each => each.name)
  const hint = FIRST.filter(noun => nouns.includes(noun)).join(' | ')
  return slashNames(setting).map(({ name, noun }) => {
    const own = known.find(each => each.name === noun)
    if (own === undefined)
      return {
        command: name,
        description: 'Tests, boards, leases and power of the lab',
        usage_hint: hint,
        should_escape: true,
      }
    const description = own.description.replace(/^./, letter => letter.toUpperCase())
    return { command: name, description, usage_hint: own.usageHint, should_escape: true }
  })
}

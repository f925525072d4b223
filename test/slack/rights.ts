import { recordOf, recordsOf, textOf } from './loose.ts'
import type { AppRights } from './workspace.ts'

/** What the app may do: as its manifest says, or all that a bot such as ours has use for. */

export const USUAL_RIGHTS: AppRights = {
  scopes: [
    ...['app_mentions:read', 'channels:history', 'channels:join', 'channels:read', 'chat:write', 'commands'],
    ...['files:read', 'files:write', 'groups:history', 'groups:read', 'im:history', 'im:read', 'im:write'],
    ...['reactions:write', 'users:read'],
  ],
  events: [
    ...['app_home_opened', 'app_mention', 'app_uninstalled', 'member_joined_channel', 'tokens_revoked'],
    ...['message.channels', 'message.groups', 'message.im'],
  ],
  commands: null,
  shortcuts: [{ name: 'Run this file on a board', callback_id: 'run-file' }],
  hasHome: true,
  escapes: false,
}

/** Of manifest.json (docs.slack.dev, reference/app-manifest). */
export function rightsOf(manifest: unknown): AppRights {
  const features = recordOf(recordOf(manifest)['features'])
  const oauth = recordOf(recordOf(manifest)['oauth_config'])
  const settings = recordOf(recordOf(manifest)['settings'])
  const shortcuts = recordsOf(features['shortcuts']).filter(({ type }) => type === 'message')
  return {
    scopes: strings(recordOf(oauth['scopes'])['bot']),
    events: strings(recordOf(settings['event_subscriptions'])['bot_events']),
    commands: recordsOf(features['slash_commands']).map(({ command }) => textOf(command)),
    shortcuts: shortcuts.map(each => ({
      name: textOf(each['name']),
      callback_id: textOf(each['callback_id']),
    })),
    hasHome: recordOf(features['app_home'])['home_tab_enabled'] === true,
    escapes: recordsOf(features['slash_commands']).some(each => each['should_escape'] === true),
  }
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

import { parseArgs } from 'node:util'
import { slackManifest } from '../bot/slack/manifest.ts'
import { commands } from '../commands/registry.ts'
import { readEnvironment, withDotEnv } from '../config/index.ts'
import { InputError, messageOf } from '../errors.ts'

const USE = 'boardroom manifest [--url https://lab.example.com]'

/**
 * `boardroom manifest`: what to paste where Slack asks for the manifest of a new app, as JSON; for socket mode, or
 * with `--url` for events over HTTP. Throws InputError for the address, ConfigError for SLACK_COMMANDS.
 */
export async function runManifest(args: readonly string[]): Promise<number> {
  const url = urlOf(args)
  const { SLACK_COMMANDS } = await withDotEnv('.env', process.env)
  process.stdout.write(`${manifestText(namingOf(SLACK_COMMANDS), url)}\n`)
  return 0
}

export function manifestText(slash: string, url: string | null): string {
  return JSON.stringify(slackManifest(commands, slash, url), null, 2)
}

/** The tokens do not matter yet: the app that they are for is only just being made. */
function namingOf(setting: string | undefined): string {
  const stand = {
    CHAT: 'slack',
    SLACK_BOT_TOKEN: 'xoxb-0',
    SLACK_APP_TOKEN: 'xapp-0',
    SLACK_COMMANDS: setting,
  }
  return readEnvironment(stand).slack?.commands ?? 'all'
}

function urlOf(args: readonly string[]): string | null {
  const { url } = flagsOf(args)
  if (url === undefined) return null
  const address = URL.parse(url)
  if (address?.protocol === 'https:' && address.search === '' && address.hash === '') return url
  throw new InputError(`"${url}" is no address that Slack would call`, {
    hint: `Slack calls https alone, with no query: ${USE}. Without --url the app uses socket mode and needs no address.`,
  })
}

function flagsOf(args: readonly string[]): { url?: string | undefined } {
  try {
    return parseArgs({ args: [...args], options: { url: { type: 'string' } } }).values
  } catch (error) {
    throw new InputError(messageOf(error), { hint: USE })
  }
}

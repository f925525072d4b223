import { z } from 'zod'
import type { SlackSettings } from './types.ts'
import { isWebAddress } from './web-address.ts'

export const MODES = ['socket', 'http'] as const

/** Only this begins the names that `SLACK_COMMANDS` gives: without its end it could be one of them. */
const PREFIX = /^[a-z][a-z0-9_]*[-_]$/
/** Slack's names are at most 32 characters, and `run-test` follows. */
const LONGEST_PREFIX = 20

/** What has a wrong shape is never shown: a token pasted into the wrong line is a token all the same. */
const SHAPES = {
  SLACK_BOT_TOKEN: [
    /^xoxb-\S+$/,
    'is no token of a bot: they begin with xoxb-. It is under OAuth & Permissions of the app, once that is installed.',
  ],
  SLACK_APP_TOKEN: [
    /^xapp-\S+$/,
    'is no token of an app: they begin with xapp-. Make one under Basic Information, App-Level Tokens, with the scope connections:write.',
  ],
  SLACK_CHANNEL: [
    /^[CG][A-Z0-9]{2,20}$/,
    "is no id of a channel: they look like C0123ABCD. It is at the bottom of the channel's details in Slack (click its name); a name can change, an id never does.",
  ],
} as const satisfies Record<string, readonly [RegExp, string]>

type Values = Readonly<Record<string, string | undefined>>

export const SlackVariables = z.object({
  SLACK_MODE: z.enum(MODES, `must be one of ${MODES.join(', ')}`).optional(),
  SLACK_API_URL: z
    .string()
    .refine(isWebAddress, 'must be an address such as https://slack-gateway.example.com/api/')
    .transform(url => `${url.replace(/\/+$/, '')}/`)
    .optional(),
  SLACK_COMMANDS: z
    .string()
    .refine(
      isNaming,
      `must be all, lab or a prefix of at most ${LONGEST_PREFIX} characters that ends in a hyphen, such as soc-`,
    )
    .optional(),
})

/** What has the wrong shape for a bot on Slack, a sentence each. */
export function slackProblems(values: Values): string[] {
  return Object.entries(SHAPES).flatMap(([name, [shape, words]]) => {
    const value = values[name]
    return value === undefined || shape.test(value) ? [] : [`${name}: ${words}`]
  })
}

export function slackSettings(values: Values, read: z.output<typeof SlackVariables>): SlackSettings {
  return {
    botToken: values['SLACK_BOT_TOKEN'] ?? '',
    appToken: values['SLACK_APP_TOKEN'] ?? null,
    signingSecret: values['SLACK_SIGNING_SECRET'] ?? null,
    mode: read.SLACK_MODE ?? 'socket',
    apiUrl: read.SLACK_API_URL ?? null,
    home: values['SLACK_CHANNEL'] ?? null,
    commands: read.SLACK_COMMANDS ?? 'all',
  }
}

function isNaming(text: string): boolean {
  return text === 'all' || text === 'lab' || (PREFIX.test(text) && text.length <= LONGEST_PREFIX)
}

import type { Environment } from './types.ts'

type Chat = Environment['chat']
type Values = Readonly<Record<string, string | undefined>>

const SLACK = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET']
const FEISHU = ['FEISHU_APP_ID', 'FEISHU_APP_SECRET', 'FEISHU_ENCRYPT_KEY', 'FEISHU_VERIFICATION_TOKEN']

/**
 * The platform this process speaks to: what `CHAT` says, else the one whose tokens are there, else the terminal.
 * A webhook URL alone makes no bot (M5.6), but it belongs to its platform, and two platforms are one too many (M5.1).
 */
export function chatOf(values: Values, problems: string[]): Chat {
  const slack = namesIn(values, SLACK)
  const feishu = namesIn(values, FEISHU)
  const allSlack = [...slack, ...namesIn(values, ['SLACK_WEBHOOK_URL'])]
  const allFeishu = [...feishu, ...namesIn(values, ['FEISHU_WEBHOOK_URL'])]
  if (allSlack.length > 0 && allFeishu.length > 0) problems.push(both(allSlack, allFeishu))
  const asked = values['CHAT']
  if (asked !== undefined && asked !== 'slack' && asked !== 'feishu' && asked !== 'terminal')
    problems.push(`CHAT: "${asked}" is none of slack, feishu, terminal.`)
  const chat = isChat(asked) ? asked : slack.length > 0 ? 'slack' : feishu.length > 0 ? 'feishu' : 'terminal'
  const missing = neededBy(chat, values).filter(name => values[name] === undefined)
  for (const name of missing) problems.push(`${name}: is not set, and a bot on ${chat} needs it.`)
  return chat
}

function isChat(word: string | undefined): word is Chat {
  return word === 'slack' || word === 'feishu' || word === 'terminal'
}

function namesIn(values: Values, names: readonly string[]): string[] {
  return names.filter(name => values[name] !== undefined)
}

function both(slack: readonly string[], feishu: readonly string[]): string {
  return `Both Slack (${slack.join(', ')}) and Feishu (${feishu.join(', ')}) are set up. A deployment has exactly one of them: take out the other's variables.`
}

/** Socket and long connection need no public address; over HTTP each event is checked by a secret instead. */
function neededBy(chat: Chat, values: Values): string[] {
  if (chat === 'slack')
    return ['SLACK_BOT_TOKEN', values['SLACK_MODE'] === 'http' ? 'SLACK_SIGNING_SECRET' : 'SLACK_APP_TOKEN']
  if (chat === 'feishu')
    return [
      'FEISHU_APP_ID',
      'FEISHU_APP_SECRET',
      ...(values['FEISHU_MODE'] === 'http' ? ['FEISHU_VERIFICATION_TOKEN'] : []),
    ]
  return []
}

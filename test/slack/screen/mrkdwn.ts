import type { Json } from '../loose.ts'
import type { User, Workspace } from '../workspace.ts'

/** Markup of Slack as a person reads it (docs.slack.dev, messaging/formatting-message-text). */
export function readMrkdwn(workspace: Workspace, text: string): string {
  const readable = text
    .replace(/<([^<>]+)>/g, (_, inside: string) => readLink(workspace, inside))
    .replace(/```\n?([\s\S]*?)\n?```/g, '$1')
    .replace(/(^|[\s(])[*_~`]([^*_~`\n]+)[*_~`](?=$|[\s).,:;!?])/gm, '$1$2')
  return unescaped(readable)
}

export function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function readLink(workspace: Workspace, inside: string): string {
  const [target = '', label] = inside.split('|', 2)
  if (target.startsWith('@')) return `@${nameOf(workspace, target.slice(1))}`
  if (target.startsWith('#'))
    return `#${workspace.conversations.get(target.slice(1))?.name ?? label ?? target}`
  if (target.startsWith('!date')) return label ?? target
  if (target.startsWith('!')) return `@${target.slice(1).split('^')[0]}`
  return label ?? target
}

export function nameOf(workspace: Workspace, user: string): string {
  return workspace.users.get(user)?.name ?? user
}

/** What a person types, as Slack stores it: names and addresses become links, and `& < >` are escaped. */
export function writeMrkdwn(workspace: Workspace, typed: string): string {
  return typed
    .split(/(<[@#!][^<>]+>|<https?:[^<>]+>)/)
    .map((part, index) => (index % 2 === 1 ? part : writePlain(workspace, part)))
    .join('')
}

/** The text of a slash command: escaped; names become links only where the app asked for it. */
export function writeCommand(workspace: Workspace, typed: string, escapes: boolean): string {
  const safe = escaped(typed)
  if (!escapes) return safe
  return safe.replace(NAME, (whole, before: string, name: string) => {
    const found = userNamed(workspace, name)
    return found ? `${before}<@${found.id}|${name}>` : whole
  })
}

/** What a person's message says, as the blocks that Slack's editor makes of it. */
export function richTextOf(text: string): Json {
  const elements = text.split(/(<@[UW][A-Z0-9]+>|<https?:[^<>]+>)/).flatMap((part, index): Json[] => {
    if (part === '') return []
    if (index % 2 === 0) return [{ type: 'text', text: unescaped(part) }]
    const inside = part.slice(1, -1)
    if (inside.startsWith('@')) return [{ type: 'user', user_id: inside.slice(1) }]
    return [{ type: 'link', url: unescaped(inside.split('|')[0] ?? '') }]
  })
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }
}

const NAME = /(^|\s)@([\w-]+)/g

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function userNamed(workspace: Workspace, name: string): User | undefined {
  return [...workspace.users.values()].find(user => user.name === name)
}

function writePlain(workspace: Workspace, typed: string): string {
  return escaped(typed)
    .replace(/https?:\/\/[^\s]+/g, '<$&>')
    .replace(NAME, (whole, before: string, name: string) => {
      const found = userNamed(workspace, name)
      return found ? `${before}<@${found.id}>` : whole
    })
}

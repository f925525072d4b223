import { type Json, recordsOf, textOf } from '../loose.ts'
import type { Workspace } from '../workspace.ts'
import { nameOf } from './mrkdwn.ts'

/** A rich_text block as a person reads it. */
export function drawRichText(workspace: Workspace, block: Json): string[] {
  return recordsOf(block['elements']).flatMap(part => drawPart(workspace, part))
}

function drawPart(workspace: Workspace, part: Json): string[] {
  const inside = recordsOf(part['elements'])
  if (part['type'] === 'rich_text_list') return drawList(workspace, part, inside)
  const lines = inside
    .map(element => drawRun(workspace, element))
    .join('')
    .replace(/\n$/, '')
    .split('\n')
  return part['type'] === 'rich_text_quote' ? lines.map(line => `> ${line}`) : lines
}

function drawList(workspace: Workspace, part: Json, items: readonly Json[]): string[] {
  const indent = '  '.repeat(Number(part['indent'] ?? 0))
  const mark = (index: number): string => (part['style'] === 'ordered' ? `${index + 1}.` : '•')
  return items.map((item, index) => `${indent}${mark(index)} ${drawPart(workspace, item).join(' ')}`)
}

function drawRun(workspace: Workspace, run: Json): string {
  switch (run['type']) {
    case 'text':
      return textOf(run['text'])
    case 'link':
      return textOf(run['text']) || textOf(run['url'])
    case 'user':
      return `@${nameOf(workspace, textOf(run['user_id']))}`
    case 'channel':
      return `#${workspace.conversations.get(textOf(run['channel_id']))?.name ?? textOf(run['channel_id'])}`
    case 'broadcast':
      return `@${textOf(run['range'])}`
    case 'emoji':
      return `:${textOf(run['name'])}:`
    case 'date':
      return drawDate(run)
    default:
      return ''
  }
}

/** Readers see it in their own zone; these here live in UTC. Words and marks of the format stay. */
function drawDate(run: Json): string {
  const [day = '', time = ''] = new Date(Number(run['timestamp']) * 1000).toISOString().split(/[T.]/)
  return textOf(run['format'])
    .replace(/\{time_secs\}/g, time)
    .replace(/\{time\}/g, time.slice(0, 5))
    .replace(/\{(?:ago|day_divider_pretty|date\w*)\}/g, day)
}

/**
 * What somebody typed in Slack, to the line that they meant (docs.slack.dev, formatting message text: links and
 * mentions come as `<…>`, and & < > of the text itself as entities).
 */

import { splitLine } from '../../../commands/words.ts'
import { InputError } from '../../../errors.ts'

/** `left`: lines below the command that are not carried out. */
export type Typed = { line: string; left: number }

/** `self` is the bot's own user id: being called by its name is no word of the command. */
export function typedIn(text: string, self: string): Typed {
  const called = new RegExp(`^(?:\\s*<@${self}(?:\\|[^<>]*)?>[\\s:,]*)+`)
  // The bot may be called behind the command as well: `queue @Boardroom`.
  const own = new RegExp(`\\s*<@${self}(?:\\|[^<>]*)?>\\s*$`)
  const plain = unmarked(text.replace(called, '').replace(own, ''))
  return firstCommand(withoutFence(plain.replace(UNSEEN, '').replaceAll('\u00a0', ' ')).trim())
}

/** The line of a slash command: `/lab queue` is `queue`; `prefix` is what the deployment put before their names. */
export function slashLine(text: string, prefix: string): string {
  const [, name = '', rest = ''] = /^\s*\/([^\s]+)\s*(.*)$/s.exec(text) ?? []
  if (name === '') return text.trim()
  const noun = prefix !== '' && name.startsWith(prefix) ? name.slice(prefix.length) : name
  return (noun === 'lab' ? rest : `${noun} ${rest}`).trim()
}

// Zero-width characters come along when text is copied, and would be part of a name.
const UNSEEN = /[\u200b\u2060\ufeff]/g

/** Text as it was seen: `<…>` by what it showed, entities by their characters. */
function unmarked(text: string): string {
  return text
    .split(/(<[^<>]*>)/)
    .map(part => entities(part.startsWith('<') && part.endsWith('>') ? shown(part.slice(1, -1)) : part))
    .join('')
}

/** `@U1|mei`, `#C1|lab`, `https://lab/x|lab/x`, `mailto:a@b|a@b`, `!subteam^S1|@team`, `!here`. */
function shown(token: string): string {
  const [target = '', ...labels] = token.split('|')
  const label = labels.join('|')
  // People are known by their ids: names change, and two may have the same.
  if (target.startsWith('@')) return target.slice(1)
  if (target.startsWith('#')) return label === '' ? target.slice(1) : `#${label}`
  if (target.startsWith('!')) return label === '' ? `@${target.slice(1)}` : label
  if (label !== '') return label
  return target.startsWith('mailto:') ? target.slice('mailto:'.length) : target
}

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' }

/** In one pass: `&amp;lt;` is the text `&lt;`. */
function entities(text: string): string {
  return text.replace(/&(?:lt|gt|amp);/g, entity => ENTITIES[entity] ?? entity)
}

/** People put commands between backticks; those within a line belong to a shell. */
function withoutFence(text: string): string {
  const trimmed = text.trim()
  const [, block] = /^```(?:[a-z]+\n)?(.*?)```$/s.exec(trimmed) ?? []
  if (block !== undefined) return block
  const [, code] = /^`([^`]*)`$/.exec(trimmed) ?? []
  return code ?? trimmed
}

/** One line is one command. A line that ends within quotes goes on in the next. */
function firstCommand(text: string): Typed {
  const { line, below } = split(text.replaceAll('\r\n', '\n'))
  return { line: line.trim(), left: below.split('\n').filter(each => each.trim() !== '').length }
}

function split(text: string): { line: string; below: string } {
  try {
    return splitLine(text)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    // Never closed: the grammar points at the quote.
    const [line = '', ...below] = text.split('\n')
    return { line, below: below.join('\n') }
  }
}

/** Text of people and boards made harmless at the border, and the small words that views are built from. */

import type { Millis } from '../clock.ts'
import { assertNever } from '../errors.ts'
import { stripAnsi } from '../reading/ansi.ts'
import type { Action, Run } from './view.ts'
import { clockTime, dateTime, relative, type TimeFrame } from './words.ts'

/** Only the parts of a person that are shown and mentioned. */
type Named = { id: string; name: string }

// Bidirectional overrides reorder what is read (CVE-2021-42574), the others are invisible or end a line.
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g

/** One line of plain text: no control characters, escape sequences or bidirectional overrides are left (P28). */
export function clean(text: string): string {
  return stripAnsi(text.toWellFormed().replace(BREAKS, ' ')).replace(UNSEEN, '')
}

export function plain(text: string): Run {
  return { r: 'plain', text: clean(text) }
}

export function bold(text: string): Run {
  return { r: 'bold', text: clean(text) }
}

export function code(text: string): Run {
  return { r: 'code', text: clean(text) }
}

/** `url` is one that the lab made, never a person's. */
export function link(text: string, url: string): Run {
  return { r: 'link', text: clean(text), url: clean(url) }
}

export function user(person: Named): Run {
  return { r: 'user', id: person.id, name: clean(person.name) }
}

export function time(at: Millis, form: 'clock' | 'date' | 'relative' = 'clock'): Run {
  return { r: 'time', at, form }
}

/** `@mei`, however the name was written. */
export function mention(name: string): string {
  return name.startsWith('@') ? clean(name) : `@${clean(name)}`
}

/** Runs as one plain string, for summaries and for terminals. */
export function textOf(runs: readonly Run[], frame: TimeFrame): string {
  return runs.map(run => runText(run, frame)).join('')
}

export function runText(run: Run, frame: TimeFrame): string {
  switch (run.r) {
    case 'plain':
    case 'bold':
    case 'code':
      return clean(run.text)
    case 'link':
      return run.text === run.url || run.text === ''
        ? clean(run.url)
        : `${clean(run.text)}: ${clean(run.url)}`
    case 'user':
      return mention(run.name)
    case 'time':
      return timeText(run.at, run.form, frame)
    default:
      return assertNever(run)
  }
}

function timeText(at: Millis, form: 'clock' | 'date' | 'relative', frame: TimeFrame): string {
  if (form === 'relative') return relative(at, frame)
  return form === 'date' ? dateTime(at, frame) : clockTime(at, frame)
}

/** `@mei, @jin`, each as a person. */
export function users(people: readonly Named[]): readonly Run[] {
  return people.flatMap((each, index) => (index === 0 ? [user(each)] : [plain(', '), user(each)]))
}

/** At most `most` characters, cut at a whole one. */
export function shorten(text: string, most: number): string {
  const characters = [...clean(text)]
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`
}

/** A button; `line` is the very command line that it runs. */
export function button(id: string, label: string, line: string, more: Partial<Action> = {}): Action {
  return { id, label, line, ...more }
}

/** `a, b, c and 4 more`. */
export function listed(items: readonly string[], most: number): string {
  if (items.length <= most) return items.join(', ')
  return `${items.slice(0, most).join(', ')} and ${items.length - most} more`
}

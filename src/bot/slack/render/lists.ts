/** Things one under another: fields, steps, and what a form asks for where it cannot be filled in. */

import type { RichTextElement } from '@slack/types'
import { clean } from '../../../cards/text.ts'
import type { Field, Part } from '../../../cards/view.ts'
import { percent } from '../../../cards/words.ts'
import { bar, shareOf } from '../../terminal/bar.ts'
import { crop, isBlank, orElse } from './crop.ts'
import { type Draw, type Drawn, detail } from './draw.ts'
import { plainNote } from './note.ts'
import { richRuns, richText, text } from './runs.ts'

type Of<T extends Part['t']> = Extract<Part, { t: T }>
type Row = readonly RichTextElement[]

/** More in one block is hard to read, and none of them may be too long for one. */
const ROWS_A_BLOCK = 10
const NAME = 75
const SHORT = 200

export function fieldBlocks({ items }: Of<'fields'>, draw: Draw): readonly Drawn[] {
  const room = Math.floor(draw.room.text / ROWS_A_BLOCK)
  const rows = items.map(({ name, value }): Row => {
    const words = orElse(crop(name, NAME).trim(), '–')
    return [text(words, { bold: true }), text('  '), ...richRuns(value, draw, Math.max(SHORT, room))]
  })
  return listed(rows, draw)
}

const MARKS: Readonly<Record<Of<'steps'>['items'][number]['state'], string>> = {
  todo: 'to do',
  run: 'now',
  ok: 'ok',
  fail: 'failed',
  skip: 'skipped',
}

export function stepBlocks({ items }: Of<'steps'>, draw: Draw): readonly Drawn[] {
  const rows = items.map(({ title, state, note }): Row => {
    const words = crop(title, SHORT)
    const isLoud = state === 'run' || state === 'fail'
    const beside = crop(note ?? '', SHORT)
    return [
      text(MARKS[state], { code: true }),
      ...(isBlank(words) ? [] : [text('  '), text(words, isLoud ? { bold: true } : undefined)]),
      ...(isBlank(beside) ? [] : [text(`  ${beside}`)]),
    ]
  })
  return listed(rows, draw)
}

export function progressBlock({ done, total, label }: Of<'progress'>, draw: Draw): Drawn {
  const words = crop(label, draw.room.text)
  const number = percent(shareOf(done, total))
  return detail(
    richText([
      text(`${bar(done, total)} ${number}`),
      text(isBlank(words) ? ` (${done}/${total})` : ` · ${words}`),
    ]),
  )
}

/** A form that has come as a message: what it asks for. */
export function askedBlocks(fields: readonly Field[], draw: Draw): readonly Drawn[] {
  const rows = fields.map(({ label, required, hint }): Row => {
    const words = [
      ...(isBlank(clean(hint ?? '')) ? [] : [crop(hint ?? '', SHORT)]),
      ...(required ? ['Needed.'] : []),
    ]
    return [text(orElse(crop(label, NAME), '–'), { bold: true }), text(`  ${words.join(' ')}`)]
  })
  return listed(rows, draw)
}

function listed(rows: readonly Row[], draw: Draw): readonly Drawn[] {
  const shown = rows.slice(0, draw.room.items)
  const left = rows.length - shown.length
  const blocks: Drawn[] = []
  for (let from = 0; from < shown.length; from += ROWS_A_BLOCK) {
    const lines = shown.slice(from, from + ROWS_A_BLOCK)
    blocks.push(
      detail(richText(lines.flatMap((line, index) => (index === 0 ? line : [text('\n'), ...line])))),
    )
  }
  if (left === 0) return blocks
  draw.warnings.push(`a list shows ${shown.length} of ${rows.length}`)
  return [...blocks, detail(plainNote(`… and ${left} more`))]
}

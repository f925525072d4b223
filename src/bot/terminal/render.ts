/** A view as lines of a terminal: never wider than it, and nothing in them that the view's text could command. */

import { bold, runText } from '../../cards/text.ts'
import type { Action, Part, Run, Tone, View } from '../../cards/view.ts'
import type { TimeFrame } from '../../cards/words.ts'
import { assertNever } from '../../errors.ts'
import { bar } from './bar.ts'
import { chartLines } from './chart.ts'
import { formLines } from './form-lines.ts'
import { type Ink, type Line, type Piece, paint, piece, textOfLine, widthOf, wrap } from './ink.ts'
import { tableLines } from './table.ts'
import { columnsOf, pad } from './width.ts'

export type RenderOptions = TimeFrame & {
  /** Null: lines are as long as they are, for pipes and files. */
  columns: number | null
  colour: boolean
  /** Only the title, for a card that is shown again. */
  compact?: boolean
}

/** Buttons are numbered from 1 in the order of this list. */
export type Rendered = { lines: readonly string[]; buttons: readonly Action[] }

const NARROWEST = 20
/** Where the aside ends when nothing limits the lines. */
const USUAL_WIDTH = 80
const BOX = 4

type Draw = TimeFrame & { columns: number | null; buttons: Action[] }
type Drawn = { line: Line; isButton: boolean }

export function render(view: View, options: RenderOptions): Rendered {
  const { colour, now, timeZone } = options
  const columns = options.columns === null ? null : Math.max(NARROWEST, options.columns)
  const boxed = columns !== null && view.kind === 'form' && view.tone === 'warn'
  const draw: Draw = {
    now,
    timeZone,
    columns: columns === null ? null : columns - (boxed ? BOX : 0),
    buttons: [],
  }
  const body = options.compact === true ? [] : view.parts.flatMap(part => partLines(part, draw))
  const all = [...titleLines(view, draw), ...body].map(each =>
    each.isButton ? each.line : unlikeButton(each.line),
  )
  const lines = boxed ? inBox(all, columns) : all
  return { lines: lines.map(line => paint(line, colour)), buttons: draw.buttons }
}

function titleLines(view: View, draw: Draw): readonly Drawn[] {
  const last = view.title.length - 1
  const loud = last > 0 || view.tone === 'bad' || view.tone === 'warn'
  const inkAt = (index: number): Ink => (index === last && loud ? toneInk(view.tone) : 'bold')
  const title = view.title.map((run, index) =>
    piece(runText(run, draw), run.r === 'plain' && index < last ? undefined : inkAt(index)),
  )
  const aside = (view.aside ?? []).map(run => piece(runText(run, draw), 'dim'))
  const room = (draw.columns ?? USUAL_WIDTH) - widthOf(title) - widthOf(aside)
  if (aside.length === 0) return plainLines(wrap(title, draw.columns))
  if (room >= 2) return plainLines([[...title, { text: ' '.repeat(room) }, ...aside]])
  if (draw.columns === null) return plainLines([[...title, { text: '  ' }, ...aside]])
  return plainLines([...wrap(title, draw.columns), ...wrap(aside, draw.columns)])
}

function toneInk(tone: Tone): Ink {
  return `tone-${tone}`
}

function plainLines(lines: readonly Line[]): readonly Drawn[] {
  return lines.map(line => ({ line, isButton: false }))
}

function partLines(part: Part, draw: Draw): readonly Drawn[] {
  switch (part.t) {
    case 'text':
      return plainLines(wrap(runPieces(part.runs, draw), draw.columns))
    case 'note':
      return plainLines(wrap(runPieces(part.runs, draw, 'dim'), draw.columns))
    case 'fields':
      return plainLines(fieldLines(part.items, draw))
    case 'table':
      return [...captionLines(part, draw), ...buttonLines(part.more === undefined ? [] : [part.more], draw)]
    case 'progress':
      return plainLines(
        wrap(
          [piece(bar(part.done, part.total), 'tone-run'), piece(` ${textIn(part.label, draw)}`)],
          draw.columns,
        ),
      )
    case 'steps':
      return plainLines(part.items.flatMap(item => stepLines(item, draw)))
    case 'search':
      return plainLines(
        wrap(
          [
            piece(
              `${textIn(part.label, draw)}: ${textIn(part.line, draw)} ${textIn(part.hint, draw)}`,
              'dim',
            ),
          ],
          draw.columns,
        ),
      )
    case 'log':
      return plainLines(logLines(part, draw))
    case 'chart':
      return plainLines(chartLines(part, draw.columns))
    case 'actions':
      return buttonLines(part.items, draw)
    case 'form':
      return [...plainLines(formLines(part.fields, draw.columns)), ...buttonLines([part.submit], draw)]
    case 'divider':
      return plainLines([[piece('─'.repeat(Math.min(draw.columns ?? USUAL_WIDTH, USUAL_WIDTH)), 'dim')]])
    case 'fold':
      return foldLines(part, draw)
    default:
      return assertNever(part)
  }
}

const INKS: Readonly<Record<Run['r'], Ink | undefined>> = {
  plain: undefined,
  bold: 'bold',
  code: 'code',
  link: 'link',
  user: 'person',
  time: undefined,
}

function runPieces(runs: readonly Run[], draw: Draw, otherwise?: Ink): Line {
  return runs.map(run => piece(runText(run, draw), INKS[run.r] ?? otherwise))
}

/** Text that comes as a string is a plain run. */
function textIn(text: string, draw: Draw): string {
  return runText({ r: 'plain', text }, draw)
}

type Fields = Extract<Part, { t: 'fields' }>['items']
const FIELD_INDENT = 2
const FIELD_GAP = 2

function fieldLines(items: Fields, draw: Draw): readonly Line[] {
  const most = Math.floor((draw.columns ?? USUAL_WIDTH) / 2) - FIELD_INDENT - FIELD_GAP
  const names = items.map(item => textIn(item.name, draw))
  const wide = Math.max(0, ...names.map(columnsOf).filter(each => each <= most))
  return items.flatMap((item, index) => {
    const name = names[index] ?? ''
    const value = runPieces(item.value, draw)
    const hang = FIELD_INDENT + wide + FIELD_GAP
    if (columnsOf(name) > most) {
      const indented = [{ text: ' '.repeat(hang) }, ...value]
      return [
        ...wrap([{ text: '  ' }, piece(name, 'dim')], draw.columns, FIELD_INDENT),
        ...wrap(indented, draw.columns, hang),
      ]
    }
    const head: Line = [
      { text: ' '.repeat(FIELD_INDENT) },
      piece(pad(name, wide), 'dim'),
      { text: ' '.repeat(FIELD_GAP) },
    ]
    return wrap([...head, ...value], draw.columns, hang)
  })
}

function captionLines(part: Extract<Part, { t: 'table' }>, draw: Draw): readonly Drawn[] {
  const caption =
    part.caption === undefined ? [] : wrap([piece(textIn(part.caption, draw), 'bold')], draw.columns)
  const columns = part.columns.map(column => ({ ...column, title: textIn(column.title, draw) }))
  return plainLines([
    ...caption,
    ...tableLines(columns, part.rows, draw.columns, cell => runPieces(cell, draw)),
  ])
}

type Step = Extract<Part, { t: 'steps' }>['items'][number]

const STEPS: Readonly<Record<Step['state'], { mark: string; ink: Ink }>> = {
  todo: { mark: '[  ]', ink: 'dim' },
  run: { mark: '[..]', ink: 'tone-run' },
  ok: { mark: '[ok]', ink: 'tone-ok' },
  fail: { mark: '[!!]', ink: 'tone-bad' },
  skip: { mark: '[--]', ink: 'dim' },
}

function stepLines({ title, state, note }: Step, draw: Draw): readonly Line[] {
  const { mark, ink } = STEPS[state]
  const line = [{ text: '  ' }, piece(mark, ink), piece(` ${textIn(title, draw)}`)]
  const noted = note === undefined ? line : [...line, piece(`  ${textIn(note, draw)}`, 'dim')]
  return wrap(noted, draw.columns, 7)
}

function logLines({ lines, total, link }: Extract<Part, { t: 'log' }>, draw: Draw): readonly Line[] {
  const shown = lines.flatMap(line => wrap([piece(`  ${textIn(line, draw)}`)], draw.columns, 2))
  const words: Piece[] = []
  if (total > lines.length) words.push(piece(`  last ${lines.length} of ${total} lines`, 'dim'))
  if (link !== undefined) {
    words.push(
      piece(words.length === 0 ? '  ' : ' · ', 'dim'),
      piece(runText({ r: 'link', ...link }, draw), 'dim'),
    )
  }
  return words.length === 0 ? shown : [...shown, ...wrap(words, draw.columns, 2)]
}

function foldLines(part: Extract<Part, { t: 'fold' }>, draw: Draw): readonly Drawn[] {
  // Folds within folds stop being indented before they get too narrow to read.
  const indent = draw.columns === null || draw.columns > NARROWEST / 2 + 2 ? 2 : 0
  const inner: Draw = { ...draw, columns: draw.columns === null ? null : draw.columns - indent }
  const indented = part.parts
    .flatMap(each => partLines(each, inner))
    .map(each => ({ ...each, line: [{ text: ' '.repeat(indent) }, ...each.line] }))
  return [...plainLines(wrap(runPieces([bold(part.title)], draw), draw.columns)), ...indented]
}

function buttonLines(actions: readonly Action[], draw: Draw): readonly Drawn[] {
  const first = draw.buttons.length + 1
  draw.buttons.push(...actions)
  const labels = actions.map(action => textIn(action.label, draw))
  const lines = actions.map(action => textIn(action.line, draw))
  const wide = Math.max(0, ...labels.filter((label, index) => label !== lines[index]).map(columnsOf))
  return actions.flatMap((_, index) => {
    const label = labels[index] ?? ''
    const line = lines[index] ?? ''
    const head: Line = [{ text: '  ' }, piece(`${first + index})`, 'button')]
    const whole =
      label === line
        ? [...head, piece(` ${line}`, 'code')]
        : [...head, piece(` ${pad(label, wide)}`), piece(`   ${line}`, 'code')]
    // Only the first line carries the number; the others are no buttons.
    return wrap(whole, draw.columns, 5).map((each, place) =>
      place === 0 ? { line: each, isButton: true } : { line: each, isButton: false },
    )
  })
}

/** Text that would read as a numbered button at the start of a line loses its bracket (P28). */
function unlikeButton(line: Line): Line {
  const match = /^(\s*\d+)\)/.exec(textOfLine(line))
  if (match === null) return line
  let before = match[1]?.length ?? 0
  return line.map(each => {
    const at = before
    before -= each.text.length
    return at >= 0 && at < each.text.length
      ? { ...each, text: `${each.text.slice(0, at)}.${each.text.slice(at + 1)}` }
      : each
  })
}

function inBox(lines: readonly Line[], columns: number): readonly Line[] {
  const inner = Math.min(columns - BOX, Math.max(0, ...lines.map(widthOf)))
  const rule = '─'.repeat(inner + 2)
  const rows = lines.map(line => [
    piece('│ ', 'dim'),
    ...line,
    { text: ' '.repeat(Math.max(0, inner - widthOf(line))) },
    piece(' │', 'dim'),
  ])
  return [[piece(`┌${rule}┐`, 'dim')], ...rows, [piece(`└${rule}┘`, 'dim')]]
}

import { type Json, recordOf, recordsOf, textOf, wordsOf } from '../loose.ts'
import type { Workspace } from '../workspace.ts'
import { drawElement, type Filled } from './elements.ts'
import { readMrkdwn } from './mrkdwn.ts'
import { drawRichText } from './rich-text.ts'

/** Blocks as a person reads them, in lines. */

export type Drawing = { workspace: Workspace; filled: Filled | null }

export function drawBlocks(drawing: Drawing, blocks: readonly Json[]): string[] {
  return blocks.flatMap(block => drawBlock(drawing, block))
}

function drawBlock(drawing: Drawing, block: Json): string[] {
  const draw = BLOCKS[textOf(block['type'])]
  return draw ? draw(drawing, block) : [`(a block of type ${textOf(block['type'])})`]
}

const BLOCKS: Readonly<Record<string, (drawing: Drawing, block: Json) => string[]>> = {
  actions: (drawing, block) => [elements(drawing, block, recordsOf(block['elements'])).join(' ')],
  alert: ({ workspace }, block) => [`! ${words(workspace, block['text'])}`],
  card: drawCard,
  carousel: (drawing, block) => recordsOf(block['elements']).flatMap(each => drawCard(drawing, each)),
  container: drawContainer,
  context: ({ workspace }, block) => [
    recordsOf(block['elements'])
      .map(each => words(workspace, each))
      .join(' '),
  ],
  context_actions: (drawing, block) => [elements(drawing, block, recordsOf(block['elements'])).join(' ')],
  data_table: drawTable,
  divider: () => ['---'],
  header: ({ workspace }, block) => [words(workspace, block['text'])],
  image: ({ workspace }, block) => [
    `(picture: ${words(workspace, block['title']) || textOf(block['alt_text'])})`,
  ],
  input: drawInput,
  markdown: (_, block) => textOf(block['text']).split('\n'),
  plan: drawPlan,
  rich_text: ({ workspace }, block) => drawRichText(workspace, block),
  section: drawSection,
  table: drawTable,
  task_card: (_, block) => [`- [${textOf(block['status'])}] ${textOf(block['title'])}`],
}

/** Text as it is shown: markup only where it is markup. */
export function words(workspace: Workspace, value: unknown): string {
  const object = recordOf(value)
  if (object['type'] === 'image') return `(picture: ${textOf(object['alt_text'])})`
  return object['type'] === 'mrkdwn' ? readMrkdwn(workspace, wordsOf(value)) : wordsOf(value)
}

function elements(drawing: Drawing, block: Json, found: readonly Json[]): string[] {
  return found.map(element => drawElement(drawing, block, element))
}

function drawSection(drawing: Drawing, block: Json): string[] {
  const { workspace } = drawing
  const accessory = block['accessory'] ? ` ${drawElement(drawing, block, recordOf(block['accessory']))}` : ''
  const lines = block['text'] ? words(workspace, block['text']).split('\n') : []
  const fields = recordsOf(block['fields']).map(field => words(workspace, field).replaceAll('\n', ': '))
  const all = [...lines, ...fields]
  return all.map((line, index) => (index === 0 ? `${line}${accessory}` : line))
}

function drawInput(drawing: Drawing, block: Json): string[] {
  const label = `${wordsOf(block['label'])}${block['optional'] === true ? ' (optional)' : ''}`
  const fault = drawing.filled?.faults.get(textOf(block['block_id']))
  const hint = block['hint'] ? [`  ${wordsOf(block['hint'])}`] : []
  const line = `${label}: ${drawElement(drawing, block, recordOf(block['element']))}`
  return [line, ...hint, ...(fault === undefined ? [] : [`  ! ${fault}`])]
}

function drawTable({ workspace }: Drawing, block: Json): string[] {
  const rows = Array.isArray(block['rows']) ? block['rows'] : []
  const caption = textOf(block['caption'])
  const lines = rows.map((row: unknown) =>
    recordsOf(row)
      .map(cell => cellOf(workspace, cell))
      .join(' | '),
  )
  return caption === '' ? lines : [caption, ...lines]
}

function cellOf(workspace: Workspace, cell: Json): string {
  return cell['type'] === 'rich_text' ? drawRichText(workspace, cell).join(' ') : wordsOf(cell)
}

function drawContainer(drawing: Drawing, block: Json): string[] {
  const rich = block['rich_text_title']
    ? drawRichText(drawing.workspace, recordOf(block['rich_text_title']))
    : []
  const subtitle = words(drawing.workspace, block['subtitle'])
  const head = [words(drawing.workspace, block['title']), ...rich, subtitle].filter(line => line !== '')
  return [...head, ...drawBlocks(drawing, recordsOf(block['child_blocks'])).map(line => `  ${line}`)]
}

function drawCard(drawing: Drawing, block: Json): string[] {
  const lines = ['title', 'subtitle', 'body'].map(part => words(drawing.workspace, block[part]))
  return [...lines, elements(drawing, block, recordsOf(block['actions'])).join(' ')].filter(
    line => line !== '',
  )
}

function drawPlan(drawing: Drawing, block: Json): string[] {
  return [textOf(block['title']), ...drawBlocks(drawing, recordsOf(block['tasks']))]
}

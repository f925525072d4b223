/** Blocks (docs.slack.dev/reference/block-kit/blocks). */

import { dataVisualization } from './charts.ts'
import { BUTTON, IMAGE, IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION } from './elements.ts'
import { issue } from './issue.ts'
import { LIMITS } from './limits.ts'
import { anyText, IMAGE_FIELDS, markup, oneImage, plainText, URL_RULE } from './objects.ts'
import { BLOCK_ID, RICH_TEXT, richText } from './rich-text.ts'
import {
  ANY_NUMBER,
  list,
  listOf,
  literal,
  one,
  type Shape,
  shape,
  string,
  word,
  YES_OR_NO,
} from './shape.ts'
import { dataTable, table } from './tables.ts'

const actions: Shape = shape(
  {
    elements: list(
      one(() => IN_ACTIONS),
      LIMITS.actions,
    ),
  },
  BLOCK_ID,
)

const context: Shape = shape(
  {
    elements: list(
      one(() => ({ ...IMAGE, ...TEXTS })),
      LIMITS.context,
    ),
  },
  BLOCK_ID,
)

const TEXTS: Readonly<Record<string, Shape>> = {
  plain_text: shape({ text: string(LIMITS.text) }, { emoji: YES_OR_NO }),
  mrkdwn: shape({ text: literal(LIMITS.text) }, { verbatim: YES_OR_NO }),
}

const contextActions: Shape = shape(
  {
    elements: list(
      one(() => IN_CONTEXT_ACTIONS),
      LIMITS.contextActions,
    ),
  },
  BLOCK_ID,
)

const section: Shape = shape(
  {},
  {
    ...BLOCK_ID,
    text: anyText(LIMITS.sectionText),
    fields: list(anyText(LIMITS.sectionField), LIMITS.sectionFields),
    accessory: one(() => IN_SECTION),
    expand: YES_OR_NO,
  },
  (value, pointer) =>
    value['text'] === undefined && value['fields'] === undefined
      ? [issue(pointer, 'missing_field', 'must have text or fields')]
      : [],
)

const input: Shape = shape(
  { label: plainText(LIMITS.inputLabel), element: one(() => IN_INPUT) },
  { ...BLOCK_ID, hint: plainText(LIMITS.inputHint), optional: YES_OR_NO, dispatch_action: YES_OR_NO },
)

const imageBlock: Shape = shape(
  { alt_text: string(LIMITS.altText) },
  { ...BLOCK_ID, ...IMAGE_FIELDS, title: plainText(LIMITS.imageTitle) },
  oneImage,
)

const imageElement = one(() => IMAGE)

const card: Shape = shape(
  {},
  {
    ...BLOCK_ID,
    hero_image: imageElement,
    icon: imageElement,
    title: markup(LIMITS.cardTitle),
    subtitle: markup(LIMITS.cardTitle),
    body: markup(LIMITS.cardBody),
    actions: list(
      one(() => BUTTON),
      LIMITS.actions,
    ),
  },
  (value, pointer) =>
    ['hero_image', 'title', 'actions', 'body'].every(name => value[name] === undefined)
      ? [issue(pointer, 'missing_field', 'must have hero_image, title, actions or body')]
      : [],
)

/** What both the documents and the live validator allow (slack-morphism's note): rich_text is in one of them only. */
const CHILDREN = ['actions', 'context', 'divider', 'header', 'image', 'section', 'table', 'video'] as const

const container: Shape = shape(
  {
    child_blocks: list(
      one(() => Object.fromEntries(CHILDREN.map(type => [type, BLOCKS[type] ?? shape({})]))),
      LIMITS.containerBlocks,
    ),
  },
  {
    ...BLOCK_ID,
    title: plainText(LIMITS.containerTitle),
    rich_text_title: RICH_TEXT,
    subtitle: anyText(LIMITS.containerTitle),
    width: word('narrow', 'standard', 'wide', 'full'),
    icon: imageElement,
    is_collapsible: YES_OR_NO,
    default_collapsed: YES_OR_NO,
    has_header_divider: YES_OR_NO,
  },
  (value, pointer) => [
    ...(value['title'] === undefined && value['rich_text_title'] === undefined
      ? [issue(pointer, 'missing_field', 'must have title or rich_text_title')]
      : []),
    ...(value['default_collapsed'] === true && value['is_collapsible'] !== true
      ? [issue(`${pointer}/default_collapsed`, 'wrong_value', 'needs is_collapsible')]
      : []),
  ],
)

const taskCard: Shape = shape(
  {
    task_id: string(LIMITS.id),
    title: string(LIMITS.text),
    status: word('pending', 'in_progress', 'complete', 'error'),
  },
  {
    ...BLOCK_ID,
    details: RICH_TEXT,
    output: RICH_TEXT,
    sources: list(
      one(() => ({ url: shape({ url: URL_RULE, text: string(LIMITS.text) }) })),
      LIMITS.options,
      0,
    ),
  },
)

const plan: Shape = shape(
  { title: string(LIMITS.text) },
  {
    ...BLOCK_ID,
    tasks: list(
      one(() => ({ task_card: taskCard })),
      LIMITS.messageBlocks,
      0,
    ),
  },
)

const HTTPS = literal(LIMITS.url, /^https:\/\/\S+$/i)

const video: Shape = shape(
  {
    video_url: HTTPS,
    thumbnail_url: URL_RULE,
    alt_text: string(LIMITS.altText),
    // "Less than 200": one fewer than the other limits, which are "at most".
    title: plainText(LIMITS.videoTitle - 1),
  },
  {
    ...BLOCK_ID,
    title_url: HTTPS,
    author_name: string(LIMITS.videoAuthor - 1),
    provider_name: string(LIMITS.text),
    provider_icon_url: URL_RULE,
    description: plainText(LIMITS.videoTitle - 1),
  },
)

export const BLOCKS: Readonly<Record<string, Shape>> = {
  actions,
  alert: shape(
    { text: anyText(LIMITS.alertText) },
    { ...BLOCK_ID, level: word('default', 'info', 'warning', 'error', 'success') },
  ),
  card,
  carousel: shape(
    {
      elements: list(
        one(() => ({ card })),
        LIMITS.cards,
      ),
    },
    BLOCK_ID,
  ),
  container,
  context,
  context_actions: contextActions,
  data_table: dataTable,
  data_visualization: dataVisualization,
  divider: shape({}, BLOCK_ID),
  file: shape({ source: word('remote'), external_id: string(LIMITS.id) }, BLOCK_ID),
  header: shape({ text: plainText(LIMITS.headerText) }, { ...BLOCK_ID, level: ANY_NUMBER }),
  image: imageBlock,
  input,
  markdown: shape({ text: string(LIMITS.markdown) }, BLOCK_ID),
  plan,
  rich_text: richText,
  section,
  table,
  task_card: taskCard,
  video,
}

/** Blocks with those within them, each with its place. */
export function everyBlock(
  blocks: unknown,
  pointer: string,
): readonly { block: Readonly<Record<string, unknown>>; pointer: string }[] {
  return listOf(blocks).flatMap((each, index) => {
    const at = `${pointer}/${index}`
    if (typeof each !== 'object' || each === null) return []
    const block: Readonly<Record<string, unknown>> = { ...each }
    return [
      { block, pointer: at },
      ...everyBlock(block['child_blocks'], `${at}/child_blocks`),
      ...(block['type'] === 'carousel' ? everyBlock(block['elements'], `${at}/elements`) : []),
      ...everyBlock(block['tasks'], `${at}/tasks`),
    ]
  })
}

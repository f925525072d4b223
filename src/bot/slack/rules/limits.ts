/**
 * Slack's numbers (docs.slack.dev/reference/block-kit, read November 2026, and @slack/types 3.2). Where documents
 * disagree the smaller one stands: what is refused here is never sent, what is accepted here must not be refused there.
 */

export const LIMITS = {
  // Surfaces: reference/block-kit/blocks, reference/views, chat.postMessage, chat.update.
  messageBlocks: 50,
  viewBlocks: 100,
  messageText: 40_000,
  /** chat.update refuses more with `msg_too_long`; chat.postMessage only advises it. */
  updateText: 4_000,
  /** All texts of a message's blocks together, tables and charts apart: `msg_blocks_too_long` (bolt-js #2509). */
  messageBlocksText: 12_000,
  viewTitle: 24,
  privateMetadata: 3_000,
  callbackId: 255,
  externalId: 255,
  tables: 1,
  charts: 2,

  // Objects.
  id: 255,
  text: 3_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  optionText: 75,
  optionValue: 150,
  optionDescription: 75,
  optionUrl: 3_000,
  groupLabel: 75,
  options: 100,
  groups: 100,
  choices: 10,
  overflowOptions: 5,

  // Elements.
  buttonText: 75,
  buttonValue: 2_000,
  url: 3_000,
  accessibilityLabel: 75,
  placeholder: 150,
  inputText: 3_000,
  files: 10,
  altText: 2_000,
  inputLines: 100,

  // Blocks.
  sectionText: 3_000,
  sectionFields: 10,
  sectionField: 2_000,
  headerText: 150,
  actions: 25,
  context: 10,
  contextActions: 5,
  inputLabel: 2_000,
  inputHint: 2_000,
  imageTitle: 2_000,
  markdown: 12_000,
  alertText: 200,
  cardTitle: 150,
  cardBody: 200,
  cards: 10,
  containerTitle: 150,
  containerBlocks: 10,
  videoTitle: 200,
  videoAuthor: 50,
  tableRows: 100,
  tableColumns: 20,
  /** Of all cells of a message's tables together. */
  tableText: 10_000,
  dataTableRows: 101,
  dataTablePage: 100,
  chartTitle: 50,
  chartLabel: 20,
  chartAxis: 50,
  chartSeries: 6,
  chartPoints: 20,
  chartSegments: 6,
  listIndent: 8,
} as const

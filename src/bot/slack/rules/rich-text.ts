/** Rich text (docs.slack.dev/reference/block-kit/blocks/rich-text-block, block-elements/date-element). */

import { LIMITS } from './limits.ts'
import { URL_RULE } from './objects.ts'
import {
  list,
  literal,
  number,
  object,
  one,
  type Rule,
  type Shape,
  shape,
  string,
  word,
  YES_OR_NO,
} from './shape.ts'

const STYLED: Readonly<Record<string, Rule>> = {
  style: object(
    shape(
      {},
      {
        bold: YES_OR_NO,
        code: YES_OR_NO,
        italic: YES_OR_NO,
        strike: YES_OR_NO,
        underline: YES_OR_NO,
        highlight: YES_OR_NO,
        client_highlight: YES_OR_NO,
        unlink: YES_OR_NO,
      },
    ),
  ),
}

/** A length nobody documents; the whole message has one. */
const RUN = LIMITS.messageBlocksText

const TEXT: Shape = shape({ text: string(RUN) }, STYLED)
const LINK: Shape = shape({ url: URL_RULE }, { ...STYLED, text: string(RUN), unsafe: YES_OR_NO })

const RUNS: Readonly<Record<string, Shape>> = {
  text: TEXT,
  link: LINK,
  user: shape({ user_id: literal(LIMITS.id, /^[UW][A-Z0-9]+$/) }, STYLED),
  usergroup: shape({ usergroup_id: literal(LIMITS.id, /^S[A-Z0-9]+$/) }, STYLED),
  team: shape({ team_id: literal(LIMITS.id, /^T[A-Z0-9]+$/) }, STYLED),
  channel: shape({ channel_id: literal(LIMITS.id, /^[CGD][A-Z0-9]+$/) }, STYLED),
  emoji: shape({ name: literal(LIMITS.id) }, { ...STYLED, unicode: literal(LIMITS.id), url: URL_RULE }),
  broadcast: shape({ range: word('here', 'channel', 'everyone') }, STYLED),
  color: shape({ value: literal(7, /^#[0-9A-Fa-f]{6}$/) }, STYLED),
  date: shape(
    // Ten digits, as of every Unix time of this century; what a date is needs a token in braces.
    { timestamp: number(0, 9_999_999_999), format: literal(LIMITS.id, /\{[a-z_]+\}/) },
    { ...STYLED, timezone: literal(LIMITS.id), url: URL_RULE, fallback: string(LIMITS.text) },
  ),
}

const ANY_LENGTH = Number.MAX_SAFE_INTEGER
const BORDER: Readonly<Record<string, Rule>> = { border: number(0, 1) }
const runs = list(
  one(() => RUNS),
  ANY_LENGTH,
  0,
)

const SECTION: Shape = shape({ elements: runs })

const PARTS: Readonly<Record<string, Shape>> = {
  rich_text_section: SECTION,
  rich_text_quote: shape({ elements: runs }, BORDER),
  rich_text_preformatted: shape(
    {
      elements: list(
        one(() => ({ text: TEXT, link: LINK })),
        ANY_LENGTH,
      ),
    },
    { ...BORDER, language: literal(LIMITS.id) },
  ),
  rich_text_list: shape(
    {
      style: word('bullet', 'ordered'),
      elements: list(
        one(() => ({ rich_text_section: SECTION })),
        ANY_LENGTH,
        0,
      ),
    },
    { ...BORDER, indent: number(0, LIMITS.listIndent), offset: number(0, ANY_LENGTH) },
  ),
}

export const BLOCK_ID: Readonly<Record<string, Rule>> = { block_id: string(LIMITS.id) }

export const richText: Shape = shape(
  {
    elements: list(
      one(() => PARTS),
      ANY_LENGTH,
    ),
  },
  BLOCK_ID,
)

export const RICH_TEXT = one(() => ({ rich_text: richText }))

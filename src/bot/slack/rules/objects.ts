/** Composition objects (docs.slack.dev/reference/block-kit/composition-objects). */

import { below, type Issue, issue } from './issue.ts'
import { LIMITS } from './limits.ts'
import {
  isJson,
  type Json,
  list,
  listOf,
  literal,
  object,
  one,
  type Rule,
  shape,
  string,
  word,
  YES_OR_NO,
} from './shape.ts'

/** A plain_text object. */
export function plainText(most: number): Rule {
  return one(() => ({ plain_text: shape({ text: string(most) }, { emoji: YES_OR_NO }) }))
}

/** A plain_text or mrkdwn object. */
export function anyText(most: number): Rule {
  return one(() => ({
    plain_text: shape({ text: string(most) }, { emoji: YES_OR_NO }),
    mrkdwn: shape({ text: literal(most) }, { verbatim: YES_OR_NO }),
  }))
}

export function markup(most: number): Rule {
  return one(() => ({ mrkdwn: shape({ text: literal(most) }, { verbatim: YES_OR_NO }) }))
}

export const URL_RULE = literal(LIMITS.url, /^[a-z][a-z0-9+.-]*:\S+$/i)
export const STYLE = word('primary', 'danger')

export const CONFIRM = object(
  shape(
    { text: anyText(LIMITS.confirmText) },
    {
      title: plainText(LIMITS.confirmTitle),
      confirm: plainText(LIMITS.confirmButton),
      deny: plainText(LIMITS.confirmButton),
      style: STYLE,
    },
  ),
)

type Texts = (most: number) => Rule

function option(text: Texts): Rule {
  return object(
    shape(
      { text: text(LIMITS.optionText), value: string(LIMITS.optionValue) },
      { description: text(LIMITS.optionDescription) },
    ),
  )
}

export const PLAIN_OPTION = option(plainText)
export const RICH_OPTION = option(anyText)
export const OVERFLOW_OPTION = object(
  shape(
    { text: plainText(LIMITS.optionText) },
    {
      value: string(LIMITS.optionValue),
      description: plainText(LIMITS.optionDescription),
      url: literal(LIMITS.optionUrl),
    },
  ),
)
export const GROUP = object(
  shape({ label: plainText(LIMITS.groupLabel), options: list(PLAIN_OPTION, LIMITS.options) }),
)

export const DISPATCH_CONFIG = object(
  shape({}, { trigger_actions_on: list(word('on_enter_pressed', 'on_character_entered'), 2) }),
)

export const CONVERSATION_FILTER = object(
  shape(
    {},
    {
      include: list(word('im', 'mpim', 'private', 'public'), 4),
      exclude_external_shared_channels: YES_OR_NO,
      exclude_bot_users: YES_OR_NO,
    },
    (value, pointer) =>
      Object.keys(value).length === 0 ? [issue(pointer, 'too_few', 'must say what it keeps')] : [],
  ),
)

const SLACK_FILE = object(shape({}, { id: string(LIMITS.id), url: URL_RULE }, exactlyOne('id', 'url')))

/** An image by address, or by a file that is at Slack already. */
export const IMAGE_FIELDS: Readonly<Record<string, Rule>> = { image_url: URL_RULE, slack_file: SLACK_FILE }
export const oneImage = exactlyOne('image_url', 'slack_file')

function exactlyOne(...names: readonly string[]): (value: Json, pointer: string) => readonly Issue[] {
  return (value, pointer) => {
    const given = names.filter(name => value[name] !== undefined)
    return given.length === 1 ? [] : [issue(pointer, 'wrong_value', `must have one of ${names.join(', ')}`)]
  }
}

/** What is chosen at first must be among what can be chosen, word for word. */
export function chosenAmong(first: string): (value: Json, pointer: string) => readonly Issue[] {
  return (value, pointer) => {
    const groups = listOf(value['option_groups']).flatMap(each =>
      isJson(each) ? listOf(each['options']) : [],
    )
    const known = new Set([...listOf(value['options']), ...groups].map(each => JSON.stringify(each)))
    const chosen = Array.isArray(value[first]) ? listOf(value[first]) : [value[first]]
    return chosen.some(each => each !== undefined && !known.has(JSON.stringify(each)))
      ? [issue(below(pointer, first), 'wrong_value', 'must be among the options')]
      : []
  }
}

export function uniqueValues(value: Json, pointer: string): readonly Issue[] {
  const values = listOf(value['options']).map(each => (isJson(each) ? each['value'] : undefined))
  const given = values.filter(each => each !== undefined)
  return new Set(given).size === given.length
    ? []
    : [issue(below(pointer, 'options'), 'not_unique', 'values of options must differ')]
}

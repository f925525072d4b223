/** Interactive elements (docs.slack.dev/reference/block-kit/block-elements). */

import { issue } from './issue.ts'
import { LIMITS } from './limits.ts'
import {
  CONFIRM,
  CONVERSATION_FILTER,
  chosenAmong,
  DISPATCH_CONFIG,
  GROUP,
  IMAGE_FIELDS,
  OVERFLOW_OPTION,
  oneImage,
  PLAIN_OPTION,
  plainText,
  RICH_OPTION,
  STYLE,
  URL_RULE,
  uniqueValues,
} from './objects.ts'
import { RICH_TEXT } from './rich-text.ts'
import {
  ANYTHING,
  type Json,
  list,
  literal,
  number,
  object,
  type Rule,
  type Shape,
  shape,
  string,
  word,
  YES_OR_NO,
} from './shape.ts'

type Rules = Readonly<Record<string, Rule>>

const ACTION: Rules = { action_id: string(LIMITS.id) }
const FOCUS: Rules = { focus_on_load: YES_OR_NO }
const PLACEHOLDER: Rules = { placeholder: plainText(LIMITS.placeholder) }
const DISPATCH: Rules = { dispatch_action_config: DISPATCH_CONFIG }
const MENU: Rules = { ...ACTION, ...FOCUS, ...PLACEHOLDER, confirm: CONFIRM }
const MULTI: Rules = { ...MENU, max_selected_items: number(1, Number.MAX_SAFE_INTEGER) }
const ID = literal(LIMITS.id)
const IDS = list(ID, LIMITS.options, 0)

const BUTTON_FIELDS: Rules = {
  ...ACTION,
  value: string(LIMITS.buttonValue),
  url: URL_RULE,
  style: STYLE,
  confirm: CONFIRM,
  accessibility_label: string(LIMITS.accessibilityLabel),
}

const button: Shape = shape({ text: plainText(LIMITS.buttonText) }, BUTTON_FIELDS)

const workflowButton: Shape = shape(
  { text: plainText(LIMITS.buttonText), workflow: object(shape({ trigger: ANYTHING })) },
  {
    ...ACTION,
    style: STYLE,
    confirm: CONFIRM,
    accessibility_label: string(LIMITS.accessibilityLabel),
  },
)

const overflow: Shape = shape(
  { options: list(OVERFLOW_OPTION, LIMITS.overflowOptions) },
  { ...ACTION, confirm: CONFIRM },
  uniqueValues,
)

const checkboxes: Shape = shape(
  { options: list(RICH_OPTION, LIMITS.choices) },
  { ...ACTION, ...FOCUS, confirm: CONFIRM, initial_options: list(RICH_OPTION, LIMITS.choices) },
  (value, pointer) => [...chosenAmong('initial_options')(value, pointer), ...uniqueValues(value, pointer)],
)

const radioButtons: Shape = shape(
  { options: list(RICH_OPTION, LIMITS.choices) },
  { ...ACTION, ...FOCUS, confirm: CONFIRM, initial_option: RICH_OPTION },
  (value, pointer) => [...chosenAmong('initial_option')(value, pointer), ...uniqueValues(value, pointer)],
)

const OPTIONS: Rules = {
  options: list(PLAIN_OPTION, LIMITS.options),
  option_groups: list(GROUP, LIMITS.groups),
}

function optionsOrGroups(first: string): Shape['also'] {
  return (value: Json, pointer: string) => {
    const both = (value['options'] === undefined) === (value['option_groups'] === undefined)
    return [
      ...(both ? [issue(pointer, 'wrong_value', 'must have either options or option_groups')] : []),
      ...chosenAmong(first)(value, pointer),
      ...uniqueValues(value, pointer),
    ]
  }
}

const FILTERED: Rules = { default_to_current_conversation: YES_OR_NO, filter: CONVERSATION_FILTER }
const LONGEST_QUERY = 255
const QUERY: Rules = { min_query_length: number(0, LONGEST_QUERY) }

export const SELECTS: Readonly<Record<string, Shape>> = {
  static_select: shape(
    {},
    { ...MENU, ...OPTIONS, initial_option: PLAIN_OPTION },
    optionsOrGroups('initial_option'),
  ),
  external_select: shape({}, { ...MENU, ...QUERY, initial_option: PLAIN_OPTION }),
  users_select: shape({}, { ...MENU, initial_user: ID }),
  conversations_select: shape(
    {},
    { ...MENU, ...FILTERED, initial_conversation: ID, response_url_enabled: YES_OR_NO },
  ),
  channels_select: shape({}, { ...MENU, initial_channel: ID, response_url_enabled: YES_OR_NO }),
  multi_static_select: shape(
    {},
    { ...MULTI, ...OPTIONS, initial_options: list(PLAIN_OPTION, LIMITS.options) },
    optionsOrGroups('initial_options'),
  ),
  multi_external_select: shape(
    {},
    { ...MULTI, ...QUERY, initial_options: list(PLAIN_OPTION, LIMITS.options) },
  ),
  multi_users_select: shape({}, { ...MULTI, initial_users: IDS }),
  multi_conversations_select: shape({}, { ...MULTI, ...FILTERED, initial_conversations: IDS }),
  multi_channels_select: shape({}, { ...MULTI, initial_channels: IDS }),
}

export const PICKERS: Readonly<Record<string, Shape>> = {
  datepicker: shape({}, { ...MENU, initial_date: literal(10, /^\d{4}-\d\d-\d\d$/) }),
  timepicker: shape(
    {},
    { ...MENU, initial_time: literal(5, /^([01]\d|2[0-3]):[0-5]\d$/), timezone: literal(LIMITS.id) },
  ),
  datetimepicker: shape(
    {},
    { ...ACTION, ...FOCUS, confirm: CONFIRM, initial_date_time: number(1_000_000_000, 9_999_999_999) },
  ),
}

const SHORT: Rules = { ...ACTION, ...FOCUS, ...PLACEHOLDER, ...DISPATCH }

const plainTextInput: Shape = shape(
  {},
  {
    ...SHORT,
    initial_value: string(LIMITS.inputText),
    multiline: YES_OR_NO,
    min_length: number(0, LIMITS.inputText),
    max_length: number(1, LIMITS.inputText),
  },
  (value, pointer) => {
    const { min_length: least, max_length: most, initial_value: first } = value
    if (typeof least === 'number' && typeof most === 'number' && least > most)
      return [issue(pointer, 'wrong_value', 'min_length is more than max_length')]
    return typeof most === 'number' && typeof first === 'string' && first.length > most
      ? [issue(`${pointer}/initial_value`, 'too_long', `must be less than ${most + 1} characters`)]
      : []
  },
)

function isFraction(value: unknown): boolean {
  return typeof value === 'string' && value.includes('.')
}

const DECIMAL = literal(LIMITS.id, /^[+-]?\d+(\.\d+)?$/)

const numberInput: Shape = shape(
  { is_decimal_allowed: YES_OR_NO },
  { ...SHORT, initial_value: DECIMAL, min_value: DECIMAL, max_value: DECIMAL },
  (value, pointer) =>
    ['initial_value', 'min_value', 'max_value']
      .filter(name => value['is_decimal_allowed'] === false && isFraction(value[name]))
      .map(name => issue(`${pointer}/${name}`, 'wrong_value', 'must be a whole number')),
)

const TYPED: Readonly<Record<string, Shape>> = {
  plain_text_input: plainTextInput,
  number_input: numberInput,
  email_text_input: shape({}, { ...SHORT, initial_value: string(LIMITS.inputText) }),
  url_text_input: shape({}, { ...SHORT, initial_value: string(LIMITS.inputText) }),
}

const RICH_INPUT: Readonly<Record<string, Shape>> = {
  rich_text_input: shape(
    {},
    {
      ...SHORT,
      initial_value: RICH_TEXT,
      min_lines: number(1, LIMITS.inputLines),
      max_lines: number(1, LIMITS.inputLines),
    },
  ),
}

const fileInput: Shape = shape(
  {},
  { ...ACTION, filetypes: list(string(LIMITS.id), LIMITS.options), max_files: number(1, LIMITS.files) },
)

const image: Shape = shape({ alt_text: string(LIMITS.altText) }, IMAGE_FIELDS, oneImage)

const FEEDBACK = object(
  shape(
    { text: plainText(LIMITS.buttonText), value: string(LIMITS.buttonValue) },
    { accessibility_label: string(LIMITS.accessibilityLabel) },
  ),
)

export const BUTTON = { button }
export const IMAGE = { image }

export const IN_ACTIONS: Readonly<Record<string, Shape>> = {
  button,
  workflow_button: workflowButton,
  overflow,
  checkboxes,
  radio_buttons: radioButtons,
  ...SELECTS,
  ...PICKERS,
  ...RICH_INPUT,
}

export const IN_SECTION: Readonly<Record<string, Shape>> = {
  button,
  workflow_button: workflowButton,
  overflow,
  checkboxes,
  radio_buttons: radioButtons,
  image,
  datepicker: PICKERS['datepicker'] ?? shape({}),
  timepicker: PICKERS['timepicker'] ?? shape({}),
  ...SELECTS,
}

export const IN_INPUT: Readonly<Record<string, Shape>> = {
  checkboxes,
  radio_buttons: radioButtons,
  file_input: fileInput,
  ...SELECTS,
  ...PICKERS,
  ...TYPED,
  ...RICH_INPUT,
}

export const IN_CONTEXT_ACTIONS: Readonly<Record<string, Shape>> = {
  feedback_buttons: shape({ positive_button: FEEDBACK, negative_button: FEEDBACK }, ACTION),
  icon_button: shape(
    { icon: word('trash'), text: plainText(LIMITS.buttonText) },
    {
      ...ACTION,
      value: string(LIMITS.buttonValue),
      confirm: CONFIRM,
      accessibility_label: string(LIMITS.accessibilityLabel),
      visible_to_user_ids: IDS,
    },
  ),
}

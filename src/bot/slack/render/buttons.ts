/** Actions as buttons; what a button cannot carry is written as the line to type. */

import type { Button, ConfirmationDialog, KnownBlock, PlainTextElement } from '@slack/types'
import { clean } from '../../../cards/text.ts'
import type { Action } from '../../../cards/view.ts'
import { buttonValue } from '../button-value.ts'
import { lengthOf } from '../rules/length.ts'
import { LIMITS } from '../rules/limits.ts'
import { CUT, crop, orElse } from './crop.ts'
import { type Draw, type Drawn, detail } from './draw.ts'
import { richText, text } from './runs.ts'

export function plainText(words: string, most: number, otherwise = CUT): PlainTextElement {
  return {
    type: 'plain_text',
    text: orElse(crop(words, most), orElse(crop(otherwise, most), CUT)),
    emoji: false,
  }
}

export function buttonBlocks(actions: readonly Action[], draw: Draw): readonly Drawn[] {
  const buttons = actions.filter(canBeButton).map(action => buttonOf(action, draw))
  const typed = actions.filter(action => !canBeButton(action))
  return [...rowsOf(buttons), ...typed.map(action => typedLine(action, draw))]
}

function rowsOf(buttons: readonly Button[]): readonly Drawn[] {
  const rows: Drawn[] = []
  for (let from = 0; from < buttons.length; from += LIMITS.actions) {
    const block: KnownBlock = { type: 'actions', elements: buttons.slice(from, from + LIMITS.actions) }
    rows.push({ block, worth: 'buttons' })
  }
  return rows
}

function canBeButton(action: Action): boolean {
  return action.line !== '' && lengthOf(buttonValue(action)) <= LIMITS.buttonValue
}

function buttonOf(action: Action, draw: Draw): Button {
  const { id, label, line, style, confirm } = action
  const number = ++draw.used.buttons
  return {
    type: 'button',
    action_id: crop(`b:${number}:${id}`, LIMITS.id),
    text: plainText(orElse(clean(label), line), LIMITS.buttonText),
    value: buttonValue(action),
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined ? {} : { confirm: confirmOf(confirm, style) }),
  }
}

function confirmOf(
  { title, text: words, ok }: NonNullable<Action['confirm']>,
  style: Action['style'],
): ConfirmationDialog {
  return {
    title: plainText(title, LIMITS.confirmTitle),
    text: plainText(words, LIMITS.confirmText),
    confirm: plainText(ok, LIMITS.confirmButton),
    deny: plainText('Leave it', LIMITS.confirmButton),
    ...(style === undefined ? {} : { style }),
  }
}

function typedLine({ label, line }: Action, draw: Draw): Drawn {
  draw.warnings.push(
    `a button is written as its line, which is too long for one: ${crop(label, LIMITS.buttonText)}`,
  )
  const words = orElse(crop(line, draw.room.text), '…')
  return detail(
    richText([text(`${orElse(crop(label, LIMITS.buttonText), 'To type')}: `), text(words, { code: true })]),
  )
}

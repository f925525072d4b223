/** Words to look for: a line to type in, sent with Enter. What is typed is the rest of the command line. */

import { clean } from '../../../cards/text.ts'
import type { Part } from '../../../cards/view.ts'
import { lengthOf } from '../rules/length.ts'
import { LIMITS } from '../rules/limits.ts'
import { plainText } from './buttons.ts'
import { isBlank, orElse } from './crop.ts'
import { type Draw, type Drawn, detail } from './draw.ts'
import { richText, text } from './runs.ts'

type Search = Extract<Part, { t: 'search' }>

/** A block_id of `s:<line>` and this action_id: what a search comes back as. */
export const SEARCH = 'search'

export function searchBlock({ line, label, hint }: Search, draw: Draw): readonly Drawn[] {
  const id = `s:${line}`
  // A modal with something to fill in needs a button to send it; two blocks of one id are refused.
  const canType =
    draw.surface !== 'modal' && lengthOf(id) <= LIMITS.id && clean(line) === line && !draw.ids.has(id)
  if (!canType)
    return [
      detail(
        richText([text(`${clean(label)}: `), text(orElse(clean(`${line} ${hint}`), '…'), { code: true })]),
      ),
    ]
  draw.ids.add(id)
  return [
    {
      worth: 'buttons',
      block: {
        type: 'input',
        block_id: id,
        dispatch_action: true,
        label: plainText(label, LIMITS.inputLabel),
        element: {
          type: 'plain_text_input',
          action_id: SEARCH,
          ...(isBlank(clean(hint)) ? {} : { placeholder: plainText(hint, LIMITS.placeholder) }),
          dispatch_action_config: { trigger_actions_on: ['on_enter_pressed'] },
        },
      },
    },
  ]
}

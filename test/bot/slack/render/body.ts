/** What parts become in a message. */

import type { KnownBlock } from '@slack/types'
import { renderMessage } from '../../../../src/bot/slack/render/render.ts'
import { bold } from '../../../../src/cards/text.ts'
import type { Part, View } from '../../../../src/cards/view.ts'
import { FRAME } from '../../../cards/draw.ts'

export function viewOf(...parts: readonly Part[]): View {
  return {
    ...{ kind: 'message', topic: 'run/T1', rev: 1, tone: 'run', title: [bold('T1')], summary: 'T1 runs' },
    parts,
  }
}

/** Without the title. */
export function bodyOf(...parts: readonly Part[]): readonly KnownBlock[] {
  return renderMessage(viewOf(...parts), FRAME).blocks.slice(1)
}

/** Modals that ask nothing: while something is looked up, and what came of it. */

import type { KnownBlock, ModalView } from '@slack/types'
import type { View } from '../../../cards/view.ts'
import type { TimeFrame } from '../../../cards/words.ts'
import { LIMITS } from '../rules/limits.ts'
import { checkModal } from '../rules/rules.ts'
import { bodyOf } from './body.ts'
import { plainText } from './buttons.ts'
import { orSummary, plainSection } from './plain.ts'

/** A trigger is good for 3 s: this takes its place at once, and is replaced by what was to be shown. */
export function loadingModal(title: string, meta: string): ModalView {
  return modalOf('loading', title, meta, [plainSection('One moment: looking at the lab…')])
}

/** A view in a modal. `meta` is at most 3000 characters. */
export function noteModal(title: string, view: View, frame: TimeFrame, meta: string): ModalView {
  const modal = modalOf('note', title, meta, orSummary(bodyOf(view, frame, 'modal').blocks, view))
  return checkModal(modal).length === 0 ? modal : modalOf('note', title, meta, [plainSection(view.summary)])
}

function modalOf(id: string, title: string, meta: string, blocks: readonly KnownBlock[]): ModalView {
  return {
    type: 'modal',
    callback_id: id,
    private_metadata: meta,
    title: plainText(title, LIMITS.viewTitle, 'Boardroom'),
    close: plainText('Close', LIMITS.viewTitle),
    blocks: [...blocks],
  }
}

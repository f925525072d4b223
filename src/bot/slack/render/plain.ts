/** Words and nothing else: what is shown where all else would be refused. */

import type { KnownBlock } from '@slack/types'
import type { View } from '../../../cards/view.ts'
import { LIMITS } from '../rules/limits.ts'
import { plainText } from './buttons.ts'

export function plainSection(words: string): KnownBlock {
  return { type: 'section', text: plainText(words, LIMITS.sectionText) }
}

/** A view of nothing still says what it is about. */
export function orSummary(blocks: readonly KnownBlock[], view: View): readonly KnownBlock[] {
  return blocks.length === 0 ? [plainSection(view.summary)] : blocks
}

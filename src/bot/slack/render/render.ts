/** Views as Slack shows them. Pure: what is sent is what was given, and what broke a rule is never sent. */

import type { HomeView } from '@slack/types'
import type { View } from '../../../cards/view.ts'
import type { TimeFrame } from '../../../cards/words.ts'
import { checkHome, checkMessage, type Issue } from '../rules/rules.ts'
import type { Message } from '../types.ts'
import { bodyOf } from './body.ts'
import type { DrawFrame } from './draw.ts'
import { orSummary, plainSection } from './plain.ts'
import { summaryText } from './summary.ts'

export { optionsOf } from './field.ts'
export { renderForm } from './form.ts'
export { loadingModal, noteModal } from './modal.ts'

export function renderMessage(view: View, frame: DrawFrame): Message {
  const text = summaryText(view, frame)
  const { blocks: drawn, warnings } = bodyOf(view, frame, 'message')
  const blocks = orSummary(drawn, view)
  const issues = checkMessage({ text, blocks }, 'update')
  return issues.length === 0
    ? { text, blocks, warnings }
    : { text, blocks: [plainSection(view.summary)], warnings: [...warnings, ...issues.map(words)] }
}

export function renderHome(view: View, frame: TimeFrame): HomeView {
  const home: HomeView = { type: 'home', blocks: [...orSummary(bodyOf(view, frame, 'home').blocks, view)] }
  return checkHome(home).length === 0 ? home : { type: 'home', blocks: [plainSection(view.summary)] }
}

function words({ pointer, code, message }: Issue): string {
  return `drawn as plain text, for Slack would refuse it: ${pointer} ${code} ${message}`
}

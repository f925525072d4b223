/** Asks before a dangerous act; the button runs the very line, confirmed. */

import { bold, button, plain } from './text.ts'
import type { Run, View } from './view.ts'

export type Question = {
  title: string
  text: string
  /** The same, with people as people. */
  textRuns?: readonly Run[]
  ok: string
  /** The line that does it. */
  line: string
  expect?: { topic: string; rev: number }
  /** It had been confirmed, but things moved on since. */
  moved?: boolean
}

export function confirmCard(question: Question): View {
  const { title, text, ok, line, expect } = question
  const again = question.moved === true ? 'This changed since it was shown; nothing was done. ' : ''
  return {
    kind: 'form',
    topic: 'confirm',
    rev: 0,
    tone: 'warn',
    title: [bold(title)],
    summary: `${title} ${again}${text} To do it: ${line}`,
    parts: [
      { t: 'text', runs: [plain(again), ...(question.textRuns ?? [plain(text)])] },
      {
        t: 'actions',
        items: [button('confirm', ok, line, { style: 'danger', ...(expect ? { expect } : {}) })],
      },
    ],
  }
}

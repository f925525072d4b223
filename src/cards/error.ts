/** The one renderer of errors: what happened, what to do next, and buttons for lines that would do. */

import { button, clean, plain } from './text.ts'
import type { Part, View } from './view.ts'

export type ErrorFacts = {
  code: string
  /** What happened, with values; may have several lines. */
  message: string
  /** What to do next. */
  hint: string
  /** Not the asker's doing: something of the lab failed. */
  ours: boolean
  /** Command lines that were probably meant. */
  tries?: readonly string[]
}

export function errorCard({ code, message, hint, ours, tries = [] }: ErrorFacts): View {
  const [first = '', ...rest] = message.split('\n')
  const lines = [...rest, ...hint.split('\n')].filter(line => line.trim() !== '')
  const said = lines.map((line): Part => ({ t: 'text', runs: [plain(line)] }))
  const actions = tries.map((line, index) => button(`try-${index + 1}`, line, line))
  return {
    kind: 'message',
    topic: `error/${code}`,
    rev: 0,
    tone: ours ? 'bad' : 'warn',
    title: [plain(first)],
    summary: [first, ...lines, ...tries].map(clean).join('\n'),
    parts: actions.length === 0 ? said : [...said, { t: 'actions', items: actions }],
  }
}

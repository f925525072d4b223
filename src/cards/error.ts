/** The one renderer of errors: what happened, what to do next, and buttons for lines that would do. */

import { button, clean, plain } from './text.ts'
import type { Part, Run, View } from './view.ts'

export type ErrorFacts = {
  code: string
  /** What happened, with values; may have several lines. */
  message: string
  /** What to do next. */
  hint: string
  /** The same in one line, with people as people. */
  hintRuns?: readonly Run[]
  /** Not the asker's doing: something of the lab failed. */
  ours: boolean
  /** Command lines that were probably meant. */
  tries?: readonly string[]
}

export function errorCard({ code, message, hint, hintRuns, ours, tries = [] }: ErrorFacts): View {
  const [first = '', ...rest] = message.split('\n')
  const hints = linesOf(hint)
  const lines = [...rest.flatMap(linesOf), ...hints]
  const runs = [
    ...rest.flatMap(linesOf).map(asRuns),
    ...(hintRuns === undefined ? hints.map(asRuns) : [hintRuns]),
  ]
  const said = runs.map((line): Part => ({ t: 'text', runs: line }))
  const actions = tries.map((line, index) => button(`try-${index + 1}`, line, line))
  return {
    kind: 'message',
    topic: `error/${code}`,
    rev: 0,
    tone: ours ? 'bad' : 'warn',
    title: [plain(first)],
    summary: [first, ...lines, ...tries].map(clean).join('\n'),
    ...(hintRuns === undefined
      ? {}
      : { summaryRuns: inOneLine([asRuns(first), ...runs, ...tries.map(asRuns)]) }),
    parts: actions.length === 0 ? said : [...said, { t: 'actions', items: actions }],
  }
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter(line => line.trim() !== '')
}

function asRuns(line: string): readonly Run[] {
  return [plain(line)]
}

function inOneLine(lines: readonly (readonly Run[])[]): readonly Run[] {
  return lines.flatMap((line, index) => (index === 0 ? line : [plain(' '), ...line]))
}

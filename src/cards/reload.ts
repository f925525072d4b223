/** What a reload of boards.yaml changed. */

import { bold, button, listed, plain, textOf } from './text.ts'
import type { Run, View } from './view.ts'
import type { TimeFrame } from './words.ts'

export type Reloaded = {
  file: string
  added: readonly string[]
  removed: readonly string[]
  changed: readonly string[]
}

const MOST_NAMES = 12

export function reloadCard(reloaded: Reloaded, frame: TimeFrame): View {
  const { file, added, removed, changed } = reloaded
  const total = added.length + removed.length + changed.length
  const title = [bold('Settings'), plain(` · ${file} · `), bold(total === 0 ? 'nothing changed' : 'reloaded')]
  const items = Object.entries({ added, removed, changed })
    .filter(([, boards]) => boards.length > 0)
    .map(([name, boards]): { name: string; value: readonly Run[] } => ({
      name,
      value: [plain(listed(boards, MOST_NAMES))],
    }))
  return {
    kind: 'message',
    topic: 'settings',
    rev: 0,
    tone: 'ok',
    title,
    summary: textOf(title, frame),
    parts: [
      { t: 'fields', items },
      ...(removed.length === 0
        ? []
        : [
            { t: 'note', runs: [plain('What runs on a removed board goes on; it goes when idle.')] } as const,
          ]),
      { t: 'actions', items: [button('boards', 'Boards', 'boards')] },
    ],
  }
}

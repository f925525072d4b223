/** The lab at a glance: what `status`, `boards`, `queue` and `tests` say, read only. */

import { boardsCard } from '../../cards/boards.ts'
import { queueCard } from '../../cards/queue.ts'
import { statusCard } from '../../cards/status.ts'
import { testsCard } from '../../cards/tests.ts'
import { textOf } from '../../cards/text.ts'
import type { Part, View } from '../../cards/view.ts'
import { markup } from './markup.ts'
import { frameOf, type PageDeps } from './page-deps.ts'
import { lookOf } from './render/look.ts'
import { viewHtml } from './render/view.ts'
import type { Shown } from './sections.ts'

const NEWEST = 10
/** Of the overview's own buttons: what they would show is on the page. */
const SHOWN_HERE = new Set(['boards', 'queue', 'tests'])

/** News that change the page. */
export const LAB_TOPICS = ['status', 'boards', 'queue', 'alerts', 'inventory'] as const

export async function drawLab(deps: PageDeps, root: string): Promise<Shown> {
  const { lab } = deps
  const frame = frameOf(deps)
  const look = lookOf(lab, frame, root)
  const [status, runs] = await Promise.all([lab.status(), lab.runs({ limit: NEWEST })])
  const overview = withoutButtons(statusCard(status, frame))
  return {
    title: textOf(overview.title, frame),
    sections: [
      ['status', viewHtml(overview, look, 1)],
      ['queue', viewHtml(queueCard(lab.queue(), frame), look)],
      ['boards', viewHtml(boardsCard(lab.boards(), frame), look)],
      [
        'tests',
        markup`${viewHtml(testsCard(runs, '', null, frame), look)}<p class="more"><a href="${root}/artifacts">All tests that are kept</a></p>\n`,
      ],
    ],
    final: false,
  }
}

function withoutButtons(view: View): View {
  return { ...view, parts: view.parts.filter(part => !isShownHere(part)) }
}

function isShownHere(part: Part): boolean {
  return part.t === 'actions' && part.items.every(({ id }) => SHOWN_HERE.has(id))
}

import type { KnownBlock } from '@slack/types'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderHome, renderMessage } from '../../../../src/bot/slack/render/render.ts'
import { checkHome, checkMessage } from '../../../../src/bot/slack/rules/rules.ts'
import { alertsCard } from '../../../../src/cards/alert.ts'
import { type Found, findCard } from '../../../../src/cards/find.ts'
import { homeCard } from '../../../../src/cards/home.ts'
import { statusCard } from '../../../../src/cards/status.ts'
import type { View } from '../../../../src/cards/view.ts'
import { welcomeCard } from '../../../../src/cards/welcome.ts'
import { anyText } from '../../../cards/arbitrary-view.ts'
import { FRAME } from '../../../cards/draw.ts'
import { makeLease, makeRun, makeStatus, NOON, person } from '../../../commands/lab-port.ts'

const KAI = person('kai')
const some = fc.nat(12)

function times<T>(number: number, make: (index: number) => T): T[] {
  return Array.from({ length: number }, (_, index) => make(index + 1))
}

test('S1 whoever opens the Home tab, and whatever people called things: Slack takes it, with every button', () => {
  fc.assert(
    fc.property(some, some, some, some, anyText, (leases, runs, families, alerts, text) => {
      const view = homeCard(
        {
          viewer: KAI,
          leases: times(leases, n => makeLease({ id: `L${n}` })),
          runs: times(runs, n =>
            makeRun({ id: `T${n}`, submitter: KAI, program: { kind: 'shell', command: text } }),
          ),
          progress: () => null,
          waiting: () => null,
          families: times(families, n => ({
            name: `soc${n}`,
            boards: 1,
            usable: 1,
            free: 1,
            running: 0,
            limit: 1,
          })),
          queue: { waiting: 3, running: 1, averageWaitMs: 60_000 },
          usable: 2,
          boards: 3,
          alerts: times(alerts, n => ({ id: `A${n}`, cause: 'wait', text, since: NOON, resolvedAt: null })),
          hasConsoles: true,
        },
        FRAME,
      )
      const home = renderHome(view, FRAME)
      expect(checkHome(home)).toEqual([])
      const blocks = home.blocks as readonly KnownBlock[]
      const drawn = blocks.flatMap(block => (block.type === 'actions' ? block.elements : []))
      expect(drawn).toHaveLength(view.parts.flatMap(part => (part.t === 'actions' ? part.items : [])).length)
      expect(home.blocks.some(block => block.type === 'input')).toBe(true)
    }),
    { numRuns: 100 },
  )
})

test('S1 the first message, what was found, the alerts and the overview with its chart: Slack takes them', () => {
  const found: Found = { kind: 'board', id: 'soc-b-001', about: 'socB, free', line: 'boards show soc-b-001' }
  const alert = { id: 'A5', cause: 'wait', text: 'long waits', since: NOON, resolvedAt: null }
  const seen = { ...alert, id: 'A6', acknowledged: { by: KAI, at: NOON } }
  const views: readonly View[] = [
    welcomeCard('/soc-lab', 'socA'),
    findCard(
      'soc',
      times(20, n => ({ ...found, id: `soc-${n}` })),
      7,
      FRAME,
    ),
    findCard('xyzzy', [], 0, FRAME),
    alertsCard([alert, seen], FRAME),
    statusCard(makeStatus({ alerts: [alert] }), FRAME),
  ]
  for (const view of views) {
    const { text, blocks, warnings } = renderMessage(view, FRAME)
    expect(checkMessage({ text, blocks }, 'post'), view.topic).toEqual([])
    expect(warnings, view.topic).toEqual([])
  }
})

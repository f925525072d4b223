import type { KnownBlock } from '@slack/types'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readValue } from '../../../../src/bot/slack/button-value.ts'
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
import { ofType, wordsIn } from './payload.ts'

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

test.each([10, 11, 60, 300])('M4.5 of %d alerts each button stands below what it is about', many => {
  const text = 'Tests for socB wait for 42 min now: no board of it is usable'
  const alerts = times(many, n => ({ id: `A${n}`, cause: 'wait', text, since: NOON, resolvedAt: null }))
  for (const view of [alertsCard(alerts, FRAME), statusCard(makeStatus({ alerts }), FRAME)]) {
    const { blocks } = renderMessage(view, FRAME)
    const lines = blocks.map(wordsIn)
    const asked = buttonLines(blocks).filter(({ line }) => line.startsWith('alerts ack '))
    expect(asked.map(({ line }) => line)).toEqual(times(10, n => `alerts ack A${n}`))
    for (const [index, { at }] of asked.entries())
      expect(lines[at - 1]).toContain(`alert A${index + 1}: 
${text}`)
    if (many === 10) continue
    expect(lines.join('\n')).toContain(`A11\n${text}`)
    expect(lines.join('\n')).toContain(`${many - 10} more; to acknowledge one: alerts ack A11`)
  }
})

function buttonLines(blocks: readonly KnownBlock[]): readonly { line: string; at: number }[] {
  return blocks.flatMap((block, at) =>
    ofType(block, 'button').map(({ value }) => ({ line: readValue(String(value))?.line ?? '', at })),
  )
}

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

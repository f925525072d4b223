import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLiveCards } from '../../src/bot/live-cards.ts'
import { drawTopic } from '../../src/cards/topics.ts'
import type { View } from '../../src/cards/view.ts'
import type { LiveCard, Run } from '../../src/lab/types.ts'
import { silentLog } from '../../src/log.ts'
import { createLabPort, makePower, makeRun, NOON } from '../commands/lab-port.ts'
import { until } from '../until.ts'

test('revisions shown only rise, the last state is always shown, and after the end nothing more', async () => {
  const step = fc.record({ rise: fc.nat(2), news: fc.nat(3) })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async steps => {
      const shown: View[] = []
      const lab = createLabPort()
      const runs = lab.state().runs as Record<string, Run>
      runs['T1'] = makeRun({ id: 'T1' })
      const live = createLiveCards({
        lab,
        log: silentLog,
        place: 'terminal',
        show: view => void shown.push(view),
      })
      live.track((await drawTopic('run/T1', lab)) as View)
      for (const { rise, news } of steps) {
        const run = runs['T1'] as Run
        runs['T1'] = { ...run, rev: run.rev + rise, state: rise > 0 ? 'running' : run.state }
        for (let count = 0; count < news; count++) lab.publish('run/T1')
        if (news === 2) await Promise.resolve()
      }
      const last = { ...(runs['T1'] as Run), state: 'passed' as const }
      runs['T1'] = { ...last, rev: last.rev + 1 }
      lab.publish('run/T1')
      await until(() => shown.at(-1)?.final, 'the end')
      runs['T1'] = { ...last, rev: last.rev + 2 }
      lab.publish('run/T1')
      await until(() => true, 'a turn')
      const revs = shown.map(view => view.rev)
      expect(revs).toEqual(revs.toSorted((a, b) => a - b))
      expect(revs.at(-1)).toBe(last.rev + 1)
    }),
  )
})

test('a step that is no journal entry is shown too, a clock that ticks is not', async () => {
  let event = makePower()
  let now = NOON
  const shown: string[] = []
  const cards: LiveCard[] = []
  const lab = createLabPort({
    powerEvent: async () => event,
    now: () => now,
    card: async card => void cards.push(card),
  })
  const show = (view: View): void => void shown.push(view.summary)
  const live = createLiveCards({ lab, log: silentLog, place: 'terminal', show })
  live.track((await drawTopic('power/W1', lab)) as View)
  now += 1_000
  lab.publish('power/W1')
  event = { ...event, steps: [...event.steps, { stage: 'on', t: NOON }] }
  lab.publish('power/W1')
  await until(() => shown.length > 0, 'the step')
  event = { ...event, steps: [...event.steps, { stage: 'back', t: NOON }] }
  lab.publish('power/W1')
  await until(() => shown.length > 1, 'the next step')
  event = { ...event, endedAt: NOON, back: true }
  lab.publish('power/W1')
  await until(() => cards.at(-1)?.told, 'the end')
  const titles = shown.map(summary => summary.split(': ')[0]?.split(' · ')[1])
  expect(titles).toEqual(['on', 'back', 'back'])
})

test('a card that cannot be drawn or stored is logged, and drawn again at the next news', async () => {
  const warnings: string[] = []
  const log = { ...silentLog, warn: (_: unknown, message: string) => void warnings.push(message) }
  let broken = true
  const runs = { T1: makeRun({ id: 'T1', rev: 20 }) }
  const lab = createLabPort({
    card: () => Promise.reject(new Error('disk')),
    run: async () => {
      if (broken) throw new Error('history')
      return runs.T1
    },
  })
  const shown: View[] = []
  const live = createLiveCards({ lab, log, place: 'terminal', show: view => void shown.push(view) })
  live.track({ kind: 'message', topic: 'run/T1', rev: 10, tone: 'idle', title: [], summary: '', parts: [] })
  await until(() => warnings.length === 2, 'both warnings')
  expect(warnings.toSorted()).toEqual(['a card was not drawn', 'a card was not stored'])
  broken = false
  lab.publish('run/T1')
  await until(() => shown.length === 1, 'the card')
  live.close()
  lab.publish('run/T1')
  expect(shown).toHaveLength(1)
})

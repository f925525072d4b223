import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawTopic } from '../../../../src/cards/topics.ts'
import type { View } from '../../../../src/cards/view.ts'
import { makeResult } from '../../../commands/lab-port.ts'
import { type Fault, startSlackServer } from './slack-server.ts'
import { createStage, type Process, runOf, type Stage } from './stage.ts'

const fault = fc.constantFrom<Fault>(
  { how: 'cut' },
  { how: 'cut after' },
  { how: 'status', status: 503 },
  { how: 'status', status: 403 },
  { how: 'status', status: 500, after: true },
  { how: 'limited', seconds: 1 },
  { how: 'limited', seconds: 40 },
  { how: 'word', word: 'internal_error' },
)
const METHODS = ['chat.postMessage', 'chat.update', 'conversations.history', 'conversations.replies'] as const
const id = fc.constantFrom('T1', 'T2')
const place = fc.constantFrom('C1', 'C1/1.5', 'D2')
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('post' as const), id, place, follow: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('news' as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), id }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('fail' as const), method: fc.constantFrom(...METHODS), fault }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), halves: fc.nat({ max: 80 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function move({ lab, setRun }: Stage, of: string, isEnd: boolean): void {
  const rev = lab.state().runs[of]?.rev ?? 0
  if (lab.state().runs[of]?.state === 'passed') return
  const end = { state: 'passed', result: makeResult() } as const
  setRun(runOf({ id: of, rev: rev + 1, state: 'running', ...(isEnd ? end : {}) }))
}

async function show({ lab }: Stage, { live }: Process, of: Extract<Step, { do: 'post' }>): Promise<void> {
  const view = (await drawTopic(`run/${of.id}`, lab)) as View
  if (view.final === true) return
  const [channel = '', thread = null] = of.place.split('/')
  // Whether it gets through at once is not asked here.
  live.post(view, { channel, thread }, of.follow ? { tellAtEnd: 'U00LI' } : {}).catch(() => {})
}

test('P27 whatever fails and whenever it is killed, each card is posted once, shows its end at last, and leaves no record', async () => {
  const slack = await startSlackServer()
  const law = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async steps => {
    slack.said.length = 0
    slack.mend()
    const stage = createStage(slack)
    for (const of of ['T1', 'T2']) stage.setRun(runOf({ id: of }))
    let now = stage.begin()
    for (const each of steps) {
      if (each.do === 'post') await show(stage, now, each)
      else if (each.do === 'news' || each.do === 'end') move(stage, each.id, each.do === 'end')
      else if (each.do === 'fail') slack.fault(each.method, each.fault)
      else if (each.do === 'kill') {
        now.kill()
        now = stage.begin()
        now.live.resume()
      } else for (let half = 0; half < each.halves; half++) await stage.clock.pass(500)
      await stage.clock.pass(0)
    }
    slack.mend()
    for (const of of ['T1', 'T2']) move(stage, of, true)
    await stage.passUntil(() => stage.cards().length === 0, 'the end of the last record')
    now.kill()
    const said = slack.said.map(({ metadata, text }) => {
      const { event_payload: payload } = metadata as { event_payload: { key: string } }
      return { key: payload.key, text }
    })
    expect(new Set(said.map(({ key }) => key)).size).toBe(said.length)
    const cards = said.filter(({ key }) => key.startsWith('card/'))
    for (const { text } of cards) expect(text).toContain('passed')
  })
  try {
    await fc.assert(law, { numRuns: 100 })
  } finally {
    await slack.close()
  }
}, 60_000)

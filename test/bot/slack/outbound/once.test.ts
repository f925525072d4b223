import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OutboxItem } from '../../../../src/mail/types.ts'
import { makeLease, makeResult } from '../../../commands/lab-port.ts'
import { type Fault, type Said, type SlackServer, startSlackServer } from './slack-server.ts'
import { createStage, MEI, runOf, type Stage } from './stage.ts'

const PASSED = { state: 'passed', rev: 12, result: makeResult() } as const

const fault = fc.constantFrom<Fault>(
  { how: 'cut' },
  { how: 'cut after' },
  { how: 'status', status: 503 },
  { how: 'status', status: 500, after: true },
  { how: 'limited', seconds: 1 },
  { how: 'limited', seconds: 40 },
  { how: 'word', word: 'internal_error' },
  { how: 'word', word: 'rate_limited' },
)
const METHODS = [
  'chat.postMessage',
  'conversations.history',
  'conversations.replies',
  'conversations.open',
] as const

/** Told in a channel, in a thread of it, directly, and in the home channel. */
const what = fc.constantFrom('run/T1', 'run/T2', 'lease/L7', 'alert')
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('owe' as const), what }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('fail' as const), method: fc.constantFrom(...METHODS), fault }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), halves: fc.nat({ max: 80 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const) }) },
)

function createWorld(slack: SlackServer): Stage {
  slack.said.length = 0
  slack.mend()
  slack.channels.set('CHOME', { isMember: true })
  const stage = createStage(slack)
  stage.setRun(runOf(PASSED))
  const inThread = { channel: 'slack', place: 'C1', thread: '1.5' }
  stage.setRun(runOf({ ...PASSED, id: 'T2', origin: inThread }))
  stage.lab.state().leases['L7'] = makeLease({ holder: { kind: 'person', person: MEI } })
  return stage
}

function oweAs(key: string, about: string, { lab, owe }: Stage): Pick<OutboxItem, 'key' | 'to'> {
  if (about !== 'alert') {
    owe({ topic: about, key })
    return { key, to: MEI.id }
  }
  lab.state().alerts[key] = { id: key, cause: key, text: 'is wrong', since: 0, resolvedAt: null }
  owe({ topic: `alert/${key}`, key, channel: 'home', to: 'home', kind: 'alert' })
  return { key, to: 'home' }
}

function keysOf({ metadata }: Said): readonly string[] {
  const { event_payload: payload } = metadata as { event_payload: { key: string } }
  return payload.key.split('\n')
}

test('M5.4 M8.5 P27 whatever fails and whenever it is killed, each telling is told once, in order for each receiver', async () => {
  const slack = await startSlackServer()
  const law = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async steps => {
    const stage = createWorld(slack)
    const owed: Pick<OutboxItem, 'key' | 'to'>[] = []
    let now = stage.begin()
    for (const each of steps) {
      if (each.do === 'owe') owed.push(oweAs(`k${owed.length}`, each.what, stage))
      else if (each.do === 'fail') slack.fault(each.method, each.fault)
      else if (each.do === 'kill') {
        now.kill()
        stage.shelf.kill()
        now = stage.begin()
      } else for (let half = 0; half < each.halves; half++) await stage.clock.pass(500)
      now.deliver()
    }
    slack.mend()
    await stage.passUntil(() => stage.shelf.items().length === 0, 'the last telling')
    now.kill()
    const told = slack.said.flatMap(keysOf)
    for (const receiver of [MEI.id, 'home']) {
      const theirs = owed.filter(({ to }) => to === receiver).map(({ key }) => key)
      expect(told.filter(key => owed.some(each => each.key === key && each.to === receiver))).toEqual(theirs)
    }
  })
  try {
    await fc.assert(law, { numRuns: 100 })
  } finally {
    await slack.close()
  }
}, 60_000)

import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/reading/types.ts'
import { createTrace } from '../../src/work/trace.ts'
import { createFakeClock } from '../fake-clock.ts'
import { findingOf } from '../reading/finding.ts'

const RUN = { stage: 'run' } as const
const OOPS = findingOf({ cause: 'oops', title: 'oops: bad access', from: 100, to: 120, seconds: 77 })
const PANIC = findingOf({
  cause: 'panic',
  title: 'kernel panic: Fatal exception',
  from: 900,
  to: 950,
  seconds: 77.1,
})

function whole(finding: Finding, place: string): Finding {
  return {
    ...finding,
    whole: true,
    place,
    title: `${finding.title}, ${place}`,
    proof: [finding.line, `pc : ${place}`],
  }
}

/** A wait for the end of it, and the fake time at which it was over. */
function waiting(signal = new AbortController().signal) {
  const clock = createFakeClock()
  const trace = createTrace(clock)
  trace.heard(OOPS)
  let over: number | null = null
  void trace.whole(signal).then(() => {
    over = clock.mono()
  })
  const from = clock.mono()
  return { clock, trace, over: () => (over === null ? null : over - from) }
}

describe('the trace of what ended a run', () => {
  test('M6.7 a panic that is whole is the end of it, with the title and the lines of the whole story', async () => {
    const { clock, trace, over } = waiting()
    await clock.pass(100)
    trace.heard(whole(OOPS, 'demo_write+0x1c'))
    await clock.pass(100)
    trace.heard(PANIC)
    await clock.pass(400)
    expect(over()).toBeNull()
    trace.heard(whole(PANIC, 'demo_write+0x1c'))
    await clock.pass(0)
    expect(over()).toBe(600)
    expect(trace.verdict(RUN)).toMatchObject({
      ...{ class: 'test', cause: 'panic', blame: 'none' },
      title: 'kernel panic: Fatal exception, demo_write+0x1c',
      proof: ['oops: bad access', 'pc : demo_write+0x1c', PANIC.line, 'pc : demo_write+0x1c'],
    })
  })

  test('an oops that is whole and becomes no panic is the end of it a moment later', async () => {
    const { clock, trace, over } = waiting()
    trace.heard(whole(OOPS, 'demo_write+0x1c'))
    await clock.pass(299)
    expect(over()).toBeNull()
    await clock.pass(1)
    expect(over()).toBe(300)
    expect(trace.verdict(RUN)?.title).toBe('oops: bad access, demo_write+0x1c')
  })

  test('M6.7 one that never ends is waited for no longer than two seconds', async () => {
    const { clock, trace, over } = waiting()
    await clock.pass(1_999)
    expect(over()).toBeNull()
    await clock.pass(1)
    expect(over()).toBe(2_000)
    expect(trace.verdict(RUN)).toMatchObject({ title: 'oops: bad access', proof: ['oops: bad access'] })
  })

  test('P25 a board that is taken away is not waited for', async () => {
    const taken = new AbortController()
    const { clock, over } = waiting(taken.signal)
    taken.abort()
    await clock.pass(0)
    expect(over()).toBe(0)
  })
})

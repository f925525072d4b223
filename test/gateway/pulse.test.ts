import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { createPulse } from '../../src/gateway/pulse.ts'
import { createFakeClock } from '../fake-clock.ts'
import { until } from '../until.ts'
import { type GatewayWorld, openWorld } from './world.ts'

const SILENT_MS = 40_000
const TICK_MS = SILENT_MS / 4

let world: GatewayWorld | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

/** A peer whose life is in the test's hand. */
function aPeer(answers: boolean) {
  const clock = createFakeClock()
  const peer = { alive: true, deaf: false, owes: false }
  const told: string[] = []
  const pulse = createPulse({
    clock,
    silentMs: SILENT_MS,
    ask() {
      if (answers && peer.alive) clock.after(50, () => pulse.heard())
      return answers
    },
    owes: () => peer.owes,
    isDeaf: () => peer.deaf,
    onSilent: () => void told.push('silent'),
    onBack: () => void told.push('back'),
    onGone: () => void told.push('gone'),
  })
  return { clock, peer, told, pulse }
}

test('M3.8 whoever vanishes is missed within a minute, whoever answers never is', async () => {
  const step = fc.record({ ms: fc.integer({ min: 1, max: 90_000 }), alive: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), async steps => {
      const { clock, peer, told, pulse } = aPeer(true)
      for (const { ms, alive } of steps) {
        peer.alive = alive
        await clock.pass(ms)
        if (!alive && ms >= 60_000) expect(told.at(-1)).toBe('silent')
        if (alive && ms >= TICK_MS + 100) expect(told.at(-1) === 'silent').toBe(false)
      }
      if (steps.every(each => each.alive)) expect(told).toEqual([])
      expect(told.every((each, at) => each === (at % 2 === 0 ? 'silent' : 'back'))).toBe(true)
      pulse.stop()
      expect(clock.timers).toBeLessThanOrEqual(1)
    }),
    { numRuns: 150 },
  )
})

test('who answers nothing is missed only while bytes wait to be read; nobody is missed while we do not listen', async () => {
  const { clock, peer, told, pulse } = aPeer(false)
  await clock.pass(600_000)
  peer.owes = true
  peer.deaf = true
  await clock.pass(600_000)
  expect(told).toEqual([])
  peer.deaf = false
  await clock.pass(60_000)
  expect(told).toEqual(['silent'])
  pulse.heard()
  expect(told).toEqual(['silent', 'back'])
  await clock.pass(SILENT_MS * 15 + TICK_MS)
  expect(told.slice(2, 4)).toEqual(['silent', 'gone'])
  pulse.stop()
})

/** Time passes tick by tick, and each time the peers that live have their say. */
async function pass(ms: number, answered: () => number): Promise<void> {
  for (let at = 0; at < ms; at += TICK_MS) {
    const before = answered()
    await world?.clock.pass(TICK_MS)
    await until(() => answered() > before, 'the living peer has answered')
  }
}

test('M3.8 a laptop that is closed while it types: its holder has the keyboard back within a minute', async () => {
  world = await openWorld({ silentMs: SILENT_MS })
  const lease = await world.lend('kai')
  const kai = await world.typist(lease, 'kai')
  let closed = false
  const mei = await world.watcher('mei', { isMute: () => closed })
  kai.type('\x1dgive mei\r')
  await mei.saw('gives you the keyboard')
  mei.type('half')
  await world.typedText('half')
  closed = true
  await pass(60_000, () => kai.asked())
  await kai.saw('You type again.')
  kai.type('mine')
  await world.typedText('halfmine')
  expect(world.lab.board('a1')?.people).toEqual({ typing: 'kai', watching: [] })
  kai.type('\x1dgive mei\r')
  await kai.saw('There is no @mei here. Nobody else is here.')
  closed = false
  await world.clock.pass(TICK_MS)
  await mei.saw('-- You gave no sign of life for a while, and watch. For the keyboard: ask')
  expect(world.lab.board('a1')?.people?.watching).toEqual(['mei'])
})

test('M3.8 a holder who stops reading, with more on the way than the line takes, types no more within a minute; and again when back', async () => {
  world = await openWorld({ silentMs: SILENT_MS })
  const lease = await world.lend('kai')
  const kai = await world.typist(lease, 'kai', { telnet: false })
  const li = await world.watcher('li')
  kai.socket.pause()
  const before = li.count()
  for (let n = 1; n <= 200; n++) {
    world.print(Buffer.alloc(65_536, 'x'))
    await until(() => li.count() - before >= n * 65_536, 'whoever reads has it')
  }
  await pass(60_000, () => li.asked())
  await li.saw('-- @kai gives no sign of life. Nobody types on a1 now.')
  expect(world.lab.board('a1')?.people).toEqual({ typing: null, watching: ['li'] })
  kai.socket.resume()
  await kai.saw('You type again.')
  kai.type('x')
  await world.typedText('x')
  const audited = (await world.audited()).map(each => each.result)
  expect(audited).toContain('types no more: no sign of life')
})

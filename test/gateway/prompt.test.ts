import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPrompt, type Step, textOfLine } from '../../src/gateway/prompt.ts'
import { createTries } from '../../src/gateway/tries.ts'
import { createFakeClock } from '../fake-clock.ts'

function feed(keys: string): { last: Step | undefined; text: string } {
  const prompt = createPrompt()
  let last: Step | undefined
  for (const byte of Buffer.from(keys)) last = prompt.feed(byte)
  return { last, text: prompt.text }
}

test.each([
  ['who\r', { kind: 'line', line: 'who' }],
  ['who\n', { kind: 'line', line: 'who' }],
  ['gave\b\b\x7five mei\r', { kind: 'line', line: 'give mei' }],
  ['oops\x15ask\r', { kind: 'line', line: 'ask' }],
  ['\r', { kind: 'left' }],
  ['  \r', { kind: 'left' }],
  ['who\x03', { kind: 'left' }],
  ['\x1b', { kind: 'left' }],
  ['\x1d', { kind: 'literal' }],
  ['who\x1d', { kind: 'left' }],
  ['\b\x7f', { kind: 'more', echo: '' }],
])('%j is %o', (keys, step) => {
  expect(feed(keys).last).toEqual(step)
})

test('no keys make it longer than a line, and what is echoed is what stands there', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 200, size: 'max' }), keys => {
      const prompt = createPrompt()
      let screen = ''
      for (const byte of keys) {
        const step = prompt.feed(byte)
        if (step.kind !== 'more') return
        for (const part of step.echo.match(/\u0008 \u0008|./gs) ?? [])
          screen = part === '\b \b' ? screen.slice(0, -1) : screen + part
        expect(screen).toBe(prompt.text)
        expect(prompt.text.length).toBeLessThanOrEqual(80)
      }
    }),
    { numRuns: 300 },
  )
})

test('a name is put together from its bytes', () => {
  const { last } = feed('give Zoë\r')
  expect(last?.kind === 'line' && textOfLine(last.line)).toBe('give Zoë')
})

test('wrong words bar their own address for a minute from the first of them', async () => {
  const clock = createFakeClock()
  const tries = createTries(clock, 3)
  for (let n = 0; n < 3; n++) {
    expect(tries.barredFor('a')).toBe(0)
    tries.wrong('a')
    await clock.pass(1_000)
  }
  expect(tries.barredFor('a')).toBe(57_000)
  expect(tries.barredFor('b')).toBe(0)
  await clock.pass(57_000)
  expect(tries.barredFor('a')).toBe(0)
  tries.wrong('a')
  expect(tries.barredFor('a')).toBe(0)
})

import { beforeAll, expect, test } from 'vitest'
import { stepsOf } from '../steps.ts'

const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${line(index + 1)}\n`).join('')

/** The worst that each format has to keep in mind. */
const WORST: Record<string, (count: number) => string> = {
  'TAP whose every result fails': n => `TAP version 13\n1..${n}\n${times(n, at => `not ok ${at} case`)}`,
  'TAP whose plan comes last': n => `${times(n, at => `ok ${at} case`)}1..${n}\n`,
  'what looks like TAP and is none': n => times(n, at => `ok ${at} case`),
  'TAP with every other number missing': n => `TAP version 13\n${times(n, at => `ok ${2 * at} case`)}`,
  'TAP, backwards': n => `TAP version 13\n1..${n}\n${times(n, at => `ok ${n + 1 - at} case`)}`,
  'subtests in subtests': n =>
    `TAP version 13\n${times(n, at => `${' '.repeat(4 * (at % 40))}ok ${at} case`)}`,
  'version lines': n => times(n, () => 'KTAP version 1'),
  'kernel lines that cut into results': n =>
    `1..${n}\n${times(n, at => `ok ${at} ca[   12.345678] usb\nse`)}`,
  'the same kernel lines again': n =>
    times(n, at => `[   12.345678] ${at % 2 ? 'KTAP version 1' : 'ok 1 case'}`),
  'beginnings that the kernel cuts off': n =>
    times(n, at => `not [   12.${String(at).padStart(6, '0')}] usb`),
  'GoogleTest that never ends a test': n => times(n, at => `[ RUN      ] Suite.Case${at}`),
  'LTP programs': n => times(n, at => `demo${at}.c:1: TFAIL: no\nSummary:\nfailed 1`),
  'LTP blocks': n => times(n, at => `<<<test_start>>>\ntag=t${at} stime=1\n<<<test_end>>>`),
  'LAVA signals': n => times(n, at => `<LAVA_SIGNAL_STARTTC t${at}>\n<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=x`),
  'output of nobody': n => times(n, at => `step ${at} of a program, # with [marks] <of> all: T`),
}

let steps: number[] = []
beforeAll(async () => {
  steps = await stepsOf(
    'cases',
    Object.values(WORST).flatMap(logOf => [logOf(200), logOf(1_600)]),
  )
})

test.each([...Object.keys(WORST).entries()])('M6.6 work grows with the log and no faster: %i, %s', index => {
  const [one = 0, eight = 0] = steps.slice(2 * index)
  expect(one).toBeGreaterThan(1_000)
  expect(eight).toBeLessThan(8.5 * one)
})

import { beforeAll, expect, test } from 'vitest'
import { oops, stamp, stamped } from './corpus/kernels.ts'
import { stepsOf } from './steps.ts'

const times = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index + 1)).join('')

/** The worst that a console can be full of. */
const WORST: Record<string, (count: number) => string> = {
  'oopses, each another': n => times(n, at => stamped(20 * at, oops('arm64'))),
  'one oops, again and again': n => times(n, () => stamped(77, oops('x86'))),
  'a hung task that is told for ever': n =>
    times(n, at =>
      stamped(5 * at, [`INFO: task sh:47 blocked for more than ${5 * at} seconds.`, ' demo+0x1/0x2']),
    ),
  restarts: n => times(n, () => 'U-Boot 2023.01 (Jan 04 2023 - 15:20:25 +0000)\n\nStarting kernel ...\n\n'),
  'lines of the kernel': n => times(n, at => `${stamp(at)} usb 1-1: new device number ${at}\n`),
  'lines of a trace that never ends': n =>
    `${stamp(9)} Oops [#1]\n${times(n, () => `${stamp(9)} demo+0x1/0x2\n`)}`,
  'a program that quotes the kernel': n => times(n, at => `{"text": "${stamp(at)} Oops [#1]"}\n`),
  'many kernel lines in one': n => `${times(n, at => stamp(at))}\n`,
  'lines of programs': n => times(n, at => `[ ${at} ] step "${at}" of 'a' test: # $ > \n`),
}

let steps: number[] = []
beforeAll(async () => {
  steps = await stepsOf(
    'verdict',
    Object.values(WORST).flatMap(logOf => [logOf(100), logOf(800)]),
  )
})

test.each([...Object.keys(WORST).entries()])('M6.7 work grows with the log and no faster: %i, %s', index => {
  const [one = 0, eight = 0] = steps.slice(2 * index)
  expect(one).toBeGreaterThan(1_000)
  expect(eight).toBeLessThan(8.5 * one)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stripAnsi } from '../../src/reading/ansi.ts'
import { paint } from '../../src/reading/sgr.ts'

const noisy = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        '\x1b[',
        '\x9b',
        '\x1b[0m',
        '\x1b[31;1m',
        '\x1b[38;5;196m',
        '\x1b[2J',
        '\x1b]0;x\x07',
        'm',
        ';',
      ),
      fc.array(fc.nat(120), { maxLength: 6 }).map(numbers => `\x1b[${numbers.join(';')}m`),
      fc.constantFrom('<script>', '"', '\x1b[38;2;1;2;3m', '\x1b[48:2::9:9:9m'),
    ),
    { maxLength: 20 },
  )
  .map(parts => parts.join(''))

test('whatever a line holds, its texts together are what a terminal would show, each look of the fixed words', () => {
  fc.assert(
    fc.property(noisy, line => {
      const spans = paint(line)
      expect(spans.map(span => span.text).join('')).toBe(stripAnsi(line))
      for (const { text, look } of spans) {
        expect(text).not.toBe('')
        expect(look).toMatch(
          /^((bold|dim|italic|under|strike|[fk]([0-9]|1[0-5])|[fk]-rgb|[fk][rgb]([0-9]|1[01])|f-back|k-fore)( |$))*$/,
        )
      }
    }),
    { numRuns: 2_000 },
  )
})

test.for([
  ['\x1b[1;31mred\x1b[0m plain', 'bold f1|'],
  ['\x1b[mx', ''],
  ['\x1b[93;104mx', 'f11 k12'],
  ['\x1b[38;5;9mx', 'f9'],
  ['\x1b[38;5;196mx', 'f-rgb fr11 fg0 fb0'],
  ['\x1b[48;5;244mx', 'k-rgb kr5 kg5 kb5'],
  ['\x1b[38;2;255;0;95mx', 'f-rgb fr11 fg0 fb3'],
  ['\x1b[38:2::255:0:95mx', 'f-rgb fr11 fg0 fb3'],
  ['\x1b[38:5:1mx', 'f1'],
  ['\x1b[7mx', 'f-back k-fore'],
  ['\x1b[31;7mx', 'f-back k1'],
  ['\x1b[2;3;4;9mx\x1b[22;23;24;29my', 'dim italic under strike|'],
  ['\x1b[31mx\x1b[39my', 'f1|'],
  ['\x1b[38mx', ''],
  ['\x1b[31mx\x1b[Ky', 'f1'],
] as const)('%j looks like %j', ([line, looks]) => {
  expect(
    paint(line)
      .map(span => span.look)
      .join('|'),
  ).toBe(looks)
})

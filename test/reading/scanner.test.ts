import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter } from '../../src/reading/lines.ts'
import { PATTERNS, type Pattern } from '../../src/reading/patterns.ts'
import { createScanner, type Scanner } from '../../src/reading/scanner.ts'
import type { Finding } from '../../src/reading/types.ts'
import { chunksOf, cuts, utf8 } from './chunks.ts'
import { FAILURES, LOOK_ALIKES } from './scanner-corpus.ts'

function scan(
  bytes: Uint8Array,
  places: readonly number[] = [],
  scanner: Scanner = createScanner(),
): Finding[] {
  const splitter = createLineSplitter({ maxLine: 4096 })
  const chunks = chunksOf(bytes, places)
  const lines = [...chunks.flatMap(chunk => splitter.push(chunk.bytes, chunk.offset)), ...splitter.flush()]
  return lines.flatMap(line => scanner.push(line)).filter(({ whole }) => !whole)
}

function brief(findings: readonly Finding[]): (readonly [string, string])[] {
  return findings.map(finding => [finding.cause, finding.title] as const)
}

test.each(FAILURES)('M6.7 named for what it is: $what', ({ text, findings }) => {
  expect(brief(scan(utf8(text)))).toEqual(findings)
})

test.each(FAILURES)('the same with the line ends and colours of a terminal: $what', ({ text, findings }) => {
  const dressed = text.replaceAll('\n', '\x1b[0m\r\r\n')
  expect(brief(scan(utf8(dressed)))).toEqual(findings)
})

test.each(LOOK_ALIKES)('M6.7 left alone: $what', ({ text }) => {
  expect(brief(scan(utf8(text)))).toEqual([])
})

test('a finding points at its line: text without stamp, offsets of the whole line', () => {
  const text = 'PASS 1\r\nPA[  312.000123] Kernel panic - not syncing: Fatal exception\r\nSS 2\r\n'
  const [finding] = scan(utf8(text))
  expect(finding).toEqual({
    ...{ kind: 'panic', cause: 'panic', severity: 'ends', whole: false, place: null, seconds: 312.000123 },
    proof: ['Kernel panic - not syncing: Fatal exception'],
    title: 'kernel panic: Fatal exception',
    line: 'Kernel panic - not syncing: Fatal exception',
    from: 8,
    to: text.indexOf('SS 2'),
  })
})

test('everything ever seen in one log, in any order, is found once each, and the look-alikes between are not', () => {
  const apart = `${'.'.repeat(80)}\n`.repeat(210)
  // Behind a kernel without stamps nothing tells a trace that a program pastes from the kernel's.
  const known = FAILURES.filter(
    ({ text, findings }) =>
      !text.startsWith('Starting kernel') && findings.every(([cause]) => cause !== 'reset'),
  )
  const pieces = fc.shuffledSubarray([...known, ...LOOK_ALIKES], { minLength: 5, maxLength: 20 })
  fc.assert(
    fc.property(pieces, list => {
      const expected = list.flatMap(piece => ('findings' in piece ? piece.findings : []))
      const found = brief(scan(utf8(list.map(piece => piece.text + apart).join(''))))
      // Some failures of the corpus are the same event told twice; one of each title is enough.
      expect(new Set(found.map(String))).toEqual(new Set(expected.map(String)))
    }),
    { numRuns: 100 },
  )
})

test('cutting the bytes anywhere changes nothing', () => {
  const whole = utf8([...FAILURES, ...LOOK_ALIKES].map(piece => piece.text).join(''))
  const expected = scan(whole)
  expect(expected.length).toBeGreaterThan(10)
  fc.assert(
    fc.property(cuts, places => {
      expect(scan(whole, places)).toEqual(expected)
    }),
    { numRuns: 100 },
  )
})

test('a kernel line is found wherever it cuts into a program that prints text', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9 .,;()=+-]{0,60}$/)
  fc.assert(
    fc.property(word, word, fc.nat({ max: 9_999_999 }), (before, after, micros) => {
      const stamp = `[${(micros / 1000).toFixed(6).padStart(12)}]`
      const text = `${before}${stamp} Kernel panic - not syncing: seen\n${after}\n`
      fc.pre(/[a-zA-Z0-9]/.test(before) && !/^(?:\S+-)?\d+[-:]$/.test(before))
      expect(brief(scan(utf8(text)))).toEqual([['panic', 'kernel panic: seen']])
    }),
    { numRuns: 200 },
  )
})

test('text of any kind without a stamp and without a panic is nothing', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom('BUG: ', 'Oops', '[#1]', 'WARNING', '\n', ' ', '[', ']', 'x', '\x1b[0m', '\r'),
        { maxLength: 60 },
      ),
      parts => {
        expect(scan(utf8(parts.join('')))).toEqual([])
      },
    ),
    { numRuns: 300 },
  )
})

test('an oops that dmesg prints again is no second one', () => {
  const oops = '[  100.123456] BUG: kernel NULL pointer dereference, address: 0000000000000000\n'
  expect(scan(utf8(oops + '.\n'.repeat(20_000) + oops))).toHaveLength(1)
})

test('the same panic after a restart is news', () => {
  const panic = '[    9.500000] Kernel panic - not syncing: again\n'
  const boot = '\n\nU-Boot 2023.01 (Jan 04 2023 - 15:20:25 +0000)\n'
  const later = panic.replace('9.5', '9.7')
  expect(brief(scan(utf8(panic + boot + later))).map(([cause]) => cause)).toEqual(['panic', 'reset', 'panic'])
})

test('a board that somebody switches off says so without being a finding; one that nobody does is', () => {
  const off = '[   41.000000] reboot: Power down\n'
  const scanner = createScanner()
  scanner.expectReset(true)
  expect(scan(utf8(off), [], scanner)).toEqual([])
  scanner.expectReset(false)
  expect(brief(scan(utf8(off.replace('41', '97')), [], scanner))).toEqual([['reset', 'reset: Power down']])
})

/** Each pattern counts what it is asked to look at. */
function counted(): { table: Pattern[]; asked: string[] } {
  const asked: string[] = []
  class Counting extends RegExp {
    override exec(text: string): RegExpExecArray | null {
      asked.push(text)
      return super.exec(text)
    }
  }
  return {
    table: [{ kind: 'panic', cause: 'panic', title: 'x', match: new Counting('^Kernel panic') }],
    asked,
  }
}

test('no line is looked at twice, however it came', () => {
  const lines = Array.from(
    { length: 50 },
    (_, index) => `[   12.${String(index).padStart(6, '0')}] line ${index}`,
  )
  const bytes = utf8(lines.join('\r\n') + '\r\n')
  fc.assert(
    fc.property(cuts, places => {
      const { table, asked } = counted()
      scan(bytes, places, createScanner(table))
      expect(asked).toEqual(lines.map((_, index) => `line ${index}`))
    }),
    { numRuns: 100 },
  )
})

test('work is linear in length, on the worst line there is', () => {
  const looked = (length: number): number => {
    const { table, asked } = counted()
    scan(utf8('[   12.345678] '.repeat(length) + '\n'), [], createScanner(table))
    return asked.reduce((sum, text) => sum + text.length + 1, 0)
  }
  expect(looked(8 * 200)).toBeLessThanOrEqual(8 * looked(200) + 100)
})

test('how the time grows from one megabyte to eight (printed, not asserted)', () => {
  const megabyte = utf8(
    `${FAILURES[0]?.text ?? ''}${'PASS 1 of the test, [ 42 ] as it is\n'.repeat(30)}`.repeat(720),
  )
  const took = (times: number): number => {
    const start = performance.now()
    for (let time = 0; time < times; time++) scan(megabyte)
    return performance.now() - start
  }
  took(1)
  const [one, eight] = [took(1), took(8)]
  console.info(
    `scanner: ${megabyte.length} bytes ${one.toFixed(0)} ms, eight times that ${eight.toFixed(0)} ms`,
  )
  expect(PATTERNS.length).toBeGreaterThan(10)
})

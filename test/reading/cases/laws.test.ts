import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { consoleBytes, cuts, utf8 } from '../chunks.ts'
import { brief, read } from './reading.ts'
import { type Expected, FORMATS, type Written } from './written.ts'

const RUNS = { numRuns: 100 }

function textOf(lines: readonly Written[]): string {
  return lines.map(({ text }) => `${text}\r\n`).join('')
}

/** In order of their end the cases of a suite stand before it: the same ones, whatever the order. */
function sorted(list: readonly (readonly [string, string])[]): string[] {
  return list.map(String).sort()
}

const noiseText = fc.constantFrom(
  'usb 1-1: new high-speed USB device number 4 using xhci_hcd',
  'ok 7 fine',
  'not ok 2 that is what a driver says',
  '1..4 lanes up',
  'BUG: sleeping function called from invalid context',
  '# a comment',
  '',
)
/** Where each stands as a fraction of the log, and what it says. */
const noise = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), noiseText), {
  minLength: 1,
  maxLength: 6,
})

function kernelLine(text: string, index: number): string {
  return `[${(100 + index * 0.25).toFixed(6).padStart(12)}] ${text}\r\n`
}

function splice(text: string, pieces: readonly (readonly [number, string])[]): string {
  const at = pieces.map(([place, said]) => [Math.floor(place * text.length), said] as const)
  at.sort(([one], [two]) => one - two)
  let from = 0
  const parts = at.map(([place, said], index) => {
    const before = text.slice(from, place)
    from = place
    return before + kernelLine(said, index)
  })
  return parts.join('') + text.slice(from)
}

describe.each(FORMATS)('$name', format => {
  const isKernel = format.name.includes('kernel itself')

  test('M6.6 what was written is what is read, and nothing is complained of', () => {
    fc.assert(
      fc.property(format.given, given => {
        const report = read(textOf(format.write(given)))
        const expected: Expected[] = format.expected(given)
        expect(sorted(brief(report))).toEqual(sorted(expected))
        expect(report.problems).toEqual([])
        expect(report.totals.total).toBe(expected.length)
        expect(report.totals.announced ?? expected.length).toBe(expected.length)
      }),
      RUNS,
    )
  })

  test('cutting the bytes anywhere changes nothing', () => {
    fc.assert(
      fc.property(format.given, cuts, (given, places) => {
        const text = textOf(format.write(given))
        expect(read(text, places)).toEqual(read(text))
      }),
      RUNS,
    )
  })

  test('M6.6 kernel lines between the lines and cut into them change no case and no count', () => {
    fc.assert(
      fc.property(format.given, noise, (given, pieces) => {
        const lines = format.write(given)
        const text = textOf(lines)
        // The kernel's own lines are whole: between them only.
        const noisy = isKernel
          ? lines
              .map(
                (line, at) =>
                  `${line.text}\r\n${at < pieces.length ? kernelLine(pieces[at]?.[1].replace(/^.*\d.*$/, 'random: crng init done') ?? '', at) : ''}`,
              )
              .join('')
          : splice(text, pieces)
        const report = read(noisy)
        expect(brief(report)).toEqual(brief(read(text)))
        expect(report.totals).toEqual(read(text).totals)
        expect(report.problems).toEqual([])
      }),
      RUNS,
    )
  })

  test('M6.6 a line that is lost is said', () => {
    fc.assert(
      fc.property(format.given, fc.nat(), (given, choice) => {
        const lines = format.write(given)
        const telling = lines.filter(({ tells }) => tells)
        const lost = telling[choice % telling.length]
        const report = read(textOf(lines.filter(line => line !== lost)))
        expect([...report.problems, ...report.notes], `without ${lost?.text}`).not.toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('M6.6 a character that is lost on the way changes the count, or a name, only if that is said', () => {
    fc.assert(
      fc.property(format.given, fc.double({ min: 0, max: 0.999, noNaN: true }), (given, place) => {
        const text = textOf(format.write(given))
        const at = Math.floor(place * text.length)
        const report = read(text.slice(0, at) + text.slice(at + 1))
        const isSaid = report.problems.length + report.notes.length > 0
        const lost = text.slice(Math.max(0, at - 30), at + 30)
        if (!isSaid)
          expect(report.totals.total, `near ${JSON.stringify(lost)}`).toBe(format.expected(given).length)
      }),
      RUNS,
    )
  })

  test('a program that prints all of it in front of other text reads nothing of a line that is not there', () => {
    fc.assert(
      fc.property(format.given, given => {
        const text = format.write(given).map(line => `log: ${line.text}\r\n`)
        const found = read(text.join(''))
        // gtest's brackets and LAVA's signals may stand in mid-line; numbers and indentation may not.
        if (!/gtest|LAVA|itself/.test(format.name)) expect(found.totals.total).toBe(0)
      }),
      RUNS,
    )
  })
})

test('any bytes are read without a fault, and cutting them anywhere changes nothing', () => {
  fc.assert(
    fc.property(consoleBytes(400), cuts, (bytes, places) => {
      expect(read(bytes, places)).toEqual(read(bytes))
    }),
    { numRuns: 300 },
  )
})

test('pieces of all formats in any order are read without a fault, and counts are those of the list', () => {
  const pieces = fc.constantFrom(
    'TAP version 13',
    'KTAP version 1',
    '1..3',
    '    1..2',
    '# 1..2',
    'ok 1',
    'not ok 2 - b',
    '    ok 1 - c',
    '        not ok 1 d',
    '# ok 1 e',
    '# Subtest: s',
    '    # Subtest: s',
    '# selftests: net: tls',
    'Bail out! x',
    '# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0',
    '  ---',
    '  ...',
    '[ RUN      ] A.b',
    '[       OK ] A.b (1 ms)',
    '[  FAILED  ] A.b (1 ms)',
    '[  FAILED  ] A.b',
    '[==========] Running 2 tests from 1 test suite.',
    '[==========] 2 tests from 1 test suite ran. (1 ms total)',
    '[----------] 1 test from A',
    '[  PASSED  ] 1 test.',
    '<LAVA_SIGNAL_STARTTC x>',
    '<LAVA_SIGNAL_ENDTC x>',
    '<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=x RESULT=pass>',
    '<LAVA_SIGNAL_STARTRUN r 1>',
    '<LAVA_SIGNAL_ENDRUN r 1>',
    '<LAVA_SIGNAL_',
    '<<<test_start>>>',
    'tag=a stime=1',
    '<<<test_end>>>',
    'a.c:1: TPASS: x',
    'a 1 TFAIL : x',
    'Summary:',
    'passed 1',
    'Testcase  Result  Exit Value',
    'a PASS 0',
    'Total Tests: 1',
    'Total Failures: 0',
    '[    1.000000] KTAP version 1',
    '[    1.100000]     ok 1 z',
    'ok',
    '',
  )
  const end = fc.constantFrom('\n', '\r\n', '', '\r', ' ', '\x1b[0m')
  fc.assert(
    fc.property(fc.array(fc.tuple(pieces, end), { maxLength: 40 }), parts => {
      const report = read(utf8(parts.flat().join('')))
      expect(report.totals.total).toBe(report.cases.length)
      for (const { lines } of report.cases) expect(lines[0]).toBeLessThanOrEqual(lines[1])
    }),
    { numRuns: 500 },
  )
})

import { describe, expect, test } from 'vitest'
import { brief, read } from './reading.ts'
import { KSELFTEST, KTAP, KUNIT_PANIC, PERL } from './samples.ts'

describe('samples', () => {
  test('M6.6 kselftest: the results inside of a program are the cases', () => {
    const report = read(KSELFTEST)
    expect(brief(report)).toHaveLength(4)
    expect(report.cases[0]).toMatchObject({
      name: 'selftests/membarrier/membarrier_test_single_thread/sys_membarrier available',
      suite: 'selftests/membarrier/membarrier_test_single_thread',
      result: 'pass',
      lines: [6, 6],
    })
    expect(report.totals).toMatchObject({ total: 4, pass: 4, announced: 4 })
    expect(report.problems).toEqual([])
  })

  test('M6.6 KTAP: names keep their hierarchy, though a suite is named behind its cases', () => {
    const report = read(KTAP)
    expect(brief(report)).toEqual([
      ['main_test/example_test_1/test_1', 'pass'],
      ['main_test/example_test_2/test_1', 'skip'],
      ['main_test/example_test_2/test_2', 'pass'],
      ['main_test/example_test_3/test_1', 'pass'],
      ['main_test/example_test_3/test_2', 'fail'],
      ['main_test/example_test_3/test_3', 'skip'],
    ])
    expect(report.cases[4]?.output).toEqual(['    # test_2: FAIL'])
    expect(report.cases[1]?.reason).toBe('test_1 skipped')
    expect(report.problems).toEqual([])
  })

  test('M6.6 KUnit on the console, and a panic in its midst: what is missing is said', () => {
    const report = read(KUNIT_PANIC)
    expect(report.totals).toMatchObject({ total: 3, pass: 3, announced: 5 })
    expect(report.cases[2]?.name).toBe('string-stream-test/string_stream_test_empty_on_creation')
    expect(report.problems).toEqual([
      '"string-stream-test": 3 announced, 1 seen',
      '"string-stream-test": its own result was not seen',
      'the results from line 2: no plan was seen; what is missing at its end would not show',
    ])
  })

  test("M6.6 Perl's Test::More: a plan first or last, comments behind a failure, a block that was skipped", () => {
    const report = read(PERL)
    expect(brief(report)).toEqual([
      ['adds', 'pass'],
      ['sums # hard \\ x', 'fail'],
      ['inner one/a', 'pass'],
      ['inner one/deep/x', 'pass'],
      ['inner one/deep/y', 'fail'],
      ['no fish', 'skip'],
      ['no fish', 'skip'],
      ['later', 'xfail'],
      ['skipped', 'skip'],
    ])
    expect(report.cases[1]?.output).toEqual([
      "#   Failed test 'sums # hard \\ x'",
      '#   at a.t line 4.',
      "#          got: '2'",
      "#     expected: '3'",
    ])
    expect(report.totals.announced).toBe(9)
    expect(report.problems).toEqual([])
  })

  test('KUnit of Linux 6.1, which calls it TAP 14 and announces no parameters', () => {
    const lines = [
      'TAP version 14',
      '1..1',
      '    # Subtest: example',
      '    1..2',
      '    ok 1 - example_simple_test',
      '        # Subtest: example_params_test',
      '        ok 1 - example value 2',
      '        ok 2 - example value 1',
      '    # example_params_test: pass:2 fail:0 skip:0 total:2',
      '    ok 2 - example_params_test',
      '# example: pass:2 fail:0 skip:0 total:2',
      '# Totals: pass:3 fail:0 skip:0 total:3',
      'ok 1 - example',
    ]
    const report = read(lines.map((line, at) => `[    0.${String(at).padStart(6, '0')}] ${line}\n`).join(''))
    expect(report.cases.map(({ format, name }) => `${format} ${name}`)).toEqual([
      'ktap example/example_simple_test',
      'ktap example/example_params_test/example value 2',
      'ktap example/example_params_test/example value 1',
    ])
    expect(report.totals.announced).toBe(3)
    expect(report.problems).toEqual([])
  })

  test('what dmesg prints of a KUnit run again is not counted again', () => {
    const boot =
      '[    1.000000] KTAP version 1\n[    1.000100] 1..2\n[    1.000200] ok 1 a\n[    1.000300] not ok 2 b\n[    2.000000] random: crng init done\n'
    expect(read(boot + boot).totals).toMatchObject({ total: 2, announced: 2 })
    const later = '[    9.000000] KTAP version 1\n[    9.000100] 1..1\n[    9.000200] ok 1 c\n'
    expect(read(boot + boot + later).totals).toMatchObject({ total: 3, announced: 3 })
    expect(read(boot + boot).problems).toEqual([])
  })
})

describe('damage', () => {
  const numbered = (numbers: readonly number[], plan: number): string =>
    `TAP version 13\n1..${plan}\n${numbers.map(number => `ok ${number} - case ${number}\n`).join('')}`

  test('M6.6 46 announced, 44 seen', () => {
    const numbers = Array.from({ length: 46 }, (_, index) => index + 1).filter(
      number => number !== 13 && number !== 46,
    )
    const report = read(numbered(numbers, 46))
    expect(report.problems).toEqual([
      'line 15: numbers jump from 12 to 14',
      'the results from line 1: 46 announced, 44 seen',
    ])
    expect(report.totals).toMatchObject({ total: 44, announced: 46 })
  })

  test.each([
    ['twice', [1, 2, 2], 3, ['line 5: ok 2 announced twice']],
    ['out of order', [2, 1, 3], 3, ['line 3: numbers begin at 2', 'line 4: ok 1 came after 2']],
    [
      'beyond the plan',
      [1, 2, 3],
      2,
      ['line 5: ok 3 is beyond the plan 1..2', 'the results from line 1: 2 announced, 3 seen'],
    ],
    ['none at all', [], 2, ['the results from line 1: 2 announced, 0 seen']],
  ] as const)('M6.6 numbers %s', (_, numbers, plan, problems) => {
    expect(read(numbered(numbers, plan)).problems).toEqual(problems)
  })

  test('a failure announced twice is there twice: which of the two is true is not for us to guess', () => {
    const report = read('1..2\nok 1 a\nnot ok 1 a\nok 2 b\n')
    expect(report.totals).toMatchObject({ pass: 2, fail: 1 })
    expect(report.problems).toContain('line 3: not ok 1 announced twice')
  })

  test('no plan, two plans, a bail out, a suite without its result, a suite that is ok with a failure in it', () => {
    expect(read('TAP version 13\nok 1 a\n').problems).toEqual([
      'the results from line 1: no plan was seen; what is missing at its end would not show',
    ])
    expect(read('TAP version 13\n1..2\n1..3\nok 1 a\nok 2 b\nok 3 c\n').problems).toEqual([
      'line 3: two plans: 1..2 and 1..3',
    ])
    expect(read('1..3\nok 1 a\nBail out! no database\n').problems).toEqual([
      'line 3: bailed out: no database',
      'the results from line 1: 3 announced, 1 seen',
    ])
    expect(
      read('KTAP version 1\n1..2\n    KTAP version 1\n    # Subtest: s\n    1..1\n    ok 1 a\nok 2 t\n')
        .problems,
    ).toEqual(['line 7: numbers begin at 2', 'the results from line 1: 2 announced, 1 seen'])
    expect(read('TAP version 14\n1..1\n    1..1\n    not ok 1 a\nok 1 s\n').problems).toEqual([
      '"s" is ok though 1 of its cases failed',
    ])
  })

  test("kselftest's and KUnit's own counts are compared with what was seen", () => {
    const totals = '# Totals: pass:2 fail:0 xfail:0 xpass:0 skip:0 error:0\n'
    expect(read(`TAP version 13\n1..1\nok 1 a\n${totals}`).problems).toEqual([
      'line 4: its summary says pass:2, 1 seen',
    ])
    const suite =
      'KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: s\n    1..2\n    ok 1 a\n    not ok 2 b\n'
    expect(read(`${suite}# s: pass:1 fail:1 skip:0 total:2\nnot ok 1 s\n`).problems).toEqual([])
    expect(read(`${suite}# s: pass:2 fail:0 skip:0 total:2\nnot ok 1 s\n`).problems).toHaveLength(2)
  })
})

describe('results', () => {
  const one = (line: string): { name: string; result: string; reason: string | null } | undefined =>
    read(`TAP version 14\n1..1\n${line}\n`).cases[0]

  test.each([
    ['ok 1 - a name', 'a name', 'pass', null],
    ['ok 1', '1', 'pass', null],
    ['ok', '1', 'pass', null],
    ['not ok 1 - a # b', 'a', 'fail', 'b'],
    ['not ok 1 a\\#b \\# c', 'a\\#b # c'.replace('\\#', '#'), 'fail', null],
    ['ok 1 - a # skip no fish', 'a', 'skip', 'no fish'],
    ['ok 1 # SKIP old kselftest', 'old kselftest', 'skip', 'old kselftest'],
    ['not ok 1 - a # TODO later', 'a', 'xfail', 'later'],
    ['ok 1 - a # TODO later', 'a', 'xpass', 'later'],
    ['ok 1 a # XFAIL known', 'a', 'xfail', 'known'],
    ['not ok 1 a # XPASS', 'a', 'xpass', null],
    ['not ok 1 a # TIMEOUT 45 seconds', 'a', 'fail', '45 seconds'],
    ['not ok 1 a # ERROR no memory', 'a', 'error', 'no memory'],
    ['ok 1..1 selftests: breakpoint_test [PASS]', 'selftests/breakpoint_test', 'pass', null],
  ])('%s', (line, name, result, reason) => {
    expect(one(line)).toMatchObject({ name, result, reason })
  })

  test('YAML and comments behind a failed result are its output, and its duration', () => {
    const report = read(
      'TAP version 14\n1..2\nnot ok 1 - a\n  ---\n  at: x.js:3\n  duration_ms: 12.5\n  ...\n# Failed test\nok 2 - b # time=7ms\n',
    )
    expect(report.cases[0]).toMatchObject({
      durationMs: 12.5,
      output: ['  at: x.js:3', '  duration_ms: 12.5', '# Failed test'],
    })
    expect(report.cases[1]).toMatchObject({ durationMs: 7, output: [], name: 'b' })
  })

  test('a suite that failed by itself is a case; one whose cases failed is none', () => {
    const report = read(
      'TAP version 14\n1..2\n    1..1\n    ok 1 a\nnot ok 1 s # exit=1\n    1..0 # SKIP no\nok 2 t # SKIP no\n',
    )
    expect(brief(report)).toEqual([
      ['s/a', 'pass'],
      ['s', 'fail'],
      ['t', 'skip'],
    ])
    expect(report.problems).toEqual([])
    expect(report.totals.announced).toBe(3)
  })
})

describe('what is no TAP', () => {
  test.each([
    ['a program that prints ok', 'ok\nok then\nnot ok at all\nok 5 files\n'],
    ['a plan and no results', '1..5\nwaiting for 5 boards\n'],
    ['results far from a plan', 'ok 1 file copied\nok 2 files copied\n'],
    ['comments', '# ok 1 a\n# not ok 2 b\n# 1..2\n'],
    ['a kernel that says ok', '[   12.345678] ok 1 link is up\n[   13.345678] 1..4 lanes\n'],
  ])('%s', (_, text) => {
    expect(read(text).totals.total).toBe(0)
    expect(read(text).problems).toEqual([])
  })

  test('lines that might have been results are told, not counted', () => {
    expect(read('ok 1 file copied\nok 2 files copied\n').notes).toEqual([
      '2 lines look like TAP, from line 1 on, with neither a version line nor a plan: not counted',
    ])
  })
})

describe('the kernel in the middle of a line', () => {
  test('not ok cut behind its not is a failure', () => {
    const report = read('1..1\nnot [   12.345678] usb 1-1: new device\nok 1 - a\n')
    expect(brief(report)).toEqual([['a', 'fail']])
    expect(report.cases[0]?.lines).toEqual([2, 3])
  })

  test('two results are two, whatever the first one printed', () => {
    const report = read('1..2\nok 1 - dmesg says [   12.345678] usb 1-1: new device\nok 2 - b\n')
    expect(report.totals.total).toBe(2)
  })

  test('a copy of an old kernel line ends with its own line', () => {
    const report = read('[   50.000000] now\n1..1\nsyslog: [   12.345678] usb 1-1: new device\nok 1 - a\n')
    expect(brief(report)).toEqual([['a', 'pass']])
  })

  test('a selftest that prints what dmesg says: its prefix is no beginning of the result behind it', () => {
    const dmesg = '# [   10.000000] usb 1-1: new device\n# [   11.000000] usb 1-1: gone\n'
    const log = `TAP version 13\n1..2\n# selftests: usb: plug\n# TAP version 13\n# 1..1\n# ok 1 in\n${dmesg}`
    const report = read(
      `${log}ok 1 selftests: usb: plug\n# selftests: usb: pull\n${dmesg}not ok 2 selftests: usb: pull # exit=1\n`,
    )
    expect(brief(report)).toEqual([
      ['selftests/usb/plug/in', 'pass'],
      ['selftests/usb/pull', 'fail'],
    ])
    expect(report.problems).toEqual([])
  })

  test.each(['log: ', 'Nov 20 12:00:00 board kernel: ', 'kern  :info  : '])(
    'a program that prints kernel lines behind "%s" ends them itself',
    prefix => {
      const report = read(
        `1..2\n${prefix}[   10.000000] a\nok 1 - a\n${prefix}[   11.000000] b\n${prefix}[   12.000000] c\nok 2 - b\n`,
      )
      expect(report.totals.total).toBe(2)
      expect(report.problems).toEqual([])
    },
  )
})

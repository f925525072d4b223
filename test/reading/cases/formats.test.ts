import { describe, expect, test } from 'vitest'
import { brief, read } from './reading.ts'
import { LKFT, LTP_NEW, LTP_OLD, LTP_SILENT, RUNLTP } from './samples.ts'

describe('LTP', () => {
  test('M6.6 the old library, the new one, and a program without a result, as runltp prints them', () => {
    const report = read(LTP_OLD + LTP_NEW + LTP_SILENT)
    expect(brief(report)).toEqual([
      ['mmap16/1', 'fail'],
      ['ioprio_set03/1', 'fail'],
      ['ioprio_set03/2', 'pass'],
      ['FSX034', 'fail'],
    ])
    expect(report.cases[0]?.reason).toBe('mmap16.c:85: Bug is reproduced!')
    expect(report.cases[3]).toMatchObject({ durationMs: 0, reason: 'exited 91' })
    expect(report.cases[3]?.output.join('\n')).toContain('No such file or directory')
    expect(report.problems).toEqual([])
  })

  test('M6.6 programs one after the other without runltp: the library speaks for the one that comes', () => {
    const program = (own: string[], passed: number, broken: number): string =>
      [
        'tst_test.c:1431: TINFO: Timeout per run is 0h 05m 00s',
        ...own,
        ...[
          '',
          'Summary:',
          `passed   ${passed}`,
          'failed   0',
          `broken   ${broken}`,
          'skipped  0',
          'warnings 0',
          '',
        ],
      ].join('\n')
    const report = read(
      program(['accept01.c:92: TPASS: EBADF'], 1, 0) +
        // Built in another folder, LTP prints where its sources are.
        program(
          ['/build/ltp/bind01.c:9: TPASS: EINVAL', 'tst_test.c:1581: TBROK: Test killed by SIGSEGV!'],
          1,
          1,
        ),
    )
    expect(report.problems).toEqual([])
    expect(brief(report)).toEqual([
      ['accept01/1', 'pass'],
      ['bind01/1', 'pass'],
      ['bind01/2', 'error'],
    ])
    expect(report.cases.at(-1)?.output).toEqual([])
  })

  test('M6.6 a program that dies before its first result is told by the library alone', () => {
    const report = read('tst_test.c:1431: TINFO: Timeout per run is 0h 05m 00s\nSegmentation fault\n')
    expect(report.problems).toEqual(['tst_test (line 1): its summary was not seen'])
  })

  test("M6.6 runltp's table alone is all there is", () => {
    const report = read(RUNLTP)
    expect(brief(report)).toEqual([
      ['fcntl17', 'fail'],
      ['getxattr05', 'skip'],
      ['ioctl_loop05', 'fail'],
      ['abort01', 'pass'],
    ])
    expect(report.totals.announced).toBe(4)
    expect(report.problems).toEqual([])
    expect(read(RUNLTP.replace(/abort01.*\n/, '')).problems).toEqual([
      'line 8: runltp says tests: 4, 3 seen in its table',
    ])
  })

  test('a test that never ended, one that was killed, one whose summary says more', () => {
    const start = '<<<test_start>>>\ntag=a stime=1\n<<<test_output>>>\n'
    expect(read(start)).toMatchObject({
      cases: [{ name: 'a', result: 'error' }],
      problems: ['line 1: a began and did not end'],
    })
    const killed = 'duration=3 termination_type=signaled termination_id=11 corefile=yes\n<<<test_end>>>\n'
    expect(brief(read(`${start}a    1  TPASS  :  fine\n${killed}`))).toEqual([
      ['a/1', 'pass'],
      ['a', 'error'],
    ])
    expect(
      read('a.c:3: TPASS: x\nSummary:\npassed 2\nfailed 0\nbroken 0\nskipped 0\nwarnings 0\n').problems,
    ).toEqual(['a: its summary says passed 2, 1 seen'])
    expect(read('a.c:3: TPASS: x\n').problems).toEqual(['a (line 1): its summary was not seen'])
  })

  test('TBROK, TCONF and TWARN; TINFO is no result', () => {
    const report = read('a 1 TBROK: x\na 2 TCONF: y\na 0 TWARN: z\na 0 TINFO: w\n')
    expect(brief(report)).toEqual([
      ['a/1', 'error'],
      ['a/2', 'skip'],
      ['a/3', 'error'],
    ])
  })
})

describe('LAVA signals', () => {
  test('M6.6 printed by the kernel, with a measurement, in a set, in lower case', () => {
    expect(read(LKFT).cases.find(({ format }) => format === 'lava')).toMatchObject({
      name: 'stat04',
      result: 'fail',
      lines: [1, 12],
    })
    const report = read(
      '<LAVA_SIGNAL_STARTRUN 0_smoke 1_2>\n<LAVA_SIGNAL_TESTSET START net>\n' +
        '<lava_signal_testcase test_case_id=ping result=PASS units=ms measurement=1.25>\n<LAVA_SIGNAL_TESTSET STOP>\n' +
        '<LAVA_SIGNAL_TESTCASE TEST_CASE_ID="with space" RESULT=unknown>\n<LAVA_SIGNAL_ENDRUN 0_smoke 1_2>\n',
    )
    expect(brief(report)).toEqual([
      ['0_smoke/net/ping', 'pass'],
      ['0_smoke/with space', 'error'],
    ])
    expect(report.cases[0]?.measurement).toEqual({ value: 1.25, units: 'ms' })
    expect(report.problems).toEqual([])
  })

  test('M6.6 what is damaged is said: a signal cut short, without a result, a case that did not end', () => {
    expect(read('<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=x RES\n').problems).toEqual([
      'line 1: a damaged LAVA signal: <LAVA_SIGNAL_TESTCASE TEST_CASE_ID=x RES',
    ])
    expect(read('<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=x>\n').problems).toEqual([
      'line 1: a LAVA test case without a result',
    ])
    expect(read('<LAVA_SIGNAL_STARTTC x>\nworking\n')).toMatchObject({
      cases: [{ name: 'x', result: 'error', output: ['working'] }],
      problems: ['line 1: x began and did not end'],
    })
  })

  test("the dispatcher's echo of a signal and the shell's trace are no results", () => {
    const text = 'Received signal: <TESTCASE> TEST_CASE_ID=x RESULT=pass\n+ lava-test-case x --result pass\n'
    expect(read(text).totals.total).toBe(0)
  })
})

describe('several formats in one log', () => {
  test('each is read, and none takes the lines of another', () => {
    const gtest =
      '[==========] Running 1 test from 1 test suite.\n[----------] 1 test from A\n[ RUN      ] A.b\n' +
      '[       OK ] A.b (3 ms)\n[----------] 1 test from A (3 ms total)\n' +
      '[==========] 1 test from 1 test suite ran. (3 ms total)\n[  PASSED  ] 1 test.\n'
    const report = read(`1..1\nok 1 a\n${gtest}${LTP_OLD}<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=x RESULT=skip>\n`)
    expect(report.cases.map(({ format, name }) => `${format} ${name}`)).toEqual([
      'tap a',
      'gtest A.b',
      'ltp mmap16/1',
      'lava x',
    ])
    expect(report.totals).toMatchObject({ total: 4, announced: 4 })
    expect(report.problems).toEqual([])
  })
})

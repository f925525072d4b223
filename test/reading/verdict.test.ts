import { describe, expect, test } from 'vitest'
import { type VerdictContext, verdictOf } from '../../src/reading/verdict.ts'
import { FAILURES } from './corpus/failures.ts'
import { findingOf } from './finding.ts'
import { readText } from './read-text.ts'

const RUN: VerdictContext = { stage: 'run' }
const lockup = findingOf({
  cause: 'lockup',
  title: 'hung task sh:312 blocked',
  from: 100,
  to: 200,
  seconds: 484,
})
const oom = findingOf({
  cause: 'out of memory',
  title: 'out of memory: stress (345) was killed',
  from: 300,
  seconds: 500,
})
const warning = findingOf({
  cause: 'warning',
  title: 'warning: demo_write+0x1c demo.c:31',
  from: 50,
  seconds: 480,
})
const oops = findingOf({
  cause: 'oops',
  title: 'oops: bad access',
  from: 400,
  to: 500,
  seconds: 490,
  place: 'demo_write+0x1c',
})
const panic = findingOf({
  cause: 'panic',
  title: 'kernel panic: Fatal exception',
  from: 600,
  to: 700,
  seconds: 490,
})
const reset = findingOf({ cause: 'reset', title: 'reset: U-Boot 2023.01', from: 800, to: 900 })

describe('whose it is', () => {
  test.each(FAILURES.filter(({ isSurvived }) => !isSurvived))(
    'E before a program runs it is the board’s, whatever it is: $what ($arch)',
    ({ text }) => {
      for (const stage of ['boot', 'transfer', 'idle'] as const) {
        const { verdict } = readText(text, { stage })
        // A start, and what a board says as it goes for one, is what the stage boot is about.
        if (verdict === null) expect(text).toMatch(/U-Boot|kexec_core|Power down/)
        else expect(verdict.class).toBe('infrastructure')
      }
    },
  )

  test.each(['panic', 'oops', 'kasan', 'hung task', 'oom kill', 'reset', 'watchdog reset'])(
    'E while a program runs it is the test’s: %s',
    wanted => {
      for (const { text } of FAILURES.filter(({ kind }) => kind === wanted))
        expect(readText(text).verdict).toMatchObject({ class: 'test', blame: 'none' })
    },
  )

  test('E a power loss is no test’s, and a boot loader that cannot go on is the board’s in every stage', () => {
    const [power, loader] = ['power loss', 'boot loader'].map(wanted =>
      FAILURES.find(({ kind }) => kind === wanted),
    )
    expect(readText(power?.text ?? '').verdict).toMatchObject({
      class: 'infrastructure',
      cause: 'power',
      blame: 'site',
    })
    expect(readText(loader?.text ?? '').verdict).toMatchObject({
      class: 'infrastructure',
      cause: 'boot',
      blame: 'board',
    })
  })

  test('a kernel that has no root file system or no init ran no program', () => {
    for (const { text, title } of FAILURES.filter(({ title }) => /VFS|No working init/.test(title)))
      expect(readText(text).verdict, title).toMatchObject({
        class: 'infrastructure',
        cause: 'panic',
        blame: 'board',
      })
  })
})

describe('what came first and what followed from it', () => {
  test.each([
    ['nothing', [], null],
    ['a warning alone', [warning], null],
    ['an oops', [warning, oops], 'oops: bad access'],
    ['an oops, its panic, a restart', [oops, panic, reset], 'kernel panic: Fatal exception, demo_write+0x1c'],
    ['a hung task, then a reset', [lockup, reset], 'hung task sh:312 blocked, then a reset'],
    ['a hung task that ends nothing', [lockup], 'hung task sh:312 blocked'],
    ['a kill for want of memory', [oom], 'out of memory: stress (345) was killed'],
    ['a kill for want of memory, then a panic', [oom, panic], 'kernel panic: Fatal exception'],
    ['a reset, and what the next kernel says', [reset, { ...panic, from: 1000 }], 'reset: U-Boot 2023.01'],
  ])('%s', (_, findings, title) => {
    expect(verdictOf(findings, RUN)?.title ?? null).toBe(title)
  })

  test('a lockup long before a panic has nothing to do with it', () => {
    const late = { ...panic, seconds: 484 + 301 }
    expect(verdictOf([lockup, late], RUN)?.bytes).toEqual([600, 700])
    expect(verdictOf([lockup, panic], RUN)?.bytes).toEqual([100, 700])
  })

  test('a finding told again, whole, is the same one', () => {
    const whole = { ...oops, whole: true, title: 'oops: bad access, demo_write+0x1c', proof: ['one', 'two'] }
    expect(verdictOf([oops, whole], RUN)).toMatchObject({ title: whole.title, proof: ['one', 'two'] })
  })
})

describe('where the program’s end is known', () => {
  test.each([
    ['what the program survived is told alone', 0],
    ['an exit status speaks for itself', 3],
  ])('%s', (_, exit) => {
    expect(verdictOf([lockup], { ...RUN, exit })).toBeNull()
    expect(verdictOf([oom], { ...RUN, exit })).toBeNull()
    expect(verdictOf([oops], { ...RUN, exit })?.cause).toBe('oops')
  })

  test('a program that was killed with no memory left was killed for it', () => {
    expect(verdictOf([oom], { ...RUN, exit: 137 })?.cause).toBe('out of memory')
  })
})

test('lines are counted from 1, and CRs alone end none', () => {
  const text = 'one\r\n10%\r20%\r\n\nPA[   12.345678] Kernel panic - not syncing: here\nSS\n'
  expect(readText(text).verdict).toMatchObject({ lines: [4, 4], bytes: [15, text.indexOf('SS\n')] })
})

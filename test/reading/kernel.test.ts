import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findKernelStamp, parseKernelLine } from '../../src/reading/kernel.ts'

test.each([
  ['[   12.345678] usb 1-1: new device', { level: null, seconds: 12.345678, text: 'usb 1-1: new device' }],
  ['[    0.000000] Linux version 6.1.0', { level: null, seconds: 0, text: 'Linux version 6.1.0' }],
  ['<6>[   12.345678] text', { level: 6, seconds: 12.345678, text: 'text' }],
  ['<14>[   12.345678] from user space', { level: 6, seconds: 12.345678, text: 'from user space' }],
  ['[   12.345678][    T1] text', { level: null, seconds: 12.345678, text: 'text' }],
  ['[   12.345678][   C0] text', { level: null, seconds: 12.345678, text: 'text' }],
  ['[   12.345678][T12345] text', { level: null, seconds: 12.345678, text: 'text' }],
  ['[1234567.345678] a long uptime', { level: null, seconds: 1234567.345678, text: 'a long uptime' }],
  ['[   12.345678]  indented', { level: null, seconds: 12.345678, text: ' indented' }],
  ['[   12.345678@1] Amlogic', { level: null, seconds: 12.345678, text: 'Amlogic' }],
  ['[   12.345678@0]d Amlogic', { level: null, seconds: 12.345678, text: 'Amlogic' }],
  ['<6>[   12.345678]  (0)[1:swapper/0]MediaTek', { level: 6, seconds: 12.345678, text: 'MediaTek' }],
  ['[   12.345678] -(3)[271:kworker/3:2]MediaTek', { level: null, seconds: 12.345678, text: 'MediaTek' }],
  ['[   12.345678]  (0)[1] no caller', { level: null, seconds: 12.345678, text: ' (0)[1] no caller' }],
  ['[   12.345678] ', { level: null, seconds: 12.345678, text: '' }],
  ['[   12.345678]', { level: null, seconds: 12.345678, text: '' }],
])('%s is a kernel line', (line, expected) => {
  expect(parseKernelLine(line)).toEqual(expected)
})

test.each([
  '[12.345678] too narrow for printk',
  '[   12.345] milliseconds',
  '[   12.3456789] nanoseconds',
  '[   12,345678] a comma',
  '[   12.345678]no space behind',
  '[   12.345678][main] a name is no caller',
  ' [   12.345678] not at the beginning',
  '[  OK  ] Started Network',
  '[2023-01-01 12:00:00] a program',
  '12.345678 a program',
  '',
])('%j is no kernel line', line => {
  expect(parseKernelLine(line)).toBeNull()
})

test.each([
  ['PASS 12[   12.345678] usb', 7],
  ['PASS 12<6>[   12.345678] usb', 7],
  ['[[[[   12.345678] usb', 3],
  ['a[0] = 1; [   12.345678][    T1] usb', 10],
  ['nothing [here] at all', -1],
])('in %j a kernel line begins at %i', (text, at) => {
  expect(findKernelStamp(text)).toBe(at)
})

test('a search goes on behind the stamp it found', () => {
  const text = '[   12.345678] one[   12.345679] two'
  expect(findKernelStamp(text, 14)).toBe(18)
})

const stamp = fc
  .tuple(
    fc.option(fc.integer({ min: 0, max: 191 }), { nil: null }),
    fc.integer({ min: 0, max: 10_000_000 }),
    fc.integer({ min: 0, max: 999_999 }),
    fc.option(fc.tuple(fc.constantFrom('T', 'C'), fc.integer({ min: 0, max: 99_999 })), { nil: null }),
  )
  .map(([level, whole, part, caller]) => ({
    level,
    seconds: Number(`${whole}.${String(part).padStart(6, '0')}`),
    printed:
      (level === null ? '' : `<${level}>`) +
      `[${String(whole).padStart(5)}.${String(part).padStart(6, '0')}]` +
      (caller === null ? '' : `[${caller.join('').padStart(6)}]`),
  }))

test('a kernel line as printk prints it comes back as level, time and text', () => {
  fc.assert(
    fc.property(stamp, fc.string({ maxLength: 40 }), (given, text) => {
      expect(parseKernelLine(`${given.printed} ${text}`)).toEqual({
        level: given.level === null ? null : given.level % 8,
        seconds: given.seconds,
        text,
      })
    }),
    { numRuns: 300 },
  )
})

test('a kernel line cut into a word is found where it begins', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9 .:=/-]{0,30}$/)
  fc.assert(
    fc.property(word, stamp, word, (before, given, text) => {
      expect(findKernelStamp(`${before}${given.printed} ${text}`)).toBe(before.length)
    }),
    { numRuns: 300 },
  )
})

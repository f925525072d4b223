import { expect, test } from 'vitest'
import { createLineSplitter } from '../../src/reading/lines.ts'
import { createScanner, type Scanner } from '../../src/reading/scanner.ts'
import { utf8 } from './chunks.ts'

const LOADER = [
  '',
  '',
  'U-Boot SPL 2023.01 (Jan 04 2023 - 15:20:25 +0000)',
  '',
  '',
  'U-Boot 2023.01 (Jan 04 2023)',
  '',
]
const BANNER = 'Linux version 6.1.0-28-arm64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP Debian'

function stamped(seconds: number, text: string): string {
  return `[${seconds.toFixed(6).padStart(12)}] ${text}`
}

/** A board's console; each line is heard at a wall time of its own. */
function board(): { hear(t: number, ...lines: string[]): string[]; scanner: Scanner } {
  const splitter = createLineSplitter({ maxLine: 4096 })
  const scanner = createScanner()
  let offset = 0
  return {
    scanner,
    hear(t, ...lines) {
      const bytes = utf8(lines.map(line => line + '\r\n').join(''))
      const found = splitter.push(bytes, offset).flatMap(line => scanner.push(line, t))
      offset += bytes.length
      return found.filter(({ whole }) => !whole).map(finding => finding.title)
    },
  }
}

/** A kernel log from the banner on, as a console shows it while booting and `dmesg` shows it later. */
const KERNEL_LOG = [0, 0, 0.1, 0.4, 0.9, 1.5, 2.2].map((seconds, index) =>
  stamped(
    seconds,
    index === 0 ? 'Booting Linux on physical CPU 0x0' : index === 1 ? BANNER : `line ${index}`,
  ),
)

test('one start is one reset, whoever else announces itself in it', () => {
  const { hear } = board()
  expect(hear(0, 'PASS 1', ...LOADER, ...KERNEL_LOG)).toEqual(['reset: U-Boot SPL 2023.01'])
  expect(hear(9_000, ...LOADER)).toEqual(['reset: U-Boot SPL 2023.01'])
  expect(hear(9_900, ...LOADER, ...KERNEL_LOG)).toEqual(['reset: U-Boot SPL 2023.01'])
})

test('a start that somebody asked for is none, and the next one is again', () => {
  const { hear, scanner } = board()
  scanner.expectReset(true)
  expect(hear(0, ...LOADER, ...KERNEL_LOG)).toEqual([])
  scanner.expectReset(false)
  expect(hear(9_000, ...LOADER, ...KERNEL_LOG)).toEqual(['reset: U-Boot SPL 2023.01'])
})

test('an expected start goes on being expected when the waiting ends in the middle of it', () => {
  const { hear, scanner } = board()
  scanner.expectReset(true)
  expect(hear(0, ...LOADER)).toEqual([])
  scanner.expectReset(false)
  expect(hear(2_000, ...KERNEL_LOG)).toEqual([])
})

test('dmesg is no reset on a board whose boot loader was heard before', () => {
  const { hear } = board()
  hear(0, ...LOADER, ...KERNEL_LOG)
  expect(hear(60_000, '# dmesg', ...KERNEL_LOG, stamped(3.1, 'more'), '# ')).toEqual([])
})

test('dmesg is no reset on a board without a loader: its stamps run ahead of the clock', () => {
  const { hear } = board()
  expect(hear(0, '# dmesg', ...KERNEL_LOG, stamped(312, 'long after'), '# ')).toEqual([])
  expect(hear(60_000, stamped(372, 'alive'))).toEqual([])
})

test('the beginning of dmesg is no reset once the kernel speaks again', () => {
  const { hear } = board()
  expect(hear(0, '# dmesg | head -3', ...KERNEL_LOG.slice(0, 3), '# ')).toEqual([])
  expect(hear(5_000, stamped(372, 'alive'))).toEqual([])
})

test('a kernel that starts without a loader is a reset as soon as it keeps time, and points at its banner', () => {
  const { hear } = board()
  expect(hear(0, 'PASS 1')).toEqual([])
  expect(hear(3_000, ...KERNEL_LOG.slice(0, 4))).toEqual([])
  expect(hear(3_400, KERNEL_LOG[4] ?? '')).toEqual(['reset: Linux version 6.1.0-28-arm64'])
  expect(hear(4_000, ...KERNEL_LOG.slice(5))).toEqual([])
})

test('a kernel that said it would restart needs no proof', () => {
  const { hear } = board()
  expect(hear(0, stamped(50, 'reboot: Restarting system'))).toEqual([])
  expect(hear(900, KERNEL_LOG[1] ?? '')).toEqual(['reset: Linux version 6.1.0-28-arm64'])
})

test('a slow line that shows the kernel late is still a reset', () => {
  const { hear } = board()
  expect(hear(0, ...KERNEL_LOG.slice(0, 2))).toEqual([])
  expect(hear(500, KERNEL_LOG[6] ?? '')).toEqual(['reset: Linux version 6.1.0-28-arm64'])
})

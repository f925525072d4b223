import type { Millis } from '../clock.ts'
import { FIRMWARE_BANNERS, KERNEL_BANNER, LEAVING } from './patterns.ts'

/** Where a line stands and what it says, as a boot sees it. */
export type BootLine = {
  from: number
  to: number
  text: string
  t: Millis | undefined
  /** Its own number in the log, where lines are counted. */
  number?: number | undefined
}
/** `asked`: the kernel before said that it leaves. */
export type Start = BootLine & { banner: string; expected: boolean; asked: boolean }

/** Watches one board start, and start again. Each line is answered with the start that it proves, if any. */
export type BootWatch = {
  /** The beginning of a line that is no kernel's. */
  plain(line: BootLine): Start | null
  /** `isRepeated`: the same line with the same stamp was heard before. */
  kernel(line: BootLine, seconds: number, isRepeated?: boolean): Start | null
  /** The log ends: what nothing spoke against was a start. */
  end(): Start | null
  expect(expected: boolean): void
}

/** The kernel's banner comes after all firmware, so it closes a boot: the next banner of any kind begins another. */
const KERNEL_STAGE = FIRMWARE_BANNERS.length
/** A boot's first kernel line follows the last words of the old kernel within so many lines. */
const LEAVING_LINES = 64
/** A kernel prints what it had to say before its console was there when it is; never more than this late. */
const CONSOLE_LAG_SECONDS = 3
/** How long a suspected boot must look like one. */
const BOOT_PROOF_SECONDS = 0.25
const FIRST_SECONDS = 0.5
/** So many lines of before, and it is the kernel's buffer that is printed. */
const REPEATED = 3

/**
 * `dmesg` in a test prints the kernel's banner and stamps from zero, just as a boot does. What tells them apart:
 * a board whose firmware was heard once prints it at each start; old kernels say that they leave; and the stamps of
 * a kernel that has just started cannot run ahead of the wall clock. Without wall times the banner counts where the
 * kernel had said nothing before, and else if none of its lines had been heard before.
 */
export function createBootWatch(): BootWatch {
  let stage = KERNEL_STAGE
  let firmwareHeard = false
  let leaving = 0
  let expected = false
  let suspect: Start | null = null
  let kernelHeard = false
  const repeated = new Set<number>()

  const started = (line: BootLine, banner: string): Start => {
    const asked = leaving > 0
    leaving = 0
    suspect = null
    return { ...line, banner, expected, asked }
  }

  const kernelBanner = (line: BootLine, banner: string): Start | null => {
    const isFirstWord = stage === KERNEL_STAGE
    stage = KERNEL_STAGE
    if (!isFirstWord) return null
    if (leaving > 0 || expected) return started(line, banner)
    if (firmwareHeard) return null
    if (line.t === undefined && !kernelHeard) return started(line, banner)
    suspect = { ...line, banner, expected: false, asked: false }
    repeated.clear()
    return null
  }

  const judge = (start: Start, seconds: number, t: Millis | undefined): Start | null => {
    if (t === undefined) return null
    const passed = (t - (start.t ?? 0)) / 1000
    if (seconds - passed > CONSOLE_LAG_SECONDS) suspect = null
    return suspect !== null && passed >= BOOT_PROOF_SECONDS ? started(start, start.banner) : null
  }

  return {
    plain(line) {
      leaving = Math.max(0, leaving - 1)
      const place = FIRMWARE_BANNERS.findIndex(pattern => pattern.test(line.text))
      if (place === -1) return null
      const isNewBoot = place <= stage
      stage = place
      firmwareHeard = true
      const name = FIRMWARE_BANNERS[place]?.exec(line.text)?.[1] ?? ''
      return isNewBoot ? started(line, name) : null
    },
    kernel(line, seconds, isRepeated = false) {
      if (LEAVING.test(line.text)) leaving = LEAVING_LINES
      else leaving = Math.max(0, leaving - 1)
      const name = KERNEL_BANNER.exec(line.text)?.[1]
      if (name !== undefined) return kernelBanner(line, name)
      // The first lines of every boot are stamped alike.
      kernelHeard ||= seconds >= FIRST_SECONDS
      if (isRepeated && seconds >= FIRST_SECONDS) repeated.add(seconds)
      if (repeated.size >= REPEATED) suspect = null
      return suspect === null ? null : judge(suspect, seconds, line.t)
    },
    end: () => (suspect?.t === undefined && suspect !== null ? started(suspect, suspect.banner) : null),
    expect(isExpected) {
      expected = isExpected
      if (isExpected) suspect = null
    },
  }
}

import { HAND_OVER, LOADER_FAILURES } from './loaders.ts'
import { FIRMWARE_BANNERS, KERNEL_BANNER } from './patterns.ts'

/** Where a board is between its boot loader's banner and its kernel's first words. */
export type LoaderWatch = {
  /** A line without a stamp. Answers why the boot loader cannot go on, if that is what it says. */
  plain(text: string): string | null
  /** A line with a stamp; `isCopy` where a program printed it. */
  kernel(text: string, isCopy: boolean): void
  /** A boot loader is at work. */
  isActive(): boolean
  /** The kernel that was started prints no stamps (CONFIG_PRINTK_TIME off): seen by how it began. */
  isUnstamped(): boolean
}

const FIRST_WORDS = /^(?:Booting Linux on physical CPU |Linux version \S+ \()/

export function createLoaderWatch(): LoaderWatch {
  let isActive = false
  let handedOver = false
  let heardAny = false
  let unstamped = false

  return {
    plain(text) {
      if (text.trim() === '') return null
      if (FIRST_WORDS.test(text)) {
        // `cat /proc/version` and `dmesg -t` say it too, but not as a board's first word or after a boot loader's last.
        unstamped ||= handedOver || isActive || !heardAny
        isActive = handedOver = false
      } else if (HAND_OVER.test(text)) {
        isActive = false
        handedOver = true
      } else if (FIRMWARE_BANNERS.some(banner => banner.test(text))) {
        isActive = true
        handedOver = unstamped = false
      }
      heardAny = true
      return isActive ? failureIn(text) : null
    },
    kernel(text, isCopy) {
      heardAny = true
      if (!isCopy) unstamped = false
      if (!KERNEL_BANNER.test(text) && !FIRST_WORDS.test(text)) return
      isActive = handedOver = unstamped = false
    },
    isActive: () => isActive,
    isUnstamped: () => unstamped,
  }
}

function failureIn(text: string): string | null {
  for (const failure of LOADER_FAILURES) {
    const said = failure.exec(text)?.[1]
    if (said !== undefined) return said.trim()
  }
  return null
}

import { findKernelStamp, parseKernelLine } from '../../../reading/kernel.ts'
import { createLineSplitter } from '../../../reading/lines.ts'
import { FIRMWARE_BANNERS } from '../../../reading/patterns.ts'
import type { Chunk } from '../../types.ts'

/** `leaving`: a boot loader's last words. `kernel`: a kernel's first. `restart`: the board began anew. */
export type Sign = 'leaving' | 'kernel' | 'restart'

/**
 * What boot loaders say last: U-Boot's `announce_and_cleanup` of arm, riscv and x86 (arch/*\/lib/bootm.c), powerpc and
 * mips; a kernel's own stub (drivers/firmware/efi/libstub, arch/arm/boot/compressed).
 */
const LAST_WORDS: readonly RegExp[] = [
  /^Starting kernel \.\.\./,
  /^## Transferring control to Linux/,
  /^## Starting application at/,
  /^EFI stub: /,
  /^Uncompressing Linux\.\.\./,
]
const FIRST_WORDS = /^(?:Booting Linux on |Linux version )/

/** `version` prints the banner too, and a compiler after it; a start goes on with one of these. */
const START_GOES_ON = /^(?:DRAM|Model|CPU|SoC|Core|Board|In|Net|Flash|MMC|WDT|Trying to boot from)\b/
const BANNER_LINES = 8
const LONGEST = 512

export type Signs = {
  /** Raw bytes: kernel lines are no part of joined ones. */
  bytes(chunk: Chunk): Sign | null
  /** A joined line. */
  line(text: string): Sign | null
}

export function createSigns(): Signs {
  const splitter = createLineSplitter({ maxLine: LONGEST })
  let afterBanner = 0

  return {
    bytes({ bytes, offset }) {
      const lines = splitter.push(bytes, offset)
      return lines.some(({ text }) => isKernelsFirst(text)) ? 'kernel' : null
    },
    line(text) {
      if (LAST_WORDS.some(words => words.test(text))) return 'leaving'
      afterBanner = FIRMWARE_BANNERS.some(banner => banner.test(text)) ? BANNER_LINES : afterBanner - 1
      return afterBanner > 0 && START_GOES_ON.test(text) ? 'restart' : null
    },
  }
}

function isKernelsFirst(text: string): boolean {
  const at = findKernelStamp(text)
  const kernel = at === -1 ? null : parseKernelLine(text.slice(at))
  return kernel !== null && FIRST_WORDS.test(kernel.text)
}

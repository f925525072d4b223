import { FIRMWARE_BANNERS } from './patterns.ts'

/**
 * What boot loaders say when they cannot go on. Their lines have no stamps, so they count only between a loader's
 * banner and the kernel's first word.
 */
export const LOADER_FAILURES: readonly RegExp[] = [
  // U-Boot: common/hang.c, common/spl/spl.c, boot/bootm.c, boot/image*.c, arch/arm/lib/interrupts*.c, image.c
  /^(### ERROR ### Please RESET the board ###)/,
  /^(?:SPL: )?(failed to boot from all boot devices)/,
  /^(SPL: Unsupported Boot Device!)/,
  /^(ERROR: can't get kernel image!)/,
  /^(Wrong Image (?:Format|Type) for \w+ command)/,
  /^(Bad Linux (?:ARM64|RISCV|ARM) Image magic!)/,
  /^(Bad (?:Magic Number|Header Checksum|Data CRC|Data Hash|FIT (?:kernel|ramdisk) image format!?))/i,
  /^("?Synchronous Abort"? handler, esr 0x[0-9a-f]+)/,
  /^(data abort|prefetch abort|undefined instruction)$/,
  // TF-A: plat/common/plat_bl_common.c, common/bl_common.c, bl1, bl2 and bl31 main, aarch64/crash_reporting.S
  /^ERROR: {3}(BL\d\w*: Failed to load .*)$/,
  /^(PANIC (?:in EL3|at PC).*)$/,
  /^(Unhandled (?:Exception|External Abort.*) in EL3\.?)/,
  // EDK2: MdePkg DebugLib, UefiCpuPkg CpuExceptionCommon.c, ArmPkg DefaultExceptionHandler.c, BdsDxe
  /^(ASSERT(?:_EFI_ERROR)? \[?\w+\]?.*\(\d+\): .*)$/,
  /^(!!!! \S+ Exception Type - .*)$/,
  /^(Synchronous Exception at 0x[0-9A-Fa-f]+)/,
  /^(BdsDxe: No bootable option or device was found\.)/,
  // SeaBIOS: src/boot.c
  /^(No bootable device\.)/,
  // GRUB: grub-core/normal/main.c, kern/rescue_reader.c, fs and loader errors; it does without modules and fonts
  /^error: ((?!.*\.(?:mod|pf2|mo|gz)').*(?:not found|no such (?:device|partition|disk)|unknown filesystem|you need to load the kernel first|out of memory|invalid magic number|bad shim signature).*)$/,
  /^(Entering rescue mode\.\.\.)/,
]

/** A boot loader hands over, or stands at its prompt where a person types what fails. */
export const HAND_OVER =
  /^(?:Starting kernel \.\.\.|## Transferring control to Linux|EFI stub: |Uncompressing Linux\.\.\.)/

/** Why a chip says that it started (U-Boot print_cpuinfo of i.MX, STM32, TI, Rockchip, Allwinner; TF-A stm32mp). */
export const RESET_REASON =
  /\b(?:Reset cause|Reset Status|Reset reason|Last reset|Boot reason)\s*[:=]\s*(\S.*)$/i
export const BY_WATCHDOG = /\bw(?:atch)?d(?:og|t)|watchdog/i
export const BY_POWER = /\bpor\b|power[- ]?on|power (?:loss|fail)|cold|brown/i

/** What boot loaders say about themselves and their board. */
const ABOUT =
  /^(?:Model|DRAM|CPU|SoC|Core|Board|Machine|Hit any key to stop autoboot|Starting kernel)\b|^(?:Trying to boot from|(?:NOTICE|ERROR): {2,3}BL\d)/

export function isLoaderLine(text: string): boolean {
  return [ABOUT, RESET_REASON, ...FIRMWARE_BANNERS, ...LOADER_FAILURES].some(shape => shape.test(text))
}

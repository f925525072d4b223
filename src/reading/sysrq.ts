/**
 * What the kernel says when a magic SysRq is taken (drivers/tty/sysrq.c, __handle_sysrq): whatever its console level,
 * and before it does it. `sysrq: Resetting`, before Linux 5.0 `SysRq : Resetting`.
 */
import { findKernelStamp, parseKernelLine } from './kernel.ts'

/** As the kernel calls what the keys do (action_msg). */
export const SYSRQ_WORDS = { i: 'Kill All Tasks', b: 'Resetting' } as const

/** `Resetting` of a line that is the kernel's, also where it cuts into another one; null of any other. */
export function sysrqWord(line: string): string | null {
  for (
    let at = findKernelStamp(line);
    at !== -1;
    at = findKernelStamp(line, at + 1 + line.slice(at).indexOf('['))
  ) {
    const word = wordIn(parseKernelLine(line.slice(at))?.text ?? '')
    if (word !== null) return word
  }
  // CONFIG_PRINTK_TIME may be off.
  return wordIn(line)
}

function wordIn(text: string): string | null {
  return /^(?:sysrq: |SysRq : )(.+)$/.exec(text.trimEnd())?.[1] ?? null
}

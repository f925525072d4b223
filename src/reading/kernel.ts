/**
 * Lines as Linux prints them on a console (kernel/printk/printk.c, `info_print_prefix`): an optional `<N>` with
 * facility and level, the time as `[%5lu.%06lu]`, with CONFIG_PRINTK_CALLER the caller as `[T123]` or `[C0]`,
 * then one space and the text. Chip makers' kernels say more of the caller: `[   12.345678@1] `, `@1]d ` (Amlogic, 4.9 to
 * 5.15), `[   12.345678] -(0)[1:swapper/0]` (MediaTek, 3.10 to 4.19).
 */

export type KernelLine = { level: number | null; seconds: number; text: string }

// Every repetition is bounded, so that one look costs the same on any input.
const STAMP =
  /(?:<(\d{1,3})>)?\[( {0,4}\d{1,10}\.\d{6})(?:@\d{1,2})?\](?:\[ {0,12}[TC]\d{1,10}\]|d)?(?: |$)(?:[ .*_-]\(\d{1,2}\)\[\d{1,7}:[^\]]{1,20}\])?/y

/** `[%5lu.%06lu]`: never narrower, so `[0.123456]` in a program's output is no kernel's. */
const NARROWEST = 12
const LEVEL_BITS = 7

/** The parts of a kernel line, or null. The stamp must stand at the very beginning. */
export function parseKernelLine(line: string): KernelLine | null {
  const match = stampAt(line, 0)
  if (match === null) return null
  const level = match[1] === undefined ? null : Number(match[1]) & LEVEL_BITS
  return { level, seconds: Number(match[2]), text: line.slice(match[0].length) }
}

/** Where the next kernel line begins inside `text` (its `<N>` included), or -1: the kernel cuts into any output. */
export function findKernelStamp(text: string, from = 0): number {
  for (let at = text.indexOf('[', from); at !== -1; at = text.indexOf('[', at + 1)) {
    if (stampAt(text, at) !== null) return withLevel(text, at, from)
  }
  return -1
}

function stampAt(text: string, at: number): RegExpExecArray | null {
  STAMP.lastIndex = at
  const match = STAMP.exec(text)
  return match !== null && (match[2]?.length ?? 0) >= NARROWEST ? match : null
}

function withLevel(text: string, at: number, from: number): number {
  const before = /<\d{1,3}>$/.exec(text.slice(Math.max(from, at - 5), at))
  return before === null ? at : at - before[0].length
}

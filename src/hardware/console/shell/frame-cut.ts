import { findKernelStamp } from '../../../reading/kernel.ts'

const LF = 0x0a

/**
 * What is left when kernel lines are taken out and the pieces on both sides joined (console.md 3). A kernel writes
 * whole lines past the terminal's own queue, so one may begin after any byte of ours, even between CR and LF, and
 * what follows its line end goes on where ours was cut.
 */
export function withoutKernelLines(bytes: Buffer): Buffer {
  const kept: Buffer[] = []
  let from = 0
  while (from < bytes.length) {
    const newline = bytes.indexOf(LF, from)
    const to = newline === -1 ? bytes.length : newline + 1
    const stamp = findKernelStamp(bytes.toString('latin1', from, to))
    kept.push(bytes.subarray(from, stamp === -1 ? to : from + stamp))
    from = to
  }
  return Buffer.concat(kept)
}

/** The bytes as they were before the terminal made CR LF of every LF (ONLCR). */
export function withoutReturns(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length)
  let length = 0
  let from = 0
  for (let at = bytes.indexOf('\r\n'); at !== -1; at = bytes.indexOf('\r\n', from)) {
    length += bytes.copy(out, length, from, at)
    from = at + 1
  }
  length += bytes.copy(out, length, from)
  return out.subarray(0, length)
}

import { HEADER } from './limits.ts'
import type { TransferMode } from './pace.ts'
import type { Part } from './window.ts'

/** How frames travel, and whether the shell that takes them reads ahead of a line. */
export type Wire = { readonly mode: TransferMode; readonly padded: boolean }

/** A frame as it is typed (receiver.ts says what is in it). */
export function frameOf(wire: Wire, { unit, bytes }: Pick<Part, 'unit' | 'bytes'>): Buffer {
  if (wire.mode === 'raw') {
    const header = lineOf(wire, `: ${unit} ${bytes.length} ${unit + bytes.length}`)
    return Buffer.concat([Buffer.from(header), bytes])
  }
  const code = bytes.toString('base64')
  return Buffer.from(`: ${unit} ${unit + code.length} ${code}\n`)
}

/** Ends a line that it may be in the middle of; then the receiver says that all before is dealt with. */
export function askOf(wire: Wire): string {
  return lineOf(wire, '\n: ?')
}

export function quitOf(wire: Wire): string {
  return lineOf(wire, '\n: q')
}

export function finishOf(wire: Wire, sum: string): string {
  return lineOf(wire, `: = ${sum}`)
}

function lineOf({ mode, padded }: Wire, text: string): string {
  return `${mode === 'raw' && padded ? text.padEnd(HEADER - 1) : text}\n`
}

/**
 * Every byte, in an order of its own, and the pairs that terminals, telnet (RFC 854: IAC, CR LF, CR NUL) and flow
 * control take for themselves.
 */
export function probe(): Buffer {
  const all = Buffer.from(Array.from({ length: 256 }, (_, at) => (at * 167 + 13) & 0xff))
  const pairs = Buffer.from('0d0a0a0d0d000d0dfffffff4fffbff001311130311031c1a04160f7f151b5b', 'hex')
  return Buffer.concat([pairs, all, pairs])
}

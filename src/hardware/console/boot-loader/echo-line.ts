import { findKernelStamp } from '../../../reading/kernel.ts'

/** The whole of the line that is being typed, however long: a piece of it may look like any other. */
export type EchoLine = {
  push(bytes: Uint8Array): void
  /** As a terminal shows it, without kernel lines that cut in. */
  text(): string
  /** Somebody else's newline came: what was typed before is not to be seen any more. */
  hasEnded(): boolean
}

/** More than any boot loader's line buffer, with all its repairs: what is longer is none of ours. */
const LONGEST = 16 * 1024

export function createEchoLine(start: string): EchoLine {
  let held = start
  let raw = ''
  let hasEnded = false

  const endLine = (): void => {
    const stamp = findKernelStamp(raw)
    hasEnded ||= stamp === -1
    held += stamp === -1 ? '' : raw.slice(0, stamp)
    raw = ''
  }

  return {
    push(bytes) {
      const parts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1').split('\n')
      for (const [at, part] of parts.entries()) {
        if (hasEnded) return
        raw += part
        if (at < parts.length - 1) endLine()
      }
      hasEnded ||= held.length + raw.length > LONGEST
    },
    text() {
      const stamp = findKernelStamp(raw)
      return shown(held + (stamp === -1 ? raw : raw.slice(0, stamp)))
    },
    hasEnded: () => hasEnded,
  }
}

/** What a terminal shows of a line: a deleted character is `\b \b`, a bell is nothing. */
export function shown(text: string): string {
  if (!/[\b\x07]/.test(text)) return text
  const cells: string[] = []
  let at = 0
  for (const char of text) {
    if (char === '\b') at = Math.max(0, at - 1)
    else if (char !== '\x07') cells[at++] = char
  }
  return cells.slice(0, at).join('')
}

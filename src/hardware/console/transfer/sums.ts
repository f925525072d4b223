import type { Outgoing } from '../../types.ts'
import { createSum, type SumTool } from '../shell/frame-sum.ts'
import type { Session } from '../shell/session.ts'
import { changed } from './errors.ts'

/** What the board's tools must find of a file: its SHA-256, and what `tool` makes where the board has none for that. */
export type Sums = { sha256: string; tool: string }

/** A file as it is read, once and in order. */
export type Reading = {
  add(piece: Uint8Array): void
  /** Bytes so far. */
  length(): number
  /** Of all that was read; nothing is added after. */
  sums(): Sums
}

export function createReading(tool: SumTool): Reading {
  const sha256 = createSum('sha256sum')
  const whole = createSum(tool)
  let length = 0
  let sums: Sums | null = null
  return {
    add(piece) {
      for (const sum of [sha256, whole]) sum.update(piece)
      length += piece.length
    },
    length: () => length,
    sums() {
      sums ??= { sha256: sha256.word(), tool: whole.word() }
      return sums
    },
  }
}

/** The same bytes, noted as they pass. */
export async function* noted<T extends Uint8Array>(
  bytes: AsyncIterable<T>,
  reading: Reading,
): AsyncGenerator<T> {
  for await (const piece of bytes) {
    reading.add(piece)
    yield piece
  }
}

/** Throws HardwareError (transfer) when what was read is not the file that was promised: it changed on its way to here. */
export function asPromised(session: Session, file: Outgoing, reading: Reading): Sums {
  const sums = reading.sums()
  if (reading.length() !== file.size || sums.sha256 !== file.sha256)
    throw changed(session, file, reading.length())
  return sums
}

const SHA256_TOOLS = ['sha256sum', 'busybox sha256sum', 'openssl dgst -sha256 -r']
/** What makes a SHA-256 on a board, the word first: as words for the shell. */
export const SHA256_WORDS = SHA256_TOOLS.map(tool => `"${tool}"`).join(' ')

/** Shell text: `_o` is what such a tool says of a file, or empty where the board has none. `word` is the file's. */
export function sha256Text(word: string): string {
  return `for _r in ${SHA256_WORDS};do _o=$($_r <${word} 2>/dev/null)&&break;_o=;done`
}

import { findKernelStamp } from '../../../reading/kernel.ts'

/**
 * Lines of the console as a reader of frames wants them: Latin-1 text (one character a byte), kernel lines cut out
 * and the pieces joined, each character still tied to its offset in the log. Every byte is looked at once; of a
 * line longer than the window only the end is kept, since frames stand at the end of a line.
 */
export type JoinedLine = {
  text: string
  /** Offset just past the LF that ended it. */
  to: number
  pieces: readonly Piece[]
}

export type Piece = {
  text: string
  offset: number
  /** Where the line before this piece ended (its CR or LF), when the piece stands at the beginning of a line. */
  before: number | null
}

export type Joiner = {
  /** Hands out the lines that `bytes` complete. A hole in the offsets ends what was unfinished. */
  push(bytes: Uint8Array, offset: number, onLine: (line: JoinedLine) => void): void
  /** The unfinished line: a prompt, say. */
  tail(): string
}

const WINDOW = 4096
const TAIL = 512

export function createJoiner(): Joiner {
  let held: Piece[] = []
  let heldLength = 0
  let raw = ''
  let next = 0
  /** The raw line is longer than what `raw` still has of it. */
  let trimmed = false
  let lineEnd: number | null = null

  const reset = (offset: number): void => {
    held = []
    heldLength = 0
    raw = ''
    trimmed = false
    lineEnd = null
    next = offset
  }

  const append = (text: string): void => {
    raw += text
    next += text.length
    if (raw.length <= 2 * WINDOW) return
    raw = raw.slice(-WINDOW)
    trimmed = true
  }

  const hold = (text: string): void => {
    if (text === '') return
    held.push({ text, offset: next - raw.length, before: trimmed ? null : lineEnd })
    heldLength += text.length
    while (held.length > 1 && heldLength > WINDOW) heldLength -= held.shift()?.text.length ?? 0
  }

  const endLine = (onLine: (line: JoinedLine) => void): void => {
    const stamp = findKernelStamp(raw)
    hold(stamp === -1 ? raw : raw.slice(0, stamp))
    // A kernel line between two lines of ours is no end of ours: the one before stays.
    if (stamp === -1 || held.length > 0) lineEnd = endOfHeld()
    next += 1
    raw = ''
    trimmed = false
    if (stamp !== -1) return
    const pieces = held
    held = []
    heldLength = 0
    onLine({ text: pieces.map(piece => piece.text).join(''), to: next, pieces })
  }

  /** The CR of a line end may stand before the kernel line that cut in, its LF behind. */
  const endOfHeld = (): number => {
    const last = held.at(-1)
    return last?.text.endsWith('\r') ? last.offset + last.text.length - 1 : next
  }

  return {
    push(bytes, offset, onLine) {
      if (offset !== next) reset(offset)
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
      let from = 0
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
        append(text.slice(from, at))
        endLine(onLine)
        from = at + 1
      }
      append(text.slice(from))
    },
    tail() {
      const end = raw.slice(-TAIL)
      const stamp = findKernelStamp(end)
      const before = raw.length >= TAIL ? '' : held.map(piece => piece.text).join('')
      return (before + (stamp === -1 ? end : end.slice(0, stamp))).slice(-TAIL)
    },
  }
}

/**
 * Where the character at `index` of the joined text is in the log, and where the text before it ends: at the line
 * end when it begins a line of its own.
 */
export function placeOf(line: JoinedLine, index: number): { offset: number; before: number } {
  let left = index
  for (const piece of line.pieces) {
    if (left < piece.text.length) {
      const offset = piece.offset + left
      return { offset, before: left === 0 ? (piece.before ?? offset) : offset }
    }
    left -= piece.text.length
  }
  return { offset: line.to, before: line.to }
}

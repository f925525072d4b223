/**
 * Console bytes cut into lines, in a window of bounded size; every byte is looked at once.
 *
 * A line ends with LF, with any CRs before it. A CR that no LF follows returns the cursor so that the next text
 * overwrites this one: what stood there is handed out as an `overwritten` line of its own (readers of meaning want
 * it, a view leaves it out); what a longer text would leave standing behind a shorter one is not modelled.
 * NULs are left out of the text, and bytes that are no UTF-8 become U+FFFD.
 */
export type Line = {
  /** Offset of the first byte, and just past the last with the line's end: lines tile the log without gaps. */
  from: number
  to: number
  text: string
  /** False for a part of a line longer than the window, and for what `flush` or `pending` found unfinished. */
  complete: boolean
  overwritten: boolean
}

export type LineSplitter = {
  /** `offset` is that of the first byte; where it does not follow on, the unfinished line is handed out first. */
  push(bytes: Uint8Array, offset: number): Line[]
  /** The unfinished line (a prompt, say) without ending it; null when there is none. */
  pending(): Line | null
  /** The unfinished line, ended here. */
  flush(): Line[]
}

const CR = 0x0d
const LF = 0x0a
const NUL = 0x00
/** Room behind a full line for its own end, so that it is not cut in two by it. */
const END_ROOM = 16
/** The longest UTF-8 sequence; a smaller window could not hold one character. */
const SMALLEST_WINDOW = 4

export function createLineSplitter(options: { maxLine: number }): LineSplitter {
  const maxLine = Math.max(SMALLEST_WINDOW, options.maxLine)
  const window = Buffer.alloc(maxLine + END_ROOM)
  let from = 0
  let length = 0
  /** Bytes at the window's end from the last CR on: an end of line, once an LF follows. */
  let tail = 0
  /** Part of this line was handed out already. */
  let cut = false

  const peek = (size: number, complete: boolean, overwritten = false): Line => ({
    from,
    to: from + size,
    text: textOf(window, Math.min(size, length - tail)),
    complete,
    overwritten,
  })

  const take = (size: number, complete: boolean, overwritten = false): Line => {
    const line = peek(size, complete, overwritten)
    window.copyWithin(0, size, length)
    from += size
    length -= size
    tail = 0
    cut = !complete
    return line
  }

  const append = (byte: number, lines: Line[]): void => {
    if (byte === LF) {
      window[length++] = byte
      tail += 1
      lines.push(take(length, true))
    } else if (byte === CR || (byte === NUL && tail > 0)) {
      if (length >= maxLine + END_ROOM - 1) lines.push(take(length, false))
      window[length++] = byte
      tail += 1
    } else {
      if (tail > 0 && (tail < length || cut)) lines.push(take(length, true, true))
      if (length >= maxLine) lines.push(take(wholeCharacters(window, length), false))
      window[length++] = byte
      tail = 0
    }
  }

  const flush = (): Line[] => {
    const lines = length > 0 ? [take(length, false)] : []
    cut = false
    return lines
  }

  return {
    push(bytes, offset) {
      const lines = offset === from + length ? [] : flush()
      if (length === 0) from = offset
      for (let at = 0; at < bytes.length; ) {
        const end = tail === 0 ? textEnd(bytes, at, at + maxLine - length) : at
        if (end > at) {
          window.set(bytes.subarray(at, end), length)
          length += end - at
          at = end
        } else append(bytes[at++] ?? 0, lines)
      }
      return lines
    },
    pending: () => (length > tail ? peek(length, false) : null),
    flush,
  }
}

/** Most bytes of a log end no line: they are taken over at once. */
function textEnd(bytes: Uint8Array, from: number, most: number): number {
  const limit = Math.min(bytes.length, most)
  let end = from
  while (end < limit && bytes[end] !== LF && bytes[end] !== CR) end++
  return end
}

function textOf(window: Buffer, size: number): string {
  const text = window.toString('utf8', 0, size)
  return text.includes('\0') || text.includes('\r') ? text.replace(/[\0\r]/g, '') : text
}

/** How many of the first `length` bytes end with a whole UTF-8 character; all of them when they are no UTF-8. */
function wholeCharacters(window: Buffer, length: number): number {
  for (let back = 1; back < SMALLEST_WINDOW && back < length; back++) {
    const byte = window[length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    return byte >= 0xc0 && back < sequenceLength(byte) ? length - back : length
  }
  return length
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4
  return lead >= 0xe0 ? 3 : 2
}

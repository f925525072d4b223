import { stripAnsi } from '../ansi.ts'
import { findKernelStamp, parseKernelLine } from '../kernel.ts'
import type { Line } from '../lines.ts'
import type { Fit, Place } from './types.ts'

/** A whole line of a program, or of the kernel (`seconds` is its stamp), without colours. */
export type Piece = { text: string; seconds: number | null; place: Place }

export type Unsplicer = {
  push(line: Line): Piece[]
  end(): Piece[]
}

/** What the formats say of a line that may have been cut. */
export type Judge = {
  fits(text: string): Fit
  isPair(first: string, second: string): boolean
}

/** No stamp is shorter, so the next cannot begin earlier. */
const SHORTEST_STAMP = 14

/** Syslog and `dmesg -x` write these before a stamp: no kernel cuts in there. */
const COPY = /\bkernel: $|^[a-z]+ *:[a-z]+ *: $/
/** A longer beginning of a line is none. */
const LONGEST_HEAD = 16 * 1024

/**
 * Takes the kernel's lines out of a console's text. The kernel prints its line whole, with its end, wherever the
 * program's text stands, so the program's line goes on behind it: `ok 1 fi` `[   12.345678] usb 1-1: …` `rst`. But a
 * program can print a kernel line too, behind text of its own, and then ends its line itself: which of the two it was
 * tells what would be read of the pieces, and whether the stamp is news.
 */
export function createUnsplicer(judge: Judge): Unsplicer {
  let number = 1
  let ends = -1
  let isLong = false
  let head: Head | null = null
  let lastSeconds = 0

  const whole = (text: string, from: number, to: number): Piece => ({
    text: stripAnsi(text),
    seconds: null,
    place: { from, to },
  })

  const join = (text: string): Piece[] => {
    if (head === null) return [whole(text, number, number)]
    const before = head
    head = null
    if (isOneLine(judge, before, text)) return [whole(before.text + text, before.from, number)]
    return [whole(before.text, before.from, before.from), whole(text, number, number)]
  }

  const hold = (text: string, isNews: boolean): Piece[] => {
    if (text === '') return []
    // The same words before one stamp and the next: so does a program begin its lines.
    const isOther = head !== null && (head.last === text || head.text.length > LONGEST_HEAD)
    const ended = isOther ? end() : []
    const { text: before, from, isNews: wasNews } = head ?? { text: '', from: number, isNews: true }
    head = { text: before + text, last: text, from, isNews: wasNews && isNews }
    return ended
  }

  const read = (text: string): Piece[] => {
    const at = findKernelStamp(text)
    if (at === -1 || COPY.test(text.slice(0, at))) return join(text)
    const pieces = kernelPieces(text.slice(at), number)
    const seconds = pieces[0]?.seconds ?? 0
    const ended = hold(text.slice(0, at), seconds >= lastSeconds)
    // A line of the kernel's own counts from its boot, the program's copy of one from whenever.
    if (at === 0 || seconds > lastSeconds) lastSeconds = seconds
    return [...ended, ...pieces]
  }

  const end = (): Piece[] => {
    if (head === null) return []
    const { text, from } = head
    head = null
    return [whole(text, from, from)]
  }

  return {
    push(line) {
      // What a line has beyond the window is output, and no result of any format is that long.
      const isRest = isLong && line.from === ends
      const pieces = isRest ? [] : read(line.text)
      isLong = !line.complete
      ends = line.to
      if (line.complete && !line.overwritten) number += 1
      return pieces
    },
    end,
  }
}

/** The beginning of a line that the kernel cut into; `isNews` where no stamp in it was older than one before. */
type Head = { text: string; last: string; from: number; isNews: boolean }

function isOneLine(judge: Judge, before: Head, after: string): boolean {
  const [first, second] = [stripAnsi(before.text), stripAnsi(after)]
  if (judge.isPair(first, second)) return false
  const [together, apart] = [judge.fits(stripAnsi(before.text + after)), judge.fits(second)]
  if (together !== apart) return together > apart || (apart === 1 && together === 0 && before.isNews)
  // Both fit: `not ` belongs to what follows it, but indentation and `# ` stand before many a line.
  return before.isNews || /[^#\s]/.test(first)
}

function kernelPieces(text: string, number: number): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  while (from !== -1) {
    const next = findKernelStamp(text, from + SHORTEST_STAMP)
    const kernel = parseKernelLine(text.slice(from, next === -1 ? undefined : next))
    if (kernel !== null) {
      const place = { from: number, to: number }
      pieces.push({ text: stripAnsi(kernel.text).trimEnd(), seconds: kernel.seconds, place })
    }
    from = next
  }
  return pieces
}

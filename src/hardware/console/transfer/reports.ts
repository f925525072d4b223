/** What the board says of what it was sent (receiver.ts). */
export type Report =
  /** It begins; `part`: something of the file is there; `freeKb`: null when the board cannot tell; `sum`: of what it was told. */
  | { kind: 'open'; part: boolean; freeKb: number | null; sum: string }
  | { kind: 'frame'; unit: number; sum: string }
  /** `in step`: all that was typed before is dealt with. `odd`: a line was no frame. */
  | { kind: 'in step' | 'odd' | 'not written' | 'differs' }

const SIGNS = { '!': 'in step', '-': 'odd', w: 'not written', '#': 'differs' } as const
const REPORT =
  /(?:(\d{1,9}):([0-9a-f]{1,64}):(\d{1,9})|s([01]):(\d{0,15}):([0-9a-f]{1,64})|([-!w#]))(?=[\r@]|$)/y

/** All in a line, in order: a damaged line end makes one line of two. */
export function reportsIn(line: string, word: string, number: number): Report[] {
  const mark = `@${word} ${number} `
  const found: Report[] = []
  for (let at = line.indexOf(mark); at !== -1; at = line.indexOf(mark, at + 1)) {
    REPORT.lastIndex = at + mark.length
    const report = reportOf(REPORT.exec(line))
    if (report !== null) found.push(report)
  }
  return found
}

function reportOf(match: RegExpExecArray | null): Report | null {
  if (match === null) return null
  const [, unit, sum = '', again, part, free, told = '', sign] = match
  if (sign !== undefined) return { kind: SIGNS[sign as keyof typeof SIGNS] }
  if (part !== undefined) {
    const freeKb = free === undefined || free === '' ? null : Number(free)
    return { kind: 'open', part: part === '1', freeKb, sum: told }
  }
  return unit === again ? { kind: 'frame', unit: Number(unit), sum } : null
}

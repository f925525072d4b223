/** The last lines printed, whoever printed them: what a failed case shows. */
export type RecentOutput = {
  push(text: string, line: number): void
  /** What was printed from that line on (and up to the other), or its end where there was more than is kept. */
  since(line: number, to?: number): string[]
}

const KEPT_LINES = 100
const LONGEST_LINE = 400

export function createRecentOutput(): RecentOutput {
  const texts: string[] = new Array<string>(KEPT_LINES).fill('')
  const numbers: number[] = new Array<number>(KEPT_LINES).fill(0)
  let count = 0

  return {
    push(text, line) {
      const at = count % KEPT_LINES
      texts[at] = text
      numbers[at] = line
      count += 1
    },
    since(line, to = Number.POSITIVE_INFINITY) {
      const kept: string[] = []
      const oldest = Math.max(0, count - KEPT_LINES)
      let at = count - 1
      for (; at >= oldest && (numbers[at % KEPT_LINES] ?? 0) >= line; at--) {
        if ((numbers[at % KEPT_LINES] ?? 0) <= to) kept.push(shorten(texts[at % KEPT_LINES] ?? ''))
      }
      if (at < oldest && oldest > 0) kept.push('… (earlier lines are in the log)')
      return kept.reverse()
    },
  }
}

function shorten(text: string): string {
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text
}

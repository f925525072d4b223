import type { Collector } from './collector.ts'
import type { TestCase } from './types.ts'

/** What TAP 13 and 14 print behind a result: comments, and YAML between `---` and `...`. */
export type TapTail = {
  follow(kept: TestCase, at: number): void
  /** True for a line of YAML. */
  read(text: string): boolean
  comment(text: string): void
  leave(): void
}

const DURATION = /^\s*duration_ms:\s*'?(\d{1,12}(?:\.\d{1,12})?)'?\s*$/
/** A longer block has lost its end. */
const LONGEST_YAML = 1000
const LONGEST_LINE = 400

export function createTapTail(collector: Collector): TapTail {
  let kept: TestCase | null = null
  let least = 0
  /** Lines of YAML read, or -1 outside of it. */
  let yaml = -1

  const leave = (): void => {
    kept = null
    yaml = -1
  }

  return {
    follow(found, at) {
      kept = found
      least = at
      yaml = -1
    },
    read(text) {
      if (kept === null) return false
      if (yaml === -1) {
        if (!/^\s+---\s*$/.test(text)) return false
        yaml = 0
        return true
      }
      yaml += 1
      // Indented as its result or less, the block has lost its end.
      if (text.search(/\S/) <= least && text.trim() !== '') yaml = LONGEST_YAML
      if (yaml >= LONGEST_YAML || /^\s+\.\.\.\s*$/.test(text)) {
        const isEnd = yaml < LONGEST_YAML
        yaml = -1
        return isEnd
      }
      const duration = DURATION.exec(text)?.[1]
      if (duration !== undefined) kept.durationMs = Number(duration)
      collector.append(kept, text.slice(0, LONGEST_LINE))
      return true
    },
    comment(text) {
      if (kept !== null && text.trimStart().startsWith('#'))
        collector.append(kept, text.slice(0, LONGEST_LINE))
    },
    leave,
  }
}

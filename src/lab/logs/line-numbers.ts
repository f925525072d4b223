/** Numbers of the lines of a log that grows, from 1, asked for soon after they came. */
export type LineNumbers = {
  push(offset: number, bytes: Uint8Array): void
  /** Of the line that the byte at `offset` is in. */
  lineAt(offset: number): number
  /** What comes from there on will be asked for, however late; null: nothing is waited for. */
  keepFrom(offset: number | null): void
}

const LF = 0x0a
const KEPT = 64 * 1024
/** More lines than any trace is cut into by what others print meanwhile. */
const MOST = 1024 * 1024

/** Only the ends of the last lines are kept: a gigabyte of log takes no more room than a megabyte. */
export function createLineNumbers(): LineNumbers {
  let ends: number[] = []
  /** Ends that are kept no more. */
  let before = 0
  let wanted: number | null = null

  const trim = (): void => {
    const from = wanted === null ? ends.length : countBelow(ends, wanted)
    const drop = Math.max(Math.min(ends.length - KEPT, from), ends.length - MOST)
    ends = ends.slice(drop)
    before += drop
  }

  return {
    push(offset, bytes) {
      for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) ends.push(offset + at)
      if (ends.length > 2 * KEPT) trim()
    },
    lineAt: offset => before + countBelow(ends, offset) + 1,
    keepFrom(offset) {
      wanted = offset
    },
  }
}

function countBelow(rising: readonly number[], limit: number): number {
  let [low, high] = [0, rising.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rising[middle] ?? 0) < limit) low = middle + 1
    else high = middle
  }
  return low
}

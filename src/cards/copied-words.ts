/** How a file came to a board, as every card says it. */

import type { RunResult } from '../lab/types.ts'
import { quick, size } from './words.ts'

type Copied = NonNullable<RunResult['copied']>

/** The time of a small file is that of its beginning and its check, and says nothing of the line. */
const LEAST_MEASURED = 4096

/** As `cameBy`, and that it was checked, and why it went no faster way. */
export function copiedWords(copied: Copied): string {
  const note = copied.note === undefined ? '' : ` · ${copied.note}`
  return `${cameBy(copied)} · SHA-256 checked${note}`
}

/** `copied 1.2 MB in 9 s (133 kB/s, raw, packed)`, and from where on when a part of it was there already. */
export function cameBy(copied: Copied): string {
  const { bytes, durationMs, way, packed, resumed = 0 } = copied
  const isMeasured = durationMs > 0 && bytes - resumed >= LEAST_MEASURED
  const rate = isMeasured ? `${size(((bytes - resumed) * 1_000) / durationMs)}/s` : ''
  const how = [rate, way === 'sftp' ? 'SFTP' : (way ?? ''), packed === true ? 'packed' : ''].filter(
    word => word !== '',
  )
  const from = resumed === 0 ? '' : ` · copy resumed after ${size(resumed)}`
  return `copied ${size(bytes)} in ${quick(durationMs)} (${how.join(', ')})${from}`
}

/** What drawing a page needs to know besides what it shows. */

import type { TimeFrame } from '../../../cards/words.ts'
import type { Lab } from '../../../lab/lab.ts'

export type Look = {
  frame: TimeFrame
  /** The way to the endpoint's root: `..`. */
  root: string
  /** What the lab's own links begin with, up to `/artifacts`; they are made relative. */
  base: string
  /** Where a line of what the program printed is shown; left out where no page shows it. */
  lineUrl?: (line: number) => string
}

const PROBE = '/artifacts/T1'

export function lookOf(lab: Pick<Lab, 'link'>, frame: TimeFrame, root: string): Look {
  const link = lab.link('T1')
  return { frame, root, base: link.endsWith(PROBE) ? link.slice(0, -PROBE.length) : link }
}

/**
 * An address as a page may name it: a link of the lab's own made relative, any other as it is if it is a web address.
 * Null for whatever else: `javascript:`, `data:`, and what only looks like a path.
 */
export function safeUrl(url: string, { root, base }: Look): string | null {
  if (url.startsWith(`${base}/artifacts/`)) return `${root}${url.slice(base.length)}`
  if (!/^https?:\/\//i.test(url)) return null
  return URL.canParse(url) ? url : null
}

/** Of words that the lab made, `line 412`: where that line is. Null for any others, and where no page shows it. */
export function lineOf(words: string, { lineUrl }: Look): string | null {
  const number = /^line (\d{1,12})$/.exec(words)?.[1]
  return number === undefined || lineUrl === undefined ? null : lineUrl(Number(number))
}

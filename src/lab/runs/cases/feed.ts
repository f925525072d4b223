import { createCaseReader } from '../../../reading/cases/reader.ts'
import type { CaseReport } from '../../../reading/cases/types.ts'
import { createLineSplitter } from '../../../reading/lines.ts'

/** Results stand in short lines; of a longer one the beginning is read. */
export const LONGEST_LINE = 16 * 1024

/** The cases of what a program printed, given as bytes that follow on each other. */
export async function casesOf(printed: AsyncIterable<{ bytes: Uint8Array }>): Promise<CaseReport> {
  const splitter = createLineSplitter({ maxLine: LONGEST_LINE })
  const reader = createCaseReader()
  let offset = 0
  for await (const { bytes } of printed) {
    for (const line of splitter.push(bytes, offset)) reader.push(line)
    offset += bytes.length
  }
  for (const line of splitter.flush()) reader.push(line)
  return reader.end()
}

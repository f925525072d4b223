import { createCaseReader } from '../../../src/reading/cases/reader.ts'
import type { CaseReport } from '../../../src/reading/cases/types.ts'
import { createLineSplitter } from '../../../src/reading/lines.ts'
import { chunksOf, utf8 } from '../chunks.ts'

export function read(text: string | Uint8Array, places: readonly number[] = []): CaseReport {
  const splitter = createLineSplitter({ maxLine: 16 * 1024 })
  const reader = createCaseReader()
  for (const chunk of chunksOf(typeof text === 'string' ? utf8(text) : text, places)) {
    for (const line of splitter.push(chunk.bytes, chunk.offset)) reader.push(line)
  }
  for (const line of splitter.flush()) reader.push(line)
  return reader.end()
}

export function brief(report: CaseReport): [string, string][] {
  return report.cases.map(({ name, result }) => [name, result])
}

export async function* once(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
